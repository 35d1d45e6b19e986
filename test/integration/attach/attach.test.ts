import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { addNode, placedDisks, publish, sharedCapability, unpublish } from '../../support/attachments.ts';
import { invoke } from '../../support/csi-client.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { createVolume, essdParameters, expectFailure, mountCapability } from '../../support/volumes.ts';

describe('Publishing and unpublishing', () => {
  const site = siteOfSuite({ settings: { attachMs: 200, detachMs: 200 } });
  let node: string;

  beforeEach(async () => {
    node = await addNode(site.emulator);
  });

  const placeOf = async (volumeId: string) => (await placedDisks(site.emulator)).get(volumeId)?.instanceIds;
  const okCount = async (action: string) =>
    (await site.emulator.requests(action)).filter(({ code }) => code === 'OK').length;

  it('attaches once, says what the node plugin finds the device by, and detaches with one request', async () => {
    const volumeId = await createVolume(site.client, 'pvc-1');

    const context = await publish(site.client, volumeId, node);

    expect(context).to.deep.equal({ serialNumber: volumeId.replace('d-', '') });
    expect((await placedDisks(site.emulator)).get(volumeId)).to.include({ status: 'In_use' });
    expect(await placeOf(volumeId)).to.deep.equal([node]);
    expect(await publish(site.client, volumeId, node)).to.deep.equal(context);
    expect(await site.emulator.requests('AttachDisk')).to.have.length(1);

    await unpublish(site.client, volumeId, node);

    expect(await placeOf(volumeId)).to.deep.equal([]);
    expect(await site.emulator.requests('DetachDisk')).to.have.length(1);
    await unpublish(site.client, volumeId, node);
    expect(await okCount('DetachDisk')).to.equal(1);
  });

  it('waits until ECS shows the disk on the node, not only until it is busy with it', async () => {
    await site.emulator.configure({ attachMs: 1500, attachVisibleAfterMs: 1000 });
    const volumeId = await createVolume(site.client, 'pvc-1');

    await publish(site.client, volumeId, node);

    expect((await placedDisks(site.emulator)).get(volumeId)?.status).to.equal('In_use');
    expect(await okCount('AttachDisk')).to.equal(1);
  });

  it('names both when the volume is at another node', async () => {
    const other = await addNode(site.emulator);
    const volumeId = await createVolume(site.client, 'pvc-1');
    await publish(site.client, volumeId, node);

    const text = new RegExp(`disk ${volumeId} is attached to instance ${node}.*${other}`);
    await expectFailure(publish(site.client, volumeId, other), GrpcStatus.FAILED_PRECONDITION, text);
    expect(await placeOf(volumeId)).to.deep.equal([node]);
  });

  it('publishes at the new node as soon as the old one lets go', async () => {
    const other = await addNode(site.emulator);
    const volumeId = await createVolume(site.client, 'pvc-1');
    await publish(site.client, volumeId, node);
    await site.emulator.configure({ detachMs: 800 });
    const leaving = unpublish(site.client, volumeId, node);
    while ((await placedDisks(site.emulator)).get(volumeId)?.status !== 'Detaching') {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }

    await Promise.all([leaving, publish(site.client, volumeId, other)]);

    expect(await placeOf(volumeId)).to.deep.equal([other]);
  });

  it('answers ABORTED with the same text each time while an attach is stuck', async () => {
    await site.emulator.configure({ attachMs: 60_000 });
    const volumeId = await createVolume(site.client, 'pvc-1');
    const text = new RegExp(`^ABORTED: disk ${volumeId} is still being attached to instance ${node}$`);
    const attempt = () => publish(site.client, volumeId, node, { timeLimitMs: 3000 });
    await expectFailure(attempt(), GrpcStatus.ABORTED, text);
    await expectFailure(attempt(), GrpcStatus.ABORTED, text);
    await site.emulator.control('POST', '/clock', { advanceMs: 60_000 });
    await publish(site.client, volumeId, node);
    expect(await okCount('AttachDisk')).to.equal(1);
  });

  it('detaches a disk that is just being attached although it looks free', async () => {
    await site.emulator.configure({ attachMs: 1000, attachVisibleAfterMs: 900 });
    const volumeId = await createVolume(site.client, 'pvc-1');
    await publish(site.client, volumeId, node, { timeLimitMs: 300 }).catch(() => undefined);

    await unpublish(site.client, volumeId, node);

    expect(await placeOf(volumeId)).to.deep.equal([]);
    expect(await okCount('DetachDisk')).to.equal(1);
  });

  it('does not take a disk off a node that it is not on', async () => {
    const other = await addNode(site.emulator);
    const volumeId = await createVolume(site.client, 'pvc-1');
    await publish(site.client, volumeId, node);

    await unpublish(site.client, volumeId, other);

    expect(await placeOf(volumeId)).to.deep.equal([node]);
    expect(await site.emulator.requests('DetachDisk')).to.have.length(0);
  });

  for (const [what, volumeId, nodeId] of [
    ['a disk that does not exist', 'd-bp1000000000000000000', 'i-bp1000000000000000000'],
    ['an id that no disk can have', 'fake-vol-id', 'i-bp1000000000000000000'],
  ] as const) {
    it(`counts ${what} as unpublished, and cannot publish it`, async () => {
      await unpublish(site.client, volumeId, nodeId);
      await expectFailure(publish(site.client, volumeId, nodeId), GrpcStatus.NOT_FOUND, /d-bp1|volume/);
    });
  }

  it('counts a volume as unpublished from a node that does not exist, and cannot publish it there', async () => {
    const volumeId = await createVolume(site.client, 'pvc-1');
    for (const nodeId of ['i-bp1000000000000000000', 'fake-node-id-x']) {
      await unpublish(site.client, volumeId, nodeId);
      const text = new RegExp(`${volumeId}.*${nodeId}`);
      await expectFailure(publish(site.client, volumeId, nodeId), GrpcStatus.NOT_FOUND, text);
    }
  });

  it('says nothing about a disk that it may not see', async () => {
    const volumeId = await createVolume(site.client, 'pvc-1');
    await publish(site.client, volumeId, node);
    const ramPolicies = [{ accessKeyId: 'emulator-access-key', deniedActions: [], isInvisible: true }];
    await site.emulator.configure({ ramPolicies });
    const text = /exists, but ECS does not show it/;
    await expectFailure(unpublish(site.client, volumeId, node), GrpcStatus.UNAVAILABLE, text);
    expect(await placeOf(volumeId)).to.deep.equal([node]);
  });

  it('refuses what can never be, with both ids', async () => {
    const far = await addNode(site.emulator, { zoneId: 'cn-hangzhou-i' });
    const volumeId = await createVolume(site.client, 'pvc-1');
    const both = (nodeId: string) => new RegExp(`${volumeId}.*${nodeId}`);
    await expectFailure(publish(site.client, volumeId, far), GrpcStatus.INVALID_ARGUMENT, both(far));
    const request = { volumeId, nodeId: node, volumeCapability: mountCapability, readonly: true };
    const readonly = () => invoke(site.client.controller, 'ControllerPublishVolume', request);
    await expectFailure(readonly(), GrpcStatus.INVALID_ARGUMENT, both(node));
    await publish(site.client, volumeId, node);
    await expectFailure(readonly(), GrpcStatus.ALREADY_EXISTS, both(node));
    expect(await site.emulator.requests('AttachDisk')).to.have.length(1);
  });

  it('publishes a plain disk at one node though its volume says several', async () => {
    const volumeId = await createVolume(site.client, 'pvc-1');
    const elsewhere = await addNode(site.emulator);
    await publish(site.client, volumeId, node, { volumeCapability: sharedCapability });
    const second = publish(site.client, volumeId, elsewhere, { volumeCapability: sharedCapability });
    await expectFailure(second, GrpcStatus.FAILED_PRECONDITION, new RegExp(`${volumeId}.*${node}`));
  });

  it('refuses one more disk than the instance type takes, before it asks ECS for it', async () => {
    await site.emulator.configure({ disksPerInstance: 2 });
    // A type that no other test asks about, since what it takes is remembered.
    const { id: small } = await site.emulator.control<{ id: string }>('POST', '/instances', {
      instanceType: 'ecs.g8i.xlarge',
    });
    const [first, second] = [
      await createVolume(site.client, 'pvc-1'),
      await createVolume(site.client, 'pvc-2'),
    ];
    await publish(site.client, first, small);
    const text = new RegExp(`${second}.*${small}`);
    await expectFailure(publish(site.client, second, small), GrpcStatus.RESOURCE_EXHAUSTED, text);
    expect(await site.emulator.requests('AttachDisk')).to.have.length(1);
    await unpublish(site.client, first, small);
    await publish(site.client, second, small);
  });

  it('shares a multi-attach disk between nodes, and takes it off one or all', async () => {
    const nodes = [node, await addNode(site.emulator), await addNode(site.emulator)];
    const { volume } = await invoke(site.client.controller, 'CreateVolume', {
      name: 'pvc-shared',
      capacityRange: { requiredBytes: 20 * 1024 ** 3 },
      volumeCapabilities: [sharedCapability],
      parameters: { ...essdParameters, multiAttach: 'true' },
    });
    const volumeId = volume?.volumeId ?? '';
    const options = { volumeCapability: sharedCapability };
    await Promise.all(nodes.map((nodeId) => publish(site.client, volumeId, nodeId, options)));
    expect(new Set(await placeOf(volumeId))).to.deep.equal(new Set(nodes));
    await unpublish(site.client, volumeId, node);
    expect(new Set(await placeOf(volumeId))).to.deep.equal(new Set(nodes.slice(1)));
    await unpublish(site.client, volumeId, '');
    expect(await placeOf(volumeId)).to.deep.equal([]);
  });

  it('takes a regional disk from a zone that does not let go of it', async () => {
    const far = await addNode(site.emulator, { zoneId: 'cn-hangzhou-i' });
    const parameters = { type: 'cloud_regional_disk_auto' };
    const volumeId = await createVolume(site.client, 'pvc-1', { parameters });
    await publish(site.client, volumeId, node);
    await site.emulator.configure({ detachMs: 600_000 });
    const text = new RegExp(`disk ${volumeId} is still being detached from instance ${node}`);
    await expectFailure(unpublish(site.client, volumeId, node, 1000), GrpcStatus.ABORTED, text);

    await publish(site.client, volumeId, far);

    expect(await placeOf(volumeId)).to.deep.equal([far]);
    await unpublish(site.client, volumeId, node);
    expect(await placeOf(volumeId)).to.deep.equal([far]);
  });

  it('attaches a disk that is tied to its instance as ECS demands', async () => {
    const parameters = { type: 'elastic_ephemeral_disk_standard', zoneId: 'cn-hangzhou-h' };
    const volumeId = await createVolume(site.client, 'pvc-1', { parameters, sizeGiB: 64 });
    await publish(site.client, volumeId, node);
    await unpublish(site.client, volumeId, node);
    const [attach] = await site.emulator.requests('AttachDisk');
    expect(attach?.parameters['DeleteWithInstance']).to.equal('true');
  });
});
