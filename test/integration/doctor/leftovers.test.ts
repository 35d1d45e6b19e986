import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { cloneSnapshots } from '../../../src/disk/doctor/checks/clone-snapshots.ts';
import { expansionSnapshots } from '../../../src/disk/doctor/checks/expansion-snapshots.ts';
import { protectionUnrecorded } from '../../../src/disk/doctor/checks/protection-unrecorded.ts';
import { snapshotGroups } from '../../../src/disk/doctor/checks/snapshot-groups.ts';
import type { Disk } from '../../../src/disk/disk.ts';
import { markOfDisks } from '../../../src/disk/groups/snapshot-group.ts';
import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import { groupContent, snapshotCrdObjects } from './objects.ts';
import { aCall, hourMs, ownerTag, silent, startSite, type Site } from './site.ts';

const prefix = 'csi.alibabacloud.com';

/** The tags of the snapshot before an expansion from 20 GiB. */
function guardOfExpansion(wantedGiB: number, outcome?: string) {
  return [
    { key: `${prefix}/guard`, value: 'expand' },
    { key: `${prefix}/guard-intent`, value: `20-${wantedGiB}` },
    ...(outcome === undefined ? [] : [{ key: `${prefix}/guard-outcome`, value: outcome }]),
  ];
}

describe('doctor: what is left over', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite();
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
  });

  const later = (hours: number) => () => Date.now() + hours * hourMs;

  for (const check of [expansionSnapshots, cloneSnapshots, snapshotGroups, protectionUnrecorded]) {
    it(`${check.name} has not looked without a cluster id: other clusters may have made what is there`, async () => {
      const diskId = await site.makeVolume({ sizeGiB: 40 });
      await site.makeSnapshot(diskId, guardOfExpansion(40));
      const { findings, notLooked } = await site.examine(check, { clusterId: undefined, now: later(9) });
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('without --cluster-id');
    });
  }

  describe('expansion-snapshots', () => {
    it('is silent about an expansion under way, and about one that has just ended', async () => {
      await site.makeSnapshot(await site.makeVolume({ sizeGiB: 20 }), guardOfExpansion(40));
      await site.makeSnapshot(await site.makeVolume({ sizeGiB: 40 }), guardOfExpansion(40));
      const result = await site.examine(expansionSnapshots, { now: later(1) });
      expect(result).to.deep.equal(silent(expansionSnapshots));
    });

    it('names an expansion that has failed, with the way back', async () => {
      const diskId = await site.makeVolume({ sizeGiB: 20 });
      const snapshotId = await site.makeSnapshot(diskId, guardOfExpansion(40, 'resize-failed'), {
        retentionDays: 1,
      });
      const { findings } = await site.examine(expansionSnapshots);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([[diskId, snapshotId, `pv-${diskId}`]]);
      expect(findings[0]?.mend.join('\n')).to.contain('kubectl describe pvc data -n shop');
      expect(findings[0]?.mend.join('\n')).to.contain(`restore-manifests --snapshot ${snapshotId}`);
    });

    it('names the snapshot of an expansion that was complete long ago', async () => {
      const diskId = await site.makeVolume({ sizeGiB: 40 });
      await site.put(claimOf(diskId, '40Gi'));
      const snapshotId = await site.makeSnapshot(diskId, guardOfExpansion(40));
      const { findings } = await site.examine(expansionSnapshots, { now: later(3) });
      expect(findings.map(({ ids }) => ids)).to.deep.equal([[snapshotId, diskId, `pv-${diskId}`]]);
      expect(findings[0]?.mend.join()).to.contain('--keeper on').and.contain(`--SnapshotId ${snapshotId}`);
      const cutAt = (await site.cloud.findSnapshot(snapshotId, aCall()))?.cutAt?.toISOString() ?? '?';
      expect(findings[0]?.what).to.contain(`cut at ${cutAt}, guards an expansion that is complete`);
      // It may have waited hours for its upload, and be complete since this minute.
      expect(findings[0]?.what).not.to.contain('hours');
      expect(findings[0]?.mend[0]).to.contain('run it again in some minutes');
    });

    it('calls none left over with the kubeconfig of another cluster: the file system may still have to grow there', async () => {
      const diskId = await site.makeVolume({ sizeGiB: 40 });
      const snapshotId = await site.makeSnapshot(diskId, guardOfExpansion(40));
      await site.api.take('persistentvolumes', `pv-${diskId}`);
      const { findings, notLooked } = await site.examine(expansionSnapshots, { now: later(3) });
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.at).to.contain(snapshotId);
      expect(notLooked[0]?.because).to.contain('this may be another cluster');
      await site.makeVolume();
      const here = await site.examine(expansionSnapshots, { now: later(3) });
      expect(here.findings.map(({ ids }) => ids)).to.deep.equal([[snapshotId, diskId]]);
    });

    it('tells a file system that has not grown from a snapshot that was forgotten', async () => {
      const diskId = await site.makeVolume({ sizeGiB: 40 });
      await site.put(claimOf(diskId, '20Gi'));
      await site.makeSnapshot(diskId, guardOfExpansion(40));
      const { findings } = await site.examine(expansionSnapshots, { now: later(3) });
      expect(findings).to.have.length(1);
      expect(findings[0]?.what).to.contain('its claim does not say that the file system has grown to 40 GiB');
      expect(findings[0]?.mend.join()).not.to.contain('DeleteSnapshot');
      expect(findings[0]?.what).not.to.contain('hours');
    });

    it('has not looked where snapshots, or claims, cannot be read', async () => {
      const diskId = await site.makeVolume({ sizeGiB: 40 });
      await site.makeSnapshot(diskId, guardOfExpansion(40));
      await site.api.deny('get persistentvolumeclaims');
      const noClaims = await site.examine(expansionSnapshots, { now: later(3) });
      expect(noClaims.findings).to.deep.equal([]);
      expect(noClaims.notLooked[0]?.because).to.contain('persistentvolumeclaims');
      await site.denyActions('ListTagResources');
      expect((await site.examine(expansionSnapshots)).notLooked[0]?.because).to.contain('ListTagResources');
    });
  });

  describe('clone-snapshots', () => {
    const key = { key: `${prefix}/volume-name`, value: 'pvc-clone' };
    const marks = (value: string) => [
      { key: `${prefix}/clone-snapshot`, value },
      { key: `${prefix}/clone-for`, value: key.value },
    ];

    /** A disk, the snapshot on the way to its clone, and the clone. */
    async function makeClone(mark: string, retentionDays = 1) {
      const sourceId = await site.makeVolume();
      const snapshotId = await site.makeSnapshot(sourceId, marks(mark), { retentionDays });
      const cloneId = await site.makeVolume({ snapshotId, tags: [ownerTag, key] });
      return { sourceId, snapshotId, cloneId };
    }

    it('is silent about a clone of today, one that never came to be, and those of another cluster', async () => {
      await makeClone('true');
      const soon = await site.examine(cloneSnapshots, { now: later(5) });
      expect(soon).to.deep.equal(silent(cloneSnapshots));
      await site.emulator.control('POST', '/reset');
      await site.makeSnapshot(await site.makeVolume(), marks('true'));
      const owner = { ...ownerTag, value: 'another-cluster' };
      const snapshotId = await site.makeSnapshot(await site.makeVolume(), marks('true'), { owner });
      await site.makeVolume({ snapshotId, tags: [ownerTag, key] });
      const result = await site.examine(cloneSnapshots, { now: later(7) });
      expect(result).to.deep.equal(silent(cloneSnapshots));
    });

    it('names one that nobody took away', async () => {
      const { sourceId, snapshotId, cloneId } = await makeClone('true');
      const { findings } = await site.examine(cloneSnapshots, { now: later(7) });
      expect(findings.map(({ ids }) => ids)).to.deep.equal([[snapshotId, sourceId, cloneId]]);
      expect(findings[0]?.mend.join()).to.contain(
        `DeleteSnapshot --RegionId cn-hangzhou --SnapshotId ${snapshotId}`,
      );
    });

    it('never tells to delete the only way back to a clone that nobody has used, and says when it ends', async () => {
      const { snapshotId, cloneId } = await makeClone('way-back', 2);
      const kept = await site.examine(cloneSnapshots, { now: later(7) });
      expect(kept).to.deep.equal(silent(cloneSnapshots));
      const { findings } = await site.examine(cloneSnapshots, { now: later(40) });
      expect(findings.map(({ ids }) => ids)).to.deep.equal([[snapshotId, cloneId]]);
      expect(findings[0]?.mend.join()).to.contain('--RetentionDays 9').and.not.contain('DeleteSnapshot');
      await site.attach(cloneId);
      const used = await site.examine(cloneSnapshots, { now: later(7) });
      expect(used.findings[0]?.mend.join()).to.contain('DeleteSnapshot');
    });

    /** The clones as ECS would show them. */
    function cloudWhere(change: (disk: Disk) => Partial<Disk>) {
      const findDisksMadeFrom: typeof site.cloud.findDisksMadeFrom = async (id, call) =>
        (await site.cloud.findDisksMadeFrom(id, call)).map((disk) => ({ ...disk, ...change(disk) }));
      return { ...site.cloud, findDisksMadeFrom };
    }

    it('leaves to the keeper what a clone does without since its first use, or since it was made, if that was not long ago', async () => {
      const now = later(30);
      const ago = (hours: number) => new Date(now() - hours * hourMs);
      const used = (changes: Partial<Disk>) => cloudWhere(() => ({ wasEverAttached: true, ...changes }));
      const examineWith = async (cloud: typeof site.cloud) =>
        await site.examine(cloneSnapshots, { now, cloud });
      await makeClone('way-back', 9);
      for (const recent of [{ lastAttachedAt: ago(1) }, { lastAttachedAt: ago(5), lastDetachedAt: ago(1) }]) {
        expect(await examineWith(used(recent))).to.deep.equal(silent(cloneSnapshots));
      }
      const before = await examineWith(used({ lastAttachedAt: ago(1), lastDetachedAt: ago(7) }));
      expect(before.findings).to.have.length(1);
      const unknown = await examineWith(used({}));
      expect(unknown.findings).to.deep.equal([]);
      expect(unknown.notLooked[0]?.because).to.contain('since when disk');
      await site.emulator.control('POST', '/reset');
      await makeClone('true', 9);
      const young = cloudWhere(() => ({ createdAt: ago(1).toISOString() }));
      expect(await examineWith(young)).to.deep.equal(silent(cloneSnapshots));
      expect((await site.examine(cloneSnapshots, { now })).findings).to.have.length(1);
    });

    it('says nothing while a disk is being made from the snapshot', async () => {
      await makeClone('true', 9);
      const cloud = cloudWhere(() => ({ status: 'Creating' }));
      const result = await site.examine(cloneSnapshots, { now: later(7), cloud });
      expect(result).to.deep.equal(silent(cloneSnapshots));
    });

    it('has not looked where snapshots cannot be read', async () => {
      await makeClone('true');
      await site.denyActions('DescribeSnapshots');
      expect((await site.examine(cloneSnapshots)).notLooked[0]?.because).to.contain('DescribeSnapshots');
    });
  });

  describe('snapshot-groups', () => {
    /** A finished group of two disks of this cluster. */
    async function makeGroup(more: readonly { key: string; value: string }[] = []) {
      const diskIds = [await site.makeVolume(), await site.makeVolume()];
      for (const diskId of diskIds) {
        await site.emulator.attach(diskId);
        await site.emulator.writeDisk(diskId, 0, Buffer.from('x'));
      }
      const disks = { key: `${prefix}/group-snapshot/disks`, value: markOfDisks(diskIds) };
      const groupId = await site.cloud.createSnapshotGroup(
        {
          ...{ diskIds, name: `group-${randomUUID()}`, resourceGroupId: undefined },
          ...{ tags: [ownerTag, disks, ...more], clientToken: randomUUID() },
        },
        aCall(),
      );
      const group = await site.cloud.waitForSnapshotGroup(
        groupId,
        (one) => one?.status === 'accomplished',
        aCall(),
      );
      return { groupId, diskIds, members: (group?.members ?? []).map(({ snapshotId }) => snapshotId) };
    }

    it('is silent about whole groups with objects, and new ones without', async () => {
      const { groupId } = await makeGroup();
      const soon = await site.examine(snapshotGroups, { now: later(0.5) });
      expect(soon).to.deep.equal(silent(snapshotGroups));
      await site.put(groupContent(groupId));
      expect(await site.examine(snapshotGroups)).to.deep.equal(silent(snapshotGroups));
    });

    it('names a group that nothing leads to, and how to restore or remove it', async () => {
      const { groupId, members } = await makeGroup();
      const { findings } = await site.examine(snapshotGroups);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([[groupId, ...members]]);
      expect(findings[0]?.mend.join('\n'))
        .to.contain(`restore-group --region cn-hangzhou --group ${groupId}`)
        .and.contain(`DeleteSnapshotGroup --RegionId cn-hangzhou --SnapshotGroupId ${groupId}`);
      await site.api.withoutCrds('volumegroupsnapshotcontents');
      expect((await site.examine(snapshotGroups)).findings).to.have.length(1);
    });

    it('has not looked for groups that nothing leads to with the kubeconfig of another cluster', async () => {
      const { groupId, diskIds } = await makeGroup();
      for (const diskId of diskIds) {
        await site.api.take('persistentvolumes', `pv-${diskId}`);
      }
      const empty = await site.examine(snapshotGroups);
      expect(empty.findings).to.deep.equal([]);
      expect(empty.notLooked[0]?.at).to.contain(groupId);
      expect(empty.notLooked[0]?.because).to.contain('none of the disks of cluster');
      await site.makeVolume({ tags: [{ key: ownerTag.key, value: 'another-cluster' }] });
      const another = await site.examine(snapshotGroups);
      expect(another.findings).to.deep.equal([]);
      expect(another.notLooked[0]?.because).to.contain('none of the disks of cluster');
    });

    it('has not looked where the objects are served in a version that it does not know', async () => {
      await makeGroup();
      await site.api.withoutCrds('volumegroupsnapshotcontents');
      await site.put(...snapshotCrdObjects('v1beta1'));
      const { findings, notLooked } = await site.examine(snapshotGroups);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('serves no volumegroupsnapshotcontents of');
    });

    it('goes by another group, where the cluster has no disk any more', async () => {
      const [led, unled] = [await makeGroup(), await makeGroup()];
      for (const diskId of [...led.diskIds, ...unled.diskIds]) {
        await site.api.take('persistentvolumes', `pv-${diskId}`);
        await site.emulator.detach(diskId);
        await site.cloud.deleteDisk(diskId, aCall());
      }
      const alone = await site.examine(snapshotGroups);
      expect(alone.findings).to.deep.equal([]);
      expect(alone.notLooked[0]?.because).to.contain('nothing says that this is the right cluster');
      await site.put(groupContent(led.groupId));
      const { findings } = await site.examine(snapshotGroups);
      expect(findings.map(({ ids }) => ids[0])).to.deep.equal([unled.groupId]);
    });

    it('names a group that has failed, and one that has lost members', async () => {
      const failed = await makeGroup([{ key: `${prefix}/group-snapshot/outcome`, value: 'failed' }]);
      const short = await makeGroup();
      await site.put(groupContent(short.groupId));
      await site.cloud.deleteSnapshot(String(short.members[0]), { force: true }, aCall());
      const { findings } = await site.examine(snapshotGroups);
      const texts = findings.map(({ what }) => what);
      expect(texts.find((text) => text.includes(failed.groupId))).to.contain(
        'has failed, and was not removed',
      );
      expect(texts.find((text) => text.includes(short.groupId))).to.contain('has 1 of its 2 members left');
      expect(findings).to.have.length(2);
    });

    it('has not looked where groups, or their objects, cannot be read', async () => {
      await makeGroup();
      await site.api.deny('list volumegroupsnapshotcontents');
      const { findings, notLooked } = await site.examine(snapshotGroups);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('volumegroupsnapshotcontents');
      await site.denyActions('DescribeSnapshotGroups');
      const denied = await site.examine(snapshotGroups);
      expect(denied.notLooked[0]?.because).to.contain('DescribeSnapshotGroups');
    });
  });
});

/** The claim of the volume, of this capacity. */
function claimOf(diskId: string, storage: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop', uid: 'uid-of-claim' },
    spec: { volumeName: `pv-${diskId}` },
    status: { phase: 'Bound', capacity: { storage } },
  };
}
