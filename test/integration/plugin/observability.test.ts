import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { essdParameters, failureOf, gib, mountCapability } from '../../support/volumes.ts';

const secretValue = 'do-not-log-this-value';

describe('Log and metrics', () => {
  const site = siteOfSuite({ args: ['--log-level', 'debug'] });

  it('tell of each call, and never a secret', async () => {
    const { plugin, client } = site;
    const { volume } = await invoke(client.controller, 'CreateVolume', {
      name: 'pvc-logged',
      capacityRange: { requiredBytes: 20 * gib },
      volumeCapabilities: [mountCapability],
      parameters: essdParameters,
      secrets: { password: secretValue },
    });
    const volumeId = volume?.volumeId ?? '';
    await invoke(client.controller, 'DeleteVolume', { volumeId, secrets: { password: secretValue } });
    await failureOf(
      invoke(client.controller, 'CreateVolume', { name: '', secrets: { password: secretValue } }),
    );
    await plugin.process.waitForOutput(/"code":"INVALID_ARGUMENT"/);

    const output = plugin.process.output();
    expect(output).not.to.contain(secretValue);
    expect(output).not.to.contain('emulator-secret');
    const lines = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const created = lines.find(({ msg, resourceId }) => msg === 'CSI call' && resourceId === 'pvc-logged');
    expect(created).to.include({ method: '/csi.v1.Controller/CreateVolume', code: 'OK' });
    expect(created?.['requestId']).to.be.a('string');
    expect(created?.['durationMs']).to.be.a('number');
    const atEcs = lines.filter(
      ({ msg, requestId }) => msg === 'ECS answered' && requestId === created?.['requestId'],
    );
    expect(atEcs.map(({ action }) => action)).to.include('CreateDisk');

    const metrics = await (await fetch(`${plugin.httpUrl}/metrics`)).text();
    expect(metrics).to.match(
      /csi_plugin_operations_seconds_count\{driver_name="diskplugin\.csi\.alibabacloud\.com",method_name="\/csi\.v1\.Controller\/CreateVolume",grpc_status_code="OK"\} 1/,
    );
    expect(metrics).to.match(
      /datasafe_ecs_request_duration_seconds_count\{action="CreateDisk",code="OK"\} 1/,
    );
    expect(metrics).to.contain('process_resident_memory_bytes');
  });
});
