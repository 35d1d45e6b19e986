import { expect } from 'chai';
import { aCall } from '../../../support/builders.ts';
import { startController, type WireRequest } from './controller-harness.ts';

const mounted = { mount: { fsType: 'ext4' }, accessMode: { mode: 'SINGLE_NODE_WRITER' as const } };
const request: WireRequest<'ControllerPublishVolume'> = {
  volumeId: 'd-1',
  nodeId: 'i-1',
  volumeCapability: mounted,
};

function start() {
  const controller = startController();
  controller.cloud.addInstance({ id: 'i-1' });
  return controller;
}

describe('ControllerPublishVolume', () => {
  it('attaches the disk, and answers with just its serial number', async () => {
    const { call, cloud } = start();
    cloud.addDisk({ id: 'd-1', serialNumber: 'bp1abc' });
    expect(await call('ControllerPublishVolume', request)).to.deep.equal({
      publishContext: { serialNumber: 'bp1abc' },
    });
    expect(cloud.countOf('attachDisk')).to.equal(1);
  });

  for (const [what, changes, message] of [
    ['volume id', { volumeId: '' }, 'volume_id is missing'],
    ['node id', { nodeId: '' }, 'node_id is missing'],
    ['capability', { volumeCapability: null }, 'volume_capability is missing'],
    ['access type', { volumeCapability: { accessMode: { mode: 'SINGLE_NODE_WRITER' } } }, 'block and mount'],
    ['access mode', { volumeCapability: { mount: {} } }, 'access_mode is missing'],
    ['node id of sensible length', { nodeId: 'i'.repeat(257) }, 'longer than 256 bytes'],
  ] as const) {
    it(`refuses a request without ${what}`, async () => {
      const { refusal, cloud } = start();
      const { code, message: text } = await refusal('ControllerPublishVolume', { ...request, ...changes });
      expect(code).to.equal('INVALID_ARGUMENT');
      expect(text).to.contain(message);
      expect(cloud.calls).to.deep.equal([]);
    });
  }

  it('looks for the volume first, then for the node', async () => {
    const { refusal, cloud } = start();
    const noNode = { ...request, nodeId: 'fake-node-id' };
    expect(await refusal('ControllerPublishVolume', noNode)).to.deep.include({
      code: 'NOT_FOUND',
      message: 'disk d-1 does not exist',
    });
    cloud.addDisk({ id: 'd-1' });
    const { code, message } = await refusal('ControllerPublishVolume', noNode);
    expect(code).to.equal('NOT_FOUND');
    expect(message).to.contain('d-1').and.to.contain('fake-node-id');
    expect(cloud.countOf('findInstance') + cloud.countOf('attachDisk')).to.equal(0);
  });

  for (const [where, attachments, code] of [
    ['a free volume', [], 'INVALID_ARGUMENT'],
    ['a volume that is there already', [{ instanceId: 'i-1', device: undefined }], 'ALREADY_EXISTS'],
  ] as const) {
    it(`answers ${code} when ${where} cannot be used in that way`, async () => {
      const { refusal, cloud } = start();
      const status = attachments.length > 0 ? 'In_use' : 'Available';
      cloud.addDisk({ id: 'd-1', attachments, status, multiAttach: true });
      const twoWriters = { mount: {}, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' as const } };
      for (const changes of [{ volumeCapability: twoWriters }, { readonly: true }]) {
        const answer = await refusal('ControllerPublishVolume', { ...request, ...changes });
        expect(answer.code).to.equal(code);
        expect(answer.message).to.contain('d-1').and.to.contain('i-1');
      }
      expect(cloud.countOf('attachDisk')).to.equal(0);
    });
  }

  it('publishes a plain disk at one node whatever mode and file system its volume was made with', async () => {
    const { call, refusal, cloud } = start();
    cloud.addInstance({ id: 'i-2' });
    cloud.addDisk({ id: 'd-1' });
    const shared = { mount: { fsType: 'btrfs' }, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' as const } };
    const asMade = { ...request, volumeCapability: shared };
    await call('ControllerPublishVolume', asMade);
    const elsewhere = await refusal('ControllerPublishVolume', { ...asMade, nodeId: 'i-2' });
    expect(elsewhere).to.have.property('code', 'FAILED_PRECONDITION');
    expect(elsewhere.message).to.contain('i-1');
  });

  it('refuses a disk whose device nobody could find, before it is attached', async () => {
    const { refusal, cloud } = start();
    cloud.addDisk({ id: 'd-1', serialNumber: undefined });
    expect(await refusal('ControllerPublishVolume', request)).to.have.property('code', 'FAILED_PRECONDITION');
    expect(cloud.countOf('attachDisk')).to.equal(0);
  });

  it('answers RESOURCE_EXHAUSTED with both ids when the instance is full', async () => {
    const { refusal, cloud } = start();
    cloud.addDisk({ id: 'd-1' });
    cloud.diskLimits.set('ecs.g7.large', 1);
    const { code, message } = await refusal('ControllerPublishVolume', request);
    expect(code).to.equal('RESOURCE_EXHAUSTED');
    expect(message).to.contain('d-1').and.to.contain('i-1');
  });
});

describe('ControllerUnpublishVolume', () => {
  const attached = {
    id: 'd-1',
    status: 'In_use',
    attachments: [{ instanceId: 'i-1', device: undefined }],
  } as const;

  it('detaches from the node, or from all when none is named', async () => {
    for (const nodeId of ['i-1', '']) {
      const { call, cloud } = start();
      cloud.addDisk(attached);
      expect(await call('ControllerUnpublishVolume', { volumeId: 'd-1', nodeId })).to.deep.equal({});
      expect(cloud.disks.get('d-1')?.attachments).to.deep.equal([]);
    }
  });

  it('counts as detached what no disk or no instance can be, without asking', async () => {
    const { call, cloud } = start();
    await call('ControllerUnpublishVolume', { volumeId: 'fake-vol-id', nodeId: 'i-1' });
    await call('ControllerUnpublishVolume', { volumeId: 'd-1', nodeId: 'fake-node-id' });
    expect(cloud.calls).to.deep.equal([]);
  });

  it('goes on beside an expansion, not beside a deletion', async () => {
    const { call, cloud } = start();
    cloud.addDisk({ id: 'd-1' });
    const deleting = call('DeleteVolume', { volumeId: 'd-1' });
    const refused = await call('ControllerUnpublishVolume', { volumeId: 'd-1', nodeId: 'i-1' }).catch(String);
    expect(refused).to.contain('the nodes of volume d-1 is already running');
    await deleting;
    cloud.addDisk({ ...attached });
    const expanding = call('ControllerExpandVolume', {
      volumeId: 'd-1',
      capacityRange: { requiredBytes: 30 * 1024 ** 3 },
    });
    await Promise.all([expanding, call('ControllerUnpublishVolume', { volumeId: 'd-1', nodeId: 'i-1' })]);
  });

  it('ends with its caller', async () => {
    const { call, cloud } = start();
    cloud.addDisk(attached);
    const gone = aCall(AbortSignal.abort(new Error('gone')));
    const answer = await call('ControllerUnpublishVolume', { volumeId: 'd-1', nodeId: 'i-1' }, gone).catch(
      String,
    );
    expect(answer).to.contain('gone');
    expect(cloud.countOf('detachDisk')).to.equal(0);
  });
});
