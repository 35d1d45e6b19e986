import { expect } from 'chai';
import { cloneDisk } from '../../../../src/disk/clone/clone-disk.ts';
import type { CloneRequest } from '../../../../src/disk/clone/clone-snapshot.ts';
import { isCloneSnapshot } from '../../../../src/disk/clone/clone-mark.ts';
import type { Disk } from '../../../../src/disk/disk.ts';
import type { DiskError } from '../../../../src/disk/disk-error.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall, aDiskRequest, diskErrorOf, sightingsOf } from '../../../support/builders.ts';
import { FakeDiskCloud, type FakeDiskCloudOptions } from '../../../support/fake-disk-cloud.ts';

class Scene {
  readonly cloud: FakeDiskCloud;
  readonly source: Disk;

  constructor(source: Partial<Disk> = {}, options: FakeDiskCloudOptions = {}) {
    this.cloud = new FakeDiskCloud(options);
    this.source = this.cloud.addDisk({ wasEverAttached: true, ...source });
  }

  clone(changes: Partial<CloneRequest> = {}): Promise<Disk> {
    const tags = [
      { key: tagKeys.clonedFrom, value: this.source.id },
      { key: tagKeys.diskKey, value: 'pvc-copy' },
    ];
    const request = { ...aDiskRequest({ key: 'pvc-copy', tags }), sourceDiskId: this.source.id, ...changes };
    return cloneDisk(this.parts(), request, aCall());
  }

  refusal(changes: Partial<CloneRequest> = {}): Promise<DiskError> {
    return diskErrorOf(this.clone(changes));
  }

  parts() {
    return { cloud: this.cloud, sightings: sightingsOf(this.cloud), clusterId: 'c-1' };
  }

  cloneSnapshots() {
    return this.cloud.snapshots.values().filter(isCloneSnapshot);
  }
}

