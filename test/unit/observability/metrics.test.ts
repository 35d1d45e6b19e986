import { expect } from 'chai';
import { Registry } from 'prom-client';
import { grpcStatusName } from '../../../src/observability/grpc-status-name.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import type { Metrics } from '../../../src/observability/metrics.ts';

function withMetrics(): { metrics: Metrics; linesOf: (metric: string) => Promise<string[]> } {
  const registry = new Registry();
  const metrics = createMetrics(registry, 'disk.example');
  const linesOf = async (metric: string): Promise<string[]> => {
    const page = await registry.metrics();
    return page.split('\n').filter((line) => line.startsWith(metric));
  };
  return { metrics, linesOf };
}

describe('createMetrics', () => {
  it('counts a CSI call by driver, method and status, in the sidecars’ buckets', async () => {
    const { metrics, linesOf } = withMetrics();
    const method = '/csi.v1.Controller/CreateVolume';

    metrics.observeCsiCall({ method, code: 0, durationMs: 300 });
    metrics.observeCsiCall({ method, code: 10, durationMs: 700_000 });

    const labels = `driver_name="disk.example",method_name="${method}",grpc_status_code`;
    const lines = await linesOf('csi_plugin_operations_seconds');
    expect(lines).to.include(`csi_plugin_operations_seconds_count{${labels}="OK"} 1`);
    expect(lines).to.include(`csi_plugin_operations_seconds_sum{${labels}="OK"} 0.3`);
    expect(lines).to.include(`csi_plugin_operations_seconds_count{${labels}="Aborted"} 1`);
    const okBuckets = lines.filter((line) => line.includes('_bucket') && line.includes('"OK"'));
    expect(okBuckets.map((line) => /le="([^"]+)".* (\d)$/.exec(line)?.slice(1).join(':'))).to.deep.equal(
      '0.1:0 0.25:0 0.5:1 1:1 2.5:1 5:1 10:1 15:1 25:1 50:1 120:1 300:1 600:1 +Inf:1'.split(' '),
    );
    expect(lines.filter((line) => /le="600".*"Aborted"} 0$/.test(line))).to.have.length(1);
  });

  it('counts what the guards tell the user by type and reason', async () => {
    const { metrics, linesOf } = withMetrics();

    metrics.countGuardEvent('Warning', 'DeleteRefused');
    metrics.countGuardEvent('Warning', 'DeleteRefused');
    metrics.countGuardEvent('Normal', 'SnapshotCreated');

    expect(await linesOf('datasafe_guard_events_total')).to.deep.equal([
      'datasafe_guard_events_total{type="Warning",reason="DeleteRefused"} 2',
      'datasafe_guard_events_total{type="Normal",reason="SnapshotCreated"} 1',
    ]);
  });

  it('counts a request to ECS by action and code', async () => {
    const { metrics, linesOf } = withMetrics();

    metrics.observeEcsCall({ action: 'CreateDisk', code: 'OK', durationMs: 200 });
    metrics.observeEcsCall({
      action: 'CreateDisk',
      code: 'InvalidDiskCategory.NotSupported',
      durationMs: 1000,
    });

    const lines = await linesOf('datasafe_ecs_request_duration_seconds_count');
    expect(await linesOf('datasafe_ecs_request_duration_seconds_sum')).to.deep.include(
      'datasafe_ecs_request_duration_seconds_sum{action="CreateDisk",code="OK"} 0.2',
    );
    expect(lines).to.deep.equal([
      'datasafe_ecs_request_duration_seconds_count{action="CreateDisk",code="OK"} 1',
      'datasafe_ecs_request_duration_seconds_count{action="CreateDisk",code="InvalidDiskCategory.NotSupported"} 1',
    ]);
  });

  it('never takes a label from an answer that is not an error code', async () => {
    const { metrics, linesOf } = withMetrics();

    metrics.observeEcsCall({ action: 'CreateDisk', code: '<html>502 Bad Gateway', durationMs: 1000 });
    metrics.observeEcsCall({ action: 'CreateDisk', code: 'x'.repeat(81), durationMs: 1000 });
    metrics.countUnlistedEcsError('CreateDisk', '');

    expect(await linesOf('datasafe_ecs_request_duration_seconds_count')).to.deep.equal([
      'datasafe_ecs_request_duration_seconds_count{action="CreateDisk",code="other"} 2',
    ]);
    expect(await linesOf('datasafe_ecs_unlisted_errors_total')).to.deep.equal([
      'datasafe_ecs_unlisted_errors_total{action="CreateDisk",code="other"} 1',
    ]);
  });

  it('counts throttles, batch sizes, codes that are not in the error table, and failed refreshes of credentials', async () => {
    const { metrics, linesOf } = withMetrics();

    metrics.countEcsThrottle('DescribeDisks');
    metrics.countEcsThrottle('DescribeDisks');
    metrics.observeEcsBatch('DescribeDisks', 100);
    metrics.countUnlistedEcsError('AttachDisk', 'SomethingNew');
    metrics.countCredentialRefreshFailure('ram-role');

    expect(await linesOf('datasafe_ecs_throttled_total')).to.deep.equal([
      'datasafe_ecs_throttled_total{action="DescribeDisks"} 2',
    ]);
    expect(await linesOf('datasafe_ecs_batch_size')).to.include.members([
      'datasafe_ecs_batch_size_bucket{le="50",action="DescribeDisks"} 0',
      'datasafe_ecs_batch_size_bucket{le="100",action="DescribeDisks"} 1',
      'datasafe_ecs_batch_size_sum{action="DescribeDisks"} 100',
    ]);
    expect(await linesOf('datasafe_ecs_unlisted_errors_total')).to.deep.equal([
      'datasafe_ecs_unlisted_errors_total{action="AttachDisk",code="SomethingNew"} 1',
    ]);
    expect(await linesOf('datasafe_credential_refresh_failures_total')).to.deep.equal([
      'datasafe_credential_refresh_failures_total{credential="ram-role"} 1',
    ]);
  });

  it('shows figures of the process', async () => {
    const { linesOf } = withMetrics();

    expect(await linesOf('process_resident_memory_bytes')).to.have.length(1);
    expect(await linesOf('nodejs_eventloop_lag_p99_seconds')).to.have.length(1);
  });

  it('keeps what it counts in the registry it was given', async () => {
    const one = withMetrics();
    const other = withMetrics();

    one.metrics.countEcsThrottle('CreateDisk');

    expect(await other.linesOf('datasafe_ecs_throttled_total')).to.deep.equal([]);
  });
});

describe('grpcStatusName', () => {
  it('spells a status as the sidecars’ metrics do', () => {
    expect([0, 1, 4, 5, 9, 14, 16].map(grpcStatusName)).to.deep.equal([
      'OK',
      'Canceled',
      'DeadlineExceeded',
      'NotFound',
      'FailedPrecondition',
      'Unavailable',
      'Unauthenticated',
    ]);
  });

  it('has an answer for a number that is no status', () => {
    expect(grpcStatusName(17)).to.equal('Code(17)');
    expect(grpcStatusName(-1)).to.equal('Code(-1)');
  });
});
