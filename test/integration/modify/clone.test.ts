import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import {
  createSnapshot,
  createUsedVolume,
  createVolume,
  essdParameters,
  eventually,
  expectFailure,
  gib,
  mountCapability,
  untilItSucceeds,
} from '../../support/volumes.ts';

describe('Clones over the socket', () => {
  const site = siteOfSuite({
    args: ['--ecs-timeout', '1s', '--call-timeout', '5s', '--keeper-interval', '1s'],
  });

  const clone = async (name: string, volumeId: string, wish: { sizeGiB?: number; type?: string } = {}) => {
    const { sizeGiB = 20, type = 'cloud_essd' } = wish;
    const request = {
      name,
      capacityRange: { requiredBytes: sizeGiB * gib },
      volumeCapabilities: [mountCapability],
      parameters: { type, zoneId: essdParameters.zoneId },
      volumeContentSource: { volume: { volumeId } },
    };
    const { volume } = await invoke(site.client.controller, 'CreateVolume', request);
    expect(volume?.contentSource).to.deep.include({ volume: { volumeId } });
    return volume?.volumeId ?? '';
  };
  const read = async (volumeId: string, length: number) =>
    (await site.emulator.readDisk(volumeId, 0, length)).toString();
  const noSnapshotIsLeft = async () => (await site.emulator.counts()).snapshots === 0;

  it('hold what the source held at that moment, and leave no snapshot behind', async () => {
    const source = await createUsedVolume(site.client, site.emulator, 'pvc-source');
    const copy = await clone('pvc-copy', source, { sizeGiB: 30 });
    await site.emulator.writeDisk(source, 0, Buffer.from('written later'));
    expect(await read(copy, 25)).to.equal('first bytes of pvc-source');
    await eventually(noSnapshotIsLeft, 'the snapshot of the clone is gone');
    expect(await clone('pvc-copy', source, { sizeGiB: 30 })).to.equal(copy);
    expect(await site.emulator.counts()).to.include({ disks: 2, snapshots: 0 });
  });

  it('are usable before ECS has uploaded the snapshot; that one is left until it has', async () => {
    const source = await createUsedVolume(site.client, site.emulator, 'pvc-source');
    await site.emulator.configure({ uploadMs: 2000 });
    const copy = await clone('pvc-copy', source);
    expect(await read(copy, 5)).to.equal('first');
    expect(await site.emulator.counts()).to.include({ snapshots: 1 });
    await eventually(noSnapshotIsLeft, 'the keeper removes the snapshot of the clone');
    expect(await read(copy, 5)).to.equal('first');
  });

  it('of categories without instant access wait for the upload', async () => {
    const source = await createUsedVolume(site.client, site.emulator, 'pvc-source');
    await site.emulator.configure({ uploadMs: 700 });
    const copy = await clone('pvc-copy', source, { type: 'cloud_ssd' });
    expect(await read(copy, 5)).to.equal('first');
    expect((await site.emulator.requests('CreateDisk')).map(({ code }) => code)).to.deep.equal(['OK', 'OK']);
  });

  it('of a large disk come from one snapshot, though its upload takes more than a day', async () => {
    const parameters = { type: 'cloud_ssd', zoneId: essdParameters.zoneId };
    const source = await createVolume(site.client, 'pvc-source', { sizeGiB: 2048, parameters });
    await site.emulator.attach(source);
    await site.emulator.writeDisk(source, 0, Buffer.from('first'));
    const hourMs = 3_600_000;
    await site.emulator.configure({ uploadMs: 30 * hourMs });
    const wish = { sizeGiB: 2048, type: 'cloud_ssd' };
    await expectFailure(clone('pvc-copy', source, wish), GrpcStatus.ABORTED, /still at it|has uploaded/);
    for (const hours of [25, 6]) {
      await site.emulator.control('POST', '/clock', { advanceMs: hours * hourMs });
      expect((await site.emulator.counts()).snapshots, `after ${hours} hours more`).to.equal(1);
    }
    expect(await read(await clone('pvc-copy', source, wish), 5)).to.equal('first');
    const made = await site.emulator.requests('CreateSnapshot');
    expect(made.filter(({ code }) => code === 'OK')).to.have.length(1);
  });

  it('of a volume that was never used are empty', async () => {
    const source = await createVolume(site.client, 'pvc-source', { sizeGiB: 40 });
    const copy = await clone('pvc-copy', source);
    const { volume } = await invoke(site.client.controller, 'ControllerGetVolume', { volumeId: copy });
    expect(volume?.capacityBytes).to.equal(String(40 * gib));
    expect(volume?.contentSource).to.deep.include({ volume: { volumeId: source } });
  });

  it('of a restored volume that was never used hold the data of its snapshot', async () => {
    const first = await createUsedVolume(site.client, site.emulator, 'pvc-first');
    const snapshotId = await createSnapshot(site.client, 'snap', first);
    const restored = await createVolume(site.client, 'pvc-restored', { snapshotId });
    const copy = await clone('pvc-copy', restored);
    expect(await read(copy, 5)).to.equal('first');
    expect((await site.emulator.counts()).snapshots).to.equal(1);
  });

  it('of a restored volume that was never used are refused once its snapshot is gone: they would be empty', async () => {
    const first = await createUsedVolume(site.client, site.emulator, 'pvc-first');
    const snapshotId = await createSnapshot(site.client, 'snap', first);
    const restored = await createVolume(site.client, 'pvc-restored', { snapshotId });
    await untilItSucceeds(() => invoke(site.client.controller, 'DeleteSnapshot', { snapshotId }));
    await expectFailure(
      clone('pvc-copy', restored),
      GrpcStatus.FAILED_PRECONDITION,
      /attach it to an instance once/,
    );
    expect(await site.emulator.counts()).to.include({ disks: 2, snapshots: 0 });
  });

  it('of what is not there are NOT_FOUND', async () => {
    await expectFailure(clone('pvc-copy', 'd-0nosuchdisk'), GrpcStatus.NOT_FOUND, /d-0nosuchdisk/);
    await expectFailure(clone('pvc-copy', 'fake-vol-id'), GrpcStatus.NOT_FOUND, /fake-vol-id/);
  });

  it('survive their source, also while they are asked for again', async () => {
    const source = await createUsedVolume(site.client, site.emulator, 'pvc-source');
    const copy = await clone('pvc-copy', source);
    await site.emulator.detach(source);
    await untilItSucceeds(() => invoke(site.client.controller, 'DeleteVolume', { volumeId: source }));
    expect(await clone('pvc-copy', source)).to.equal(copy);
  });

  it('are no other volume of the same name, nor is that one a clone', async () => {
    const source = await createUsedVolume(site.client, site.emulator, 'pvc-source');
    await clone('pvc-copy', source);
    const plain = createVolume(site.client, 'pvc-copy', { parameters: { ...essdParameters } });
    await expectFailure(plain, GrpcStatus.ALREADY_EXISTS, /it is a clone of/);
    await expectFailure(clone('pvc-source', source), GrpcStatus.ALREADY_EXISTS, /it is no clone/);
  });

  it('that are sold out in the zone are RESOURCE_EXHAUSTED, and made of the same moment once they are not', async () => {
    const source = await createUsedVolume(site.client, site.emulator, 'pvc-source');
    await site.emulator.configure({ soldOut: ['cn-hangzhou-h/cloud_essd'] });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expectFailure(clone('pvc-copy', source), GrpcStatus.RESOURCE_EXHAUSTED, /NoStock/);
    }
    expect((await site.emulator.counts()).snapshots).to.equal(1);
    await site.emulator.configure({ soldOut: [] });
    await clone('pvc-copy', source);
    await eventually(noSnapshotIsLeft, 'the snapshot of the clone is gone');
  });

  it('do not show the snapshot between them and their source', async () => {
    const source = await createUsedVolume(site.client, site.emulator, 'pvc-source');
    await site.emulator.configure({ uploadMs: 3000 });
    await clone('pvc-copy', source);
    expect((await site.emulator.counts()).snapshots).to.equal(1);
    for (const request of [{}, { sourceVolumeId: source }]) {
      const { entries } = await invoke(site.client.controller, 'ListSnapshots', request);
      expect(entries).to.deep.equal([]);
    }
  });

  const faults = {
    'a lost reply': { when: 'after' as const, effect: { type: 'drop' } },
    'a lost request': { when: 'before' as const, effect: { type: 'drop' } },
    throttling: { when: 'before' as const, effect: { type: 'error', code: 'Throttling' } },
  };
  for (const [name, fault] of Object.entries(faults)) {
    for (const action of [
      'CreateSnapshot',
      'CreateDisk',
      'DescribeSnapshots',
      'DescribeDisks',
      'DeleteSnapshot',
    ]) {
      it(`${name} at ${action}: one clone in the end, and no snapshot`, async () => {
        const source = await createUsedVolume(site.client, site.emulator, 'pvc-source');
        await site.emulator.addFault({ action, times: 1, ...fault });
        const copy = await untilItSucceeds(() => clone('pvc-copy', source));
        expect(await read(copy, 5)).to.equal('first');
        await eventually(noSnapshotIsLeft, 'the snapshot of the clone is gone');
        expect((await site.emulator.counts()).disks).to.equal(2);
      });
    }
  }
});
