import { expect } from 'chai';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { startController } from './controller-harness.ts';
import { gibibytes, mounted, sharedBlock } from './requests.ts';

const owned = new Map([[tagKeys.cluster, 'c-1']]);

describe('DeleteVolume', () => {
  it('deletes the disk', async () => {
    const { call, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });

    expect(await call('DeleteVolume', { volumeId: 'd-1' })).to.deep.equal({});
    expect(cloud.disks.values()).to.deep.equal([]);
  });

  it('answers OK for a disk that is gone', async () => {
    expect(await startController().call('DeleteVolume', { volumeId: 'd-1' })).to.deep.equal({});
  });

  it('answers OK for an id that no disk can have, and asks ECS nothing', async () => {
    const { call, cloud } = startController();
    for (const volumeId of ['vol-1', 'D-1', 'd-1,d-2', 's-1', '../d-1']) {
      expect(await call('DeleteVolume', { volumeId })).to.deep.equal({});
    }
    expect(cloud.calls).to.deep.equal([]);
  });

  it('answers FAILED_PRECONDITION for a disk in use', async () => {
    const { refusal, cloud } = startController();
    cloud.addDisk({ id: 'd-1', status: 'In_use', attachments: [{ instanceId: 'i-1', device: undefined }] });

    const { code, message } = await refusal('DeleteVolume', { volumeId: 'd-1' });

    expect(code).to.equal('FAILED_PRECONDITION');
    expect(message).to.contain('d-1').and.to.contain('i-1');
  });

  it('answers UNAVAILABLE, never OK, for a disk that is hidden from us', async () => {
    const { refusal, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    cloud.disks.hide('d-1');

    expect((await refusal('DeleteVolume', { volumeId: 'd-1' })).code).to.equal('UNAVAILABLE');
  });

  it('answers ABORTED while the volume is being worked on', async () => {
    const { call, refusal, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    const range = { requiredBytes: gibibytes(40) };
    const expansion = call('ControllerExpandVolume', { volumeId: 'd-1', capacityRange: range });

    expect((await refusal('DeleteVolume', { volumeId: 'd-1' })).code).to.equal('ABORTED');
    await expansion;
  });
});

describe('ControllerExpandVolume', () => {
  const expansion = { volumeId: 'd-1', capacityRange: { requiredBytes: gibibytes(40) } };

  it('grows the disk and answers with the size that ECS reports', async () => {
    const { call, cloud } = startController();
    cloud.addDisk({ id: 'd-1', status: 'In_use' });

    expect(await call('ControllerExpandVolume', expansion)).to.deep.equal({
      capacityBytes: String(gibibytes(40)),
      nodeExpansionRequired: true,
    });
  });

  it('needs the node for a file system, not for a block device', async () => {
    const { call, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    const needed = async (volumeCapability: typeof mounted | typeof sharedBlock) =>
      (await call('ControllerExpandVolume', { ...expansion, volumeCapability })).nodeExpansionRequired;

    expect(await needed(mounted)).to.equal(true);
    expect(await needed(sharedBlock)).to.equal(false);
  });

  it('answers OK with the present size when that is enough', async () => {
    const { call, cloud } = startController();
    cloud.addDisk({ id: 'd-1', sizeGiB: 100 });

    const { capacityBytes } = await call('ControllerExpandVolume', expansion);

    expect(capacityBytes).to.equal(String(gibibytes(100)));
    expect(cloud.countOf('resizeDisk')).to.equal(0);
  });

  it('answers OUT_OF_RANGE for what ECS does not offer, or above the limit', async () => {
    const { refusal, cloud } = startController();
    cloud.addDisk({ id: 'd-1', sizeGiB: 100 });
    for (const capacityRange of [
      { requiredBytes: gibibytes(65_537) },
      { requiredBytes: '9223372036854775807' },
      { requiredBytes: gibibytes(50), limitBytes: gibibytes(60) },
    ]) {
      const { code } = await refusal('ControllerExpandVolume', { volumeId: 'd-1', capacityRange });
      expect(code).to.equal('OUT_OF_RANGE');
    }
    expect(cloud.countOf('resizeDisk')).to.equal(0);
  });

  it('answers NOT_FOUND for a disk that is gone', async () => {
    const { code } = await startController().refusal('ControllerExpandVolume', expansion);
    expect(code).to.equal('NOT_FOUND');
  });

  it('answers ABORTED while a snapshot holds it up, and UNAVAILABLE when the outcome is unknown', async () => {
    const { refusal, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    cloud.addSnapshot({ sourceDiskId: 'd-1', status: 'progressing' });
    expect((await refusal('ControllerExpandVolume', expansion)).code).to.equal('ABORTED');

    cloud.failNext('resizeDisk', 'lost-request');
    expect((await refusal('ControllerExpandVolume', expansion)).code).to.equal('UNAVAILABLE');
  });
});

describe('ControllerGetVolume', () => {
  it('tells the volume and the nodes that hold it', async () => {
    const { call, cloud } = startController();
    const attachments = ['i-1', 'i-2'].map((instanceId) => ({ instanceId, device: undefined }));
    cloud.addDisk({ id: 'd-1', attachments });

    const { volume, status } = await call('ControllerGetVolume', { volumeId: 'd-1' });

    expect(volume).to.include({ volumeId: 'd-1', capacityBytes: String(gibibytes(20)) });
    expect(status).to.have.deep.property('publishedNodeIds', ['i-1', 'i-2']);
    expect(status?.volumeCondition).to.deep.equal({ abnormal: false, message: 'disk d-1 is Available' });
  });

  for (const [what, changes, message] of [
    ['locked', { lockReasons: ['financial', 'security'] }, /ECS has locked disk d-1 \(financial, security\)/],
    ['being rolled back', { status: 'ReIniting' }, /rolled back/],
    ['in a state of the future', { status: 'Unknown' }, /does not know/],
  ] as const) {
    it(`calls a volume abnormal that is ${what}`, async () => {
      const { call, cloud } = startController();
      cloud.addDisk({ id: 'd-1', ...changes });
      const { status } = await call('ControllerGetVolume', { volumeId: 'd-1' });
      expect(status?.volumeCondition).to.have.property('abnormal', true);
      expect(status?.volumeCondition?.message).to.match(message);
    });
  }

  it('tells a volume that is gone from one that is hidden', async () => {
    const { refusal, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    cloud.disks.hide('d-1');

    expect((await refusal('ControllerGetVolume', { volumeId: 'd-2' })).code).to.equal('NOT_FOUND');
    expect((await refusal('ControllerGetVolume', { volumeId: 'd-1' })).code).to.equal('UNAVAILABLE');
  });
});

describe('ValidateVolumeCapabilities', () => {
  it('confirms what it was asked when all of it is supported', async () => {
    const { call, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    const asked = {
      volumeCapabilities: [mounted],
      volumeContext: { type: 'cloud_essd' },
      parameters: { type: 'cloud_essd' },
    };

    const { confirmed, message } = await call('ValidateVolumeCapabilities', { volumeId: 'd-1', ...asked });

    expect(message ?? '').to.equal('');
    // Nothing of these was compared with anything.
    expect([confirmed?.volumeContext ?? {}, confirmed?.parameters ?? {}]).to.deep.equal([{}, {}]);
    expect(confirmed?.volumeCapabilities?.[0]?.accessMode?.mode).to.equal('SINGLE_NODE_WRITER');
  });

  it('confirms nothing when one is not supported, and says why', async () => {
    const { call, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    cloud.addDisk({ id: 'd-2', multiAttach: true });
    const volumeCapabilities = [mounted, sharedBlock];

    const plain = await call('ValidateVolumeCapabilities', { volumeId: 'd-1', volumeCapabilities });
    const shared = await call('ValidateVolumeCapabilities', { volumeId: 'd-2', volumeCapabilities });

    expect(plain.confirmed).to.equal(undefined);
    expect(plain.message).to.contain('MULTI_NODE_MULTI_WRITER');
    expect(shared.confirmed?.volumeCapabilities).to.have.length(2);
  });

  it('answers NOT_FOUND for a volume that is gone', async () => {
    const request = { volumeId: 'd-1', volumeCapabilities: [mounted] };
    expect((await startController().refusal('ValidateVolumeCapabilities', request)).code).to.equal(
      'NOT_FOUND',
    );
  });
});

describe('ListVolumes', () => {
  const idsOf = (entries: readonly { volume?: { volumeId?: string } | null }[] | undefined) =>
    entries?.map(({ volume }) => volume?.volumeId);

  it("lists this cluster's volumes page by page, in the order of their ids", async () => {
    const { call, cloud } = startController();
    for (const id of ['d-3', 'd-1', 'd-2']) {
      cloud.addDisk({ id, tags: owned });
    }
    cloud.addDisk({ id: 'd-0', tags: new Map([[tagKeys.cluster, 'c-2']]) });
    cloud.addDisk({ id: 'd-9' });

    const first = await call('ListVolumes', { maxEntries: 2 });
    const second = await call('ListVolumes', { maxEntries: 2, startingToken: first.nextToken ?? '' });

    expect(idsOf(first.entries)).to.deep.equal(['d-1', 'd-2']);
    expect(idsOf(second.entries)).to.deep.equal(['d-3']);
    expect(second.nextToken).to.equal('');
    expect(cloud.countOf('listDiskIds')).to.equal(1);
  });

  it('lists what this driver made when the operator names no cluster', async () => {
    const { call, cloud } = startController({ clusterId: undefined });
    cloud.addDisk({ id: 'd-1', tags: new Map([[tagKeys.createdBy, 'alibabacloud-csi-plugin']]) });
    cloud.addDisk({ id: 'd-2' });

    expect(idsOf((await call('ListVolumes', {})).entries)).to.deep.equal(['d-1']);
  });

  it('leaves out what has gone between the list of ids and the look at them, and still goes on', async () => {
    const { call, cloud } = startController();
    for (const id of ['d-1', 'd-2', 'd-3']) {
      cloud.addDisk({ id, tags: owned });
    }
    cloud.disks.hide('d-1');
    cloud.disks.hide('d-2');

    const first = await call('ListVolumes', { maxEntries: 2 });

    expect(first.entries).to.deep.equal([]);
    const rest = await call('ListVolumes', { maxEntries: 2, startingToken: first.nextToken ?? '' });
    expect(idsOf(rest.entries)).to.deep.equal(['d-3']);
  });

  it('reads the ids again when the next page is asked for late', async () => {
    const { call, cloud, clock } = startController();
    cloud.addDisk({ id: 'd-1', tags: owned });
    cloud.addDisk({ id: 'd-2', tags: owned });
    const { nextToken } = await call('ListVolumes', { maxEntries: 1 });
    cloud.addDisk({ id: 'd-3', tags: owned });
    clock.nowMs = 30_001;

    const { entries } = await call('ListVolumes', { startingToken: nextToken ?? '' });

    expect(idsOf(entries)).to.deep.equal(['d-2', 'd-3']);
  });
});

describe('ControllerGetCapabilities', () => {
  it('names just what this version can do', async () => {
    const { call, cloud } = startController();
    const { capabilities } = await call('ControllerGetCapabilities', {});

    expect(capabilities?.map((capability) => capability.rpc?.type)).to.have.members([
      'CREATE_DELETE_VOLUME',
      'PUBLISH_UNPUBLISH_VOLUME',
      'LIST_VOLUMES',
      'GET_VOLUME',
      'CLONE_VOLUME',
      'CREATE_DELETE_SNAPSHOT',
      'LIST_SNAPSHOTS',
      'GET_SNAPSHOT',
      'EXPAND_VOLUME',
      'MODIFY_VOLUME',
      'VOLUME_CONDITION',
      'SINGLE_NODE_MULTI_WRITER',
    ]);
    expect(cloud.calls).to.deep.equal([]);
  });
});
