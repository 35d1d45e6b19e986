import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { addNode, placedDisks, publish, sharedCapability, unpublish } from '../../support/attachments.ts';
import { invoke } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { socketDirectory, startPlugin, type Plugin, type SocketDirectory } from '../../support/plugin.ts';
import {
  createVolume,
  essdParameters,
  expectFailure,
  mountCapability,
  untilReady,
} from '../../support/volumes.ts';

describe('Publishing and unpublishing', () => {
  let emulator: Emulator;
  let directory: SocketDirectory;
  let plugin: Plugin;
  let node: string;

  before(async () => {
    emulator = await startEmulator();
    directory = socketDirectory();
    plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket });
    await untilReady(plugin.client);
  });

  after(async () => {
    await plugin[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
    await emulator[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    await emulator.clearFaults();
    await emulator.control('POST', '/reset');
    await emulator.control('DELETE', '/settings');
    await emulator.configure({ createDiskMs: 20, attachMs: 200, detachMs: 200 });
    node = await addNode(emulator);
  });

  const placeOf = async (volumeId: string) => (await placedDisks(emulator)).get(volumeId)?.instanceIds;
  const okCount = async (action: string) =>
    (await emulator.requests(action)).filter(({ code }) => code === 'OK').length;

  it('attaches once, says what the node plugin finds the device by, and detaches with one request', async () => {
    const volumeId = await createVolume(plugin.client, 'pvc-1');

    const context = await publish(plugin.client, volumeId, node);

    expect(context).to.deep.equal({ serialNumber: volumeId.replace('d-', '') });
    expect((await placedDisks(emulator)).get(volumeId)).to.include({ status: 'In_use' });
    expect(await placeOf(volumeId)).to.deep.equal([node]);
    expect(await publish(plugin.client, volumeId, node)).to.deep.equal(context);
    expect(await emulator.requests('AttachDisk')).to.have.length(1);

    await unpublish(plugin.client, volumeId, node);

    expect(await placeOf(volumeId)).to.deep.equal([]);
    expect(await emulator.requests('DetachDisk')).to.have.length(1);
    await unpublish(plugin.client, volumeId, node);
    expect(await okCount('DetachDisk')).to.equal(1);
  });

  it('waits until ECS shows the disk on the node, not only until it is busy with it', async () => {
    await emulator.configure({ attachMs: 1500, attachVisibleAfterMs: 1000 });
    const volumeId = await createVolume(plugin.client, 'pvc-1');

    await publish(plugin.client, volumeId, node);

    expect((await placedDisks(emulator)).get(volumeId)?.status).to.equal('In_use');
    expect(await okCount('AttachDisk')).to.equal(1);
  });

  it('names both when the volume is at another node', async () => {
    const other = await addNode(emulator);
    const volumeId = await createVolume(plugin.client, 'pvc-1');
    await publish(plugin.client, volumeId, node);

    const text = new RegExp(`disk ${volumeId} is attached to instance ${node}.*${other}`);
    await expectFailure(publish(plugin.client, volumeId, other), GrpcStatus.FAILED_PRECONDITION, text);
    expect(await placeOf(volumeId)).to.deep.equal([node]);
  });

  it('publishes at the new node as soon as the old one lets go', async () => {
    const other = await addNode(emulator);
    const volumeId = await createVolume(plugin.client, 'pvc-1');
    await publish(plugin.client, volumeId, node);
    await emulator.configure({ detachMs: 800 });
    const leaving = unpublish(plugin.client, volumeId, node);
    while ((await placedDisks(emulator)).get(volumeId)?.status !== 'Detaching') {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }

    await Promise.all([leaving, publish(plugin.client, volumeId, other)]);

    expect(await placeOf(volumeId)).to.deep.equal([other]);
  });

  it('answers ABORTED with the same text each time while an attach is stuck', async () => {
    await emulator.configure({ attachMs: 60_000 });
    const volumeId = await createVolume(plugin.client, 'pvc-1');
    const text = new RegExp(`^ABORTED: disk ${volumeId} is still being attached to instance ${node}$`);
    const attempt = () => publish(plugin.client, volumeId, node, { timeLimitMs: 3000 });
    await expectFailure(attempt(), GrpcStatus.ABORTED, text);
    await expectFailure(attempt(), GrpcStatus.ABORTED, text);
    await emulator.control('POST', '/clock', { advanceMs: 60_000 });
    await publish(plugin.client, volumeId, node);
    expect(await okCount('AttachDisk')).to.equal(1);
  });

  it('detaches a disk that is just being attached although it looks free', async () => {
    await emulator.configure({ attachMs: 1000, attachVisibleAfterMs: 900 });
    const volumeId = await createVolume(plugin.client, 'pvc-1');
    await publish(plugin.client, volumeId, node, { timeLimitMs: 300 }).catch(() => undefined);

    await unpublish(plugin.client, volumeId, node);

    expect(await placeOf(volumeId)).to.deep.equal([]);
    expect(await okCount('DetachDisk')).to.equal(1);
  });

  it('does not take a disk off a node that it is not on', async () => {
    const other = await addNode(emulator);
    const volumeId = await createVolume(plugin.client, 'pvc-1');
    await publish(plugin.client, volumeId, node);

    await unpublish(plugin.client, volumeId, other);

    expect(await placeOf(volumeId)).to.deep.equal([node]);
    expect(await emulator.requests('DetachDisk')).to.have.length(0);
  });

  for (const [what, volumeId, nodeId] of [
    ['a disk that does not exist', 'd-bp1000000000000000000', 'i-bp1000000000000000000'],
    ['an id that no disk can have', 'fake-vol-id', 'i-bp1000000000000000000'],
  ] as const) {
    it(`counts ${what} as unpublished, and cannot publish it`, async () => {
      await unpublish(plugin.client, volumeId, nodeId);
      await expectFailure(publish(plugin.client, volumeId, nodeId), GrpcStatus.NOT_FOUND, /d-bp1|volume/);
    });
  }

  it('counts a volume as unpublished from a node that does not exist, and cannot publish it there', async () => {
    const volumeId = await createVolume(plugin.client, 'pvc-1');
    for (const nodeId of ['i-bp1000000000000000000', 'fake-node-id-x']) {
      await unpublish(plugin.client, volumeId, nodeId);
      const text = new RegExp(`${volumeId}.*${nodeId}`);
      await expectFailure(publish(plugin.client, volumeId, nodeId), GrpcStatus.NOT_FOUND, text);
    }
  });

  it('says nothing about a disk that it may not see', async () => {
    const volumeId = await createVolume(plugin.client, 'pvc-1');
    await publish(plugin.client, volumeId, node);
    const ramPolicies = [{ accessKeyId: 'emulator-access-key', deniedActions: [], isInvisible: true }];
    await emulator.configure({ ramPolicies });
    const text = /exists, but ECS does not show it/;
    await expectFailure(unpublish(plugin.client, volumeId, node), GrpcStatus.UNAVAILABLE, text);
    expect(await placeOf(volumeId)).to.deep.equal([node]);
  });

  it('refuses what can never be, with both ids', async () => {
    const far = await addNode(emulator, { zoneId: 'cn-hangzhou-i' });
    const volumeId = await createVolume(plugin.client, 'pvc-1');
    const both = (nodeId: string) => new RegExp(`${volumeId}.*${nodeId}`);
    await expectFailure(publish(plugin.client, volumeId, far), GrpcStatus.INVALID_ARGUMENT, both(far));
    const request = { volumeId, nodeId: node, volumeCapability: mountCapability, readonly: true };
    const readonly = () => invoke(plugin.client.controller, 'ControllerPublishVolume', request);
    await expectFailure(readonly(), GrpcStatus.INVALID_ARGUMENT, both(node));
    await publish(plugin.client, volumeId, node);
    await expectFailure(readonly(), GrpcStatus.ALREADY_EXISTS, both(node));
    expect(await emulator.requests('AttachDisk')).to.have.length(1);
  });

  it('publishes a plain disk at one node though its volume says several', async () => {
    const volumeId = await createVolume(plugin.client, 'pvc-1');
    const elsewhere = await addNode(emulator);
    await publish(plugin.client, volumeId, node, { volumeCapability: sharedCapability });
    const second = publish(plugin.client, volumeId, elsewhere, { volumeCapability: sharedCapability });
    await expectFailure(second, GrpcStatus.FAILED_PRECONDITION, new RegExp(`${volumeId}.*${node}`));
  });

  it('refuses one more disk than the instance type takes, before it asks ECS for it', async () => {
    await emulator.configure({ disksPerInstance: 2 });
    // A type that no other test asks about, since what it takes is remembered.
    const { id: small } = await emulator.control<{ id: string }>('POST', '/instances', {
      instanceType: 'ecs.g8i.xlarge',
    });
    const [first, second] = [
      await createVolume(plugin.client, 'pvc-1'),
      await createVolume(plugin.client, 'pvc-2'),
    ];
    await publish(plugin.client, first, small);
    const text = new RegExp(`${second}.*${small}`);
    await expectFailure(publish(plugin.client, second, small), GrpcStatus.RESOURCE_EXHAUSTED, text);
    expect(await emulator.requests('AttachDisk')).to.have.length(1);
    await unpublish(plugin.client, first, small);
    await publish(plugin.client, second, small);
  });

  it('shares a multi-attach disk between nodes, and takes it off one or all', async () => {
    const nodes = [node, await addNode(emulator), await addNode(emulator)];
    const { volume } = await invoke(plugin.client.controller, 'CreateVolume', {
      name: 'pvc-shared',
      capacityRange: { requiredBytes: 20 * 1024 ** 3 },
      volumeCapabilities: [sharedCapability],
      parameters: { ...essdParameters, multiAttach: 'true' },
    });
    const volumeId = volume?.volumeId ?? '';
    const options = { volumeCapability: sharedCapability };
    await Promise.all(nodes.map((nodeId) => publish(plugin.client, volumeId, nodeId, options)));
    expect(new Set(await placeOf(volumeId))).to.deep.equal(new Set(nodes));
    await unpublish(plugin.client, volumeId, node);
    expect(new Set(await placeOf(volumeId))).to.deep.equal(new Set(nodes.slice(1)));
    await unpublish(plugin.client, volumeId, '');
    expect(await placeOf(volumeId)).to.deep.equal([]);
  });

  it('takes a regional disk from a zone that does not let go of it', async () => {
    const far = await addNode(emulator, { zoneId: 'cn-hangzhou-i' });
    const parameters = { type: 'cloud_regional_disk_auto' };
    const volumeId = await createVolume(plugin.client, 'pvc-1', { parameters });
    await publish(plugin.client, volumeId, node);
    await emulator.configure({ detachMs: 600_000 });
    const text = new RegExp(`disk ${volumeId} is still being detached from instance ${node}`);
    await expectFailure(unpublish(plugin.client, volumeId, node, 1000), GrpcStatus.ABORTED, text);

    await publish(plugin.client, volumeId, far);

    expect(await placeOf(volumeId)).to.deep.equal([far]);
    await unpublish(plugin.client, volumeId, node);
    expect(await placeOf(volumeId)).to.deep.equal([far]);
  });

  it('attaches a disk that is tied to its instance as ECS demands', async () => {
    const parameters = { type: 'elastic_ephemeral_disk_standard', zoneId: 'cn-hangzhou-h' };
    const volumeId = await createVolume(plugin.client, 'pvc-1', { parameters, sizeGiB: 64 });
    await publish(plugin.client, volumeId, node);
    await unpublish(plugin.client, volumeId, node);
    const [attach] = await emulator.requests('AttachDisk');
    expect(attach?.parameters['DeleteWithInstance']).to.equal('true');
  });
});
