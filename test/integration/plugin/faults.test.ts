import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { undecidedFaults } from '../../support/service-faults.ts';
import {
  createSnapshot,
  createUsedVolume,
  createVolume,
  failureOf,
  undecided,
  untilItSucceeds,
} from '../../support/volumes.ts';

describe('ECS misbehaving', () => {
  const site = siteOfSuite({ args: ['--ecs-timeout', '1s', '--call-timeout', '5s'] });

  for (const [name, fault] of Object.entries(undecidedFaults)) {
    it(`${name} at CreateDisk: one disk in the end`, async () => {
      await site.emulator.addFault({ action: 'CreateDisk', times: 1, ...fault });
      const volumeId = await untilItSucceeds(() => createVolume(site.client, 'pvc-fault'));
      expect(await createVolume(site.client, 'pvc-fault')).to.equal(volumeId);
      expect((await site.emulator.counts()).disks).to.equal(1);
    });

    it(`${name} at CreateSnapshot: one snapshot in the end`, async () => {
      const volumeId = await createUsedVolume(site.client, site.emulator, 'pvc-fault');
      await site.emulator.addFault({ action: 'CreateSnapshot', times: 1, ...fault });
      await untilItSucceeds(() => createSnapshot(site.client, 'snapshot-fault', volumeId));
      expect((await site.emulator.counts()).snapshots).to.equal(1);
    });

    it(`${name} at ResizeDisk: expanded once`, async () => {
      const volumeId = await createUsedVolume(site.client, site.emulator, 'pvc-fault');
      await site.emulator.addFault({ action: 'ResizeDisk', times: 1, ...fault });
      const request = { volumeId, capacityRange: { requiredBytes: 30 * 1024 ** 3 } };
      await untilItSucceeds(() => invoke(site.client.controller, 'ControllerExpandVolume', request));
      const { volume } = await invoke(site.client.controller, 'ControllerGetVolume', { volumeId });
      expect(volume?.capacityBytes).to.equal(String(30 * 1024 ** 3));
    });

    it(`${name} at DeleteDisk: nothing is left`, async () => {
      const volumeId = await createVolume(site.client, 'pvc-fault');
      await site.emulator.addFault({ action: 'DeleteDisk', times: 1, ...fault });
      await untilItSucceeds(() => invoke(site.client.controller, 'DeleteVolume', { volumeId }));
      expect((await site.emulator.counts()).disks).to.equal(0);
    });

    it(`${name} at a look: the call goes on`, async () => {
      await site.emulator.addFault({ action: 'DescribeDisks', times: 2, ...fault });
      await untilItSucceeds(() => createVolume(site.client, 'pvc-fault'));
      expect((await site.emulator.counts()).disks).to.equal(1);
    });
  }

  it('throttling: the call waits and succeeds, with no more requests than needed', async () => {
    await site.emulator.addFault({
      action: 'CreateDisk',
      when: 'before',
      times: 1,
      effect: { type: 'error', code: 'Throttling' },
    });
    await site.emulator.clearRequests();
    await createVolume(site.client, 'pvc-throttled');
    expect((await site.emulator.requests('CreateDisk')).length).to.equal(2);
  });

  it('throttling without end: an undecided status within the time of the call, and the same text each time', async () => {
    await site.emulator.addFault({
      action: 'CreateDisk',
      when: 'before',
      effect: { type: 'error', code: 'Throttling' },
    });
    const attempt = () => failureOf(createVolume(site.client, 'pvc-throttled', { timeLimitMs: 3000 }));
    const [first, second] = [await attempt(), await attempt()];
    expect(undecided).to.include(GrpcStatus[first.code]);
    expect(second.details).to.equal(first.details);
    expect((await site.emulator.counts()).disks).to.equal(0);
  });

  it('a disk that DescribeDisks hides is not taken for deleted', async () => {
    const volumeId = await createVolume(site.client, 'pvc-hidden');
    await site.emulator.configure({
      ramPolicies: [{ accessKeyId: 'emulator-access-key', deniedActions: [], isInvisible: true }],
    });
    const error = await failureOf(invoke(site.client.controller, 'DeleteVolume', { volumeId }));
    expect(GrpcStatus[error.code]).to.equal('UNAVAILABLE');
    expect(error.details).to.match(/RAM rights/);
    expect((await site.emulator.counts()).disks).to.equal(1);
  });

  it('an answer that never comes does not outlive the caller’s deadline', async () => {
    await site.emulator.addFault({ action: 'DescribeDisks', when: 'before', effect: { type: 'hang' } });
    const startedAt = Date.now();
    const error = await failureOf(createVolume(site.client, 'pvc-slow', { timeLimitMs: 2000 }));
    expect(undecided).to.include(GrpcStatus[error.code]);
    expect(Date.now() - startedAt).to.be.below(2100);
    expect((await site.emulator.requests('CreateDisk')).length).to.equal(0);
  });
});
