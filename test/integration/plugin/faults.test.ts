import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { socketDirectory, startPlugin, type Plugin } from '../../support/plugin.ts';
import { undecidedFaults } from '../../support/service-faults.ts';
import {
  createSnapshot,
  createUsedVolume,
  createVolume,
  failureOf,
  undecided,
  untilItSucceeds,
  untilReady,
} from '../../support/volumes.ts';

describe('ECS misbehaving', () => {
  let emulator: Emulator;
  let plugin: Plugin;
  const directory = socketDirectory();

  before(async () => {
    emulator = await startEmulator();
    await emulator.configure({ createDiskMs: 20, attachMs: 20, cutMs: 20, uploadMs: 50 });
    const args = ['--ecs-timeout', '1s', '--call-timeout', '5s'];
    plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket, args });
    await untilReady(plugin.client);
  });

  beforeEach(() => emulator.control('POST', '/reset'));
  afterEach(() => emulator.clearFaults());

  after(async () => {
    await plugin[Symbol.asyncDispose]();
    await emulator[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  for (const [name, fault] of Object.entries(undecidedFaults)) {
    it(`${name} at CreateDisk: one disk in the end`, async () => {
      await emulator.addFault({ action: 'CreateDisk', times: 1, ...fault });
      const volumeId = await untilItSucceeds(() => createVolume(plugin.client, 'pvc-fault'));
      expect(await createVolume(plugin.client, 'pvc-fault')).to.equal(volumeId);
      expect((await emulator.counts()).disks).to.equal(1);
    });

    it(`${name} at CreateSnapshot: one snapshot in the end`, async () => {
      const volumeId = await createUsedVolume(plugin.client, emulator, 'pvc-fault');
      await emulator.addFault({ action: 'CreateSnapshot', times: 1, ...fault });
      await untilItSucceeds(() => createSnapshot(plugin.client, 'snapshot-fault', volumeId));
      expect((await emulator.counts()).snapshots).to.equal(1);
    });

    it(`${name} at ResizeDisk: expanded once`, async () => {
      const volumeId = await createUsedVolume(plugin.client, emulator, 'pvc-fault');
      await emulator.addFault({ action: 'ResizeDisk', times: 1, ...fault });
      const request = { volumeId, capacityRange: { requiredBytes: 30 * 1024 ** 3 } };
      await untilItSucceeds(() => invoke(plugin.client.controller, 'ControllerExpandVolume', request));
      const { volume } = await invoke(plugin.client.controller, 'ControllerGetVolume', { volumeId });
      expect(volume?.capacityBytes).to.equal(String(30 * 1024 ** 3));
    });

    it(`${name} at DeleteDisk: nothing is left`, async () => {
      const volumeId = await createVolume(plugin.client, 'pvc-fault');
      await emulator.addFault({ action: 'DeleteDisk', times: 1, ...fault });
      await untilItSucceeds(() => invoke(plugin.client.controller, 'DeleteVolume', { volumeId }));
      expect((await emulator.counts()).disks).to.equal(0);
    });

    it(`${name} at a look: the call goes on`, async () => {
      await emulator.addFault({ action: 'DescribeDisks', times: 2, ...fault });
      await untilItSucceeds(() => createVolume(plugin.client, 'pvc-fault'));
      expect((await emulator.counts()).disks).to.equal(1);
    });
  }

  it('throttling: the call waits and succeeds, with no more requests than needed', async () => {
    await emulator.addFault({
      action: 'CreateDisk',
      when: 'before',
      times: 1,
      effect: { type: 'error', code: 'Throttling' },
    });
    await emulator.clearRequests();
    await createVolume(plugin.client, 'pvc-throttled');
    expect((await emulator.requests('CreateDisk')).length).to.equal(2);
  });

  it('throttling without end: an undecided status within the time of the call, and the same text each time', async () => {
    await emulator.addFault({
      action: 'CreateDisk',
      when: 'before',
      effect: { type: 'error', code: 'Throttling' },
    });
    const attempt = () => failureOf(createVolume(plugin.client, 'pvc-throttled', { timeLimitMs: 3000 }));
    const [first, second] = [await attempt(), await attempt()];
    expect(undecided).to.include(GrpcStatus[first.code]);
    expect(second.details).to.equal(first.details);
    expect((await emulator.counts()).disks).to.equal(0);
  });

  it('a disk that DescribeDisks hides is not taken for deleted', async () => {
    const volumeId = await createVolume(plugin.client, 'pvc-hidden');
    await emulator.configure({
      ramPolicies: [{ accessKeyId: 'emulator-access-key', deniedActions: [], isInvisible: true }],
    });
    const error = await failureOf(invoke(plugin.client.controller, 'DeleteVolume', { volumeId }));
    await emulator.configure({ ramPolicies: [] });
    expect(GrpcStatus[error.code]).to.equal('UNAVAILABLE');
    expect(error.details).to.match(/RAM rights/);
    expect((await emulator.counts()).disks).to.equal(1);
  });

  it('an answer that never comes does not outlive the caller’s deadline', async () => {
    await emulator.addFault({ action: 'DescribeDisks', when: 'before', effect: { type: 'hang' } });
    const startedAt = Date.now();
    const error = await failureOf(createVolume(plugin.client, 'pvc-slow', { timeLimitMs: 2000 }));
    expect(undecided).to.include(GrpcStatus[error.code]);
    expect(Date.now() - startedAt).to.be.below(2100);
    expect((await emulator.requests('CreateDisk')).length).to.equal(0);
  });
});