describe('cloneDisk', () => {
  it('makes the disk from a snapshot that ends by itself and is marked as nobody’s', async () => {
    const scene = new Scene({}, { looks: { uploading: 100 } });
    const copy = await scene.clone();
    const [snapshot] = scene.cloneSnapshots();
    expect(copy).to.include({ sourceSnapshotId: snapshot?.id, sizeGiB: 20 });
    expect(snapshot).to.include({ retentionDays: 1, sourceDiskId: scene.source.id });
    expect(snapshot?.name).to.match(/^csi-clone-[0-9a-f]{40}$/);
    expect(snapshot?.tags.get(tagKeys.cluster)).to.equal('c-1');
  });

  for (const [sizeGiB, days] of [
    [1_023, 1],
    [1_024, 2],
    [32_768, 33],
  ] as const) {
    it(`lets ECS keep the snapshot of ${sizeGiB} GiB for ${days} days, should its upload take long`, async () => {
      const scene = new Scene({ sizeGiB }, { looks: { uploading: 100 } });
      await scene.clone({ sizeGiB });
      expect(scene.cloneSnapshots()[0]?.retentionDays).to.equal(days);
    });
  }

  it('removes the snapshot at once where ECS has uploaded it', async () => {
    const scene = new Scene({}, { looks: { cutting: 0, uploading: 0, deleting: 0 } });
    await scene.clone();
    expect(scene.cloneSnapshots()).to.deep.equal([]);
  });

  it('yields the same disk when it is repeated, also without the source and without the snapshot', async () => {
    const scene = new Scene({}, { looks: { cutting: 0, uploading: 0, deleting: 0 } });
    const copy = await scene.clone();
    scene.cloud.disks.remove(scene.source.id);
    scene.cloud.refuse('createDisk', 'createSnapshot');
    expect((await scene.clone()).id).to.equal(copy.id);
  });

  it('removes on a repetition the snapshot that the first call had to leave', async () => {
    const scene = new Scene({}, { looks: { uploading: 6, deleting: 0 } });
    await scene.clone();
    expect(scene.cloneSnapshots()).to.have.length(1);
    for (let look = 0; look < 8; look += 1) {
      scene.cloud.snapshots.lookAtAll();
    }
    await scene.clone();
    expect(scene.cloneSnapshots()).to.deep.equal([]);
  });

  for (const method of ['createSnapshot', 'createDisk', 'waitForSnapshot', 'waitForDisk'] as const) {
    for (const fault of ['lost-reply', 'lost-request'] as const) {
      it(`makes one disk from one snapshot in spite of a ${fault} of ${method}`, async () => {
        const scene = new Scene();
        scene.cloud.failNext(method, fault);
        expect((await scene.refusal()).kind).to.equal('outcome-unknown');
        await scene.clone();
        expect(scene.cloud.disks.values()).to.have.length(2);
        expect(scene.cloneSnapshots().length).to.be.at.most(1);
      });
    }
  }

  it('goes on from the snapshot of the first try when the source is gone meanwhile', async () => {
    const scene = new Scene();
    scene.cloud.failNext('createDisk', 'lost-request');
    await scene.refusal();
    scene.cloud.disks.remove(scene.source.id);
    await scene.clone();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
  });

  it('never fails for what it cannot clean up', async () => {
    const scene = new Scene({}, { looks: { cutting: 0, uploading: 0 } });
    scene.cloud.failNext('deleteSnapshot', 'denied');
    await scene.clone();
    expect(scene.cloneSnapshots()).to.have.length(1);
  });

  for (const kind of ['not-offered', 'invalid', 'denied', 'quota'] as const) {
    it(`tries again and again from one snapshot while the disk is refused as ${kind}`, async () => {
      const scene = new Scene();
      scene.cloud.failNext('createDisk', ...Array<typeof kind>(60).fill(kind));
      for (let attempt = 0; attempt < 60; attempt += 1) {
        expect((await scene.refusal()).kind).to.equal(kind);
      }
      await scene.clone();
      expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
    });
  }

  const hopeless: [what: string, kind: string, source: Partial<Disk>, changes: Partial<CloneRequest>][] = [
    ['smaller than its source', 'out-of-range', { sizeGiB: 50 }, { maxSizeGiB: 30 }],
    ['of a size that is not offered', 'out-of-range', { sizeGiB: 40_000 }, { categories: ['cloud_ssd'] }],
    [
      'of what the node cannot attach',
      'not-offered',
      {},
      { attachable: { nodeName: 'node-1', categories: ['cloud_auto'] } },
    ],
  ];
  for (const [what, kind, source, changes] of hopeless) {
    it(`takes no snapshot for a clone ${what}`, async () => {
      const scene = new Scene(source);
      expect((await scene.refusal(changes)).kind).to.equal(kind);
      expect(scene.cloud.countOf('createSnapshot')).to.equal(0);
    });
  }

  it('makes nothing in place of a clone that disappears while it is looked at', async () => {
    const scene = new Scene(
      { wasEverAttached: false, sourceSnapshotId: undefined },
      { looks: { deleting: 0 } },
    );
    scene.cloud.failNext('createSnapshot', 'never-used');
    const copy = await scene.clone();
    const find = scene.cloud.findDisksByTag.bind(scene.cloud);
    scene.cloud.findDisksByTag = async (tag, call) => {
      const found = await find(tag, call);
      scene.cloud.disks.remove(copy.id);
      return found;
    };
    expect((await scene.refusal()).kind).to.equal('busy');
    expect(scene.cloud.countOf('createDisk')).to.equal(1);
  });

  it('is only busy when another replica has finished the clone, and removed its snapshot, in between', async () => {
    const scene = new Scene();
    const removed = scene.cloud.createDisk.bind(scene.cloud);
    scene.cloud.createDisk = (disk, call) => {
      scene.cloud.createDisk = removed;
      scene.cloud.snapshots.remove(disk.snapshotId ?? '');
      return removed(disk, call);
    };
    expect((await scene.refusal()).kind).to.equal('busy');
    await scene.clone();
  });

  it('keeps the snapshot while nothing is decided', async () => {
    const scene = new Scene();
    scene.cloud.failNext('createDisk', 'busy');
    expect((await scene.refusal()).kind).to.equal('busy');
    expect(scene.cloneSnapshots()).to.have.length(1);
  });

  it('waits for the upload where no category can do without it', async () => {
    const scene = new Scene({}, { looks: { uploading: 10 } });
    await scene.clone({ categories: ['cloud_ssd'] });
    const waits = scene.cloud.calls.filter(({ method }) => method === 'waitForSnapshot');
    expect(waits).to.have.length.above(1);
    expect(scene.cloud.snapshots.values()[0]?.status ?? 'accomplished').to.equal('accomplished');
  });

  describe('of a disk to which nothing was written', () => {
    const unwritten = { wasEverAttached: false };

    it('is empty, and as large as its source', async () => {
      const scene = new Scene({ ...unwritten, sizeGiB: 50 });
      scene.cloud.failNext('createSnapshot', 'never-used');
      expect(await scene.clone()).to.include({ sourceSnapshotId: undefined, sizeGiB: 50 });
    });

    it('is out of range where its limit is below the source', async () => {
      const scene = new Scene({ ...unwritten, sizeGiB: 50 });
      expect((await scene.refusal({ maxSizeGiB: 30 })).kind).to.equal('out-of-range');
    });

    it('comes from the snapshot of its source, and leaves that one alone', async () => {
      const scene = new Scene(unwritten);
      const origin = scene.cloud.addSnapshot({ sourceDiskId: 'd-elsewhere' });
      scene.cloud.disks.set(scene.source.id, { sourceSnapshotId: origin.id });
      scene.cloud.disks.set(scene.source.id, { sizeGiB: 35 });
      scene.cloud.failNext('createSnapshot', 'never-used');
      expect(await scene.clone()).to.include({ sourceSnapshotId: origin.id, sizeGiB: 35 });
      expect(scene.cloud.snapshots.get(origin.id)).not.to.equal(undefined);
    });

    it('is refused when the snapshot of its source is gone; not decided while it is only hidden', async () => {
      const scene = new Scene(unwritten);
      const origin = scene.cloud.addSnapshot({ sourceDiskId: 'd-elsewhere' });
      scene.cloud.disks.set(scene.source.id, { sourceSnapshotId: origin.id });
      scene.cloud.snapshots.hide(origin.id);
      scene.cloud.failNext('createSnapshot', 'never-used', 'never-used');
      expect((await scene.refusal()).kind).to.equal('unreadable');
      scene.cloud.snapshots.remove(origin.id);
      expect((await scene.refusal()).kind).to.equal('wrong-state');
      expect(scene.cloud.countOf('createDisk')).to.equal(0);
    });
  });

  it('is refused for a source that is not there, or has no snapshots', async () => {
    const scene = new Scene({ category: 'elastic_ephemeral_disk_premium' });
    expect((await scene.refusal()).kind).to.equal('unsupported');
    scene.cloud.disks.remove(scene.source.id);
    expect((await scene.refusal()).kind).to.equal('not-found');
  });

  it('is a conflict where the name belongs to another clone, or to no clone', async () => {
    const scene = new Scene();
    await scene.clone();
    const other = [{ key: tagKeys.clonedFrom, value: 'd-other' }];
    expect((await scene.refusal({ sourceDiskId: 'd-other', tags: other })).message).to.match(/a clone of/);
    scene.cloud.addDisk({ tags: new Map([[tagKeys.diskKey, 'pvc-plain']]) });
    expect((await scene.refusal({ key: 'pvc-plain' })).message).to.match(/it is no clone/);
  });
});
