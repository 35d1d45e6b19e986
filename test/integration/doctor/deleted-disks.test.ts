import { expect } from 'chai';
import { protectionLost } from '../../../src/disk/doctor/checks/protection-lost.ts';
import { protectionUnrecorded } from '../../../src/disk/doctor/checks/protection-unrecorded.ts';
import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import { connect } from '../ecs/set-up.ts';
import { volumeObject } from '../kube/set-up.ts';
import { protectionObjects } from './objects.ts';
import { aCall, csiOf, hourMs, ownerTag, silent, startSite, type Site } from './site.ts';

const guardOfDeletion = { key: 'csi.alibabacloud.com/guard', value: 'delete' };

describe('doctor: protections of deleted disks', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite();
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
  });

  /** A snapshot of a disk that was deleted after it. */
  async function makeProtection(
    retentionDays: number,
    owner = ownerTag,
  ): Promise<{ diskId: string; snapshotId: string }> {
    const diskId = await site.makeDisk();
    const snapshotId = await site.makeSnapshot(diskId, [guardOfDeletion], { retentionDays, owner });
    await site.cloud.deleteDisk(diskId, aCall());
    return { diskId, snapshotId };
  }

  const inDays = (days: number) => new Date(Date.now() + days * 24 * hourMs);

  describe('protection-lost', () => {
    it('is silent about snapshots with time left, without any, and where there are no CRDs', async () => {
      const { diskId, snapshotId } = await makeProtection(3);
      await site.put(...protectionObjects(diskId, snapshotId, inDays(3)));
      expect(await site.examine(protectionLost)).to.deep.equal(silent(protectionLost));
      await site.api.withoutCrds('volumesnapshots', 'volumesnapshotcontents');
      expect(await site.examine(protectionLost)).to.deep.equal(silent(protectionLost));
    });

    it('names a VolumeSnapshot whose snapshot is gone before its time', async () => {
      await site.makeVolume();
      const { diskId, snapshotId } = await makeProtection(3);
      await site.put(...protectionObjects(diskId, snapshotId, inDays(3)));
      await site.cloud.deleteSnapshot(snapshotId, { force: true }, aCall());
      const { findings } = await site.examine(protectionLost);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([
        [`default/${diskId}-delprotect`, snapshotId, diskId],
      ]);
      expect(findings[0]?.mend[0]).to.equal(`kubectl delete volumesnapshot ${diskId}-delprotect -n default`);
    });

    it('leaves to the keeper what has just expired, and names what it has left behind', async () => {
      await site.makeVolume();
      await site.put(...protectionObjects('d-1', 's-1', new Date()));
      const soon = () => Date.now() + hourMs / 2;
      expect(await site.examine(protectionLost, { now: soon })).to.deep.equal(silent(protectionLost));
      expect((await site.examine(protectionLost)).findings).to.have.length(1);
    });

    it('says when a snapshot is about to expire, and how to restore it or keep it', async () => {
      const { diskId, snapshotId } = await makeProtection(3);
      await site.put(...protectionObjects(diskId, snapshotId, inDays(3)));
      const now = () => Date.now() + (72 - 17) * hourMs;
      const { findings } = await site.examine(protectionLost, { now });
      expect(findings[0]?.ids).to.deep.equal([snapshotId, diskId, `default/${diskId}-delprotect`]);
      const steps = findings[0]?.mend.join('\n');
      expect(steps).to.contain(`restore-manifests --snapshot ${snapshotId} --size 20Gi`);
      expect(steps).to.contain(`ModifySnapshotAttribute --RegionId cn-hangzhou --SnapshotId ${snapshotId}`);
    });

    it('takes nothing for gone that ECS hides, and has not looked where objects cannot be listed', async () => {
      await site.makeVolume();
      const { diskId, snapshotId } = await makeProtection(3);
      await site.put(...protectionObjects(diskId, snapshotId, inDays(3)));
      const cloud = { ...site.cloud, findSnapshots: () => Promise.resolve([]) };
      const hidden = await site.examine(protectionLost, { cloud });
      expect(hidden.findings).to.deep.equal([]);
      expect(hidden.notLooked[0]?.at).to.equal(`snapshot ${snapshotId}`);
      await site.api.deny('list volumesnapshots');
      expect((await site.examine(protectionLost)).notLooked[0]?.because).to.contain('volumesnapshots');
    });

    it('has not looked where a record cannot be understood, or says of no disk, unless its other half does', async () => {
      await site.makeVolume();
      const { diskId, snapshotId } = await makeProtection(3);
      const [content, snapshot] = protectionObjects(diskId, snapshotId, inDays(3)) as [
        KubeObject,
        KubeObject,
      ];
      const bare = { ...snapshot, metadata: { ...snapshot.metadata, annotations: {} } };
      await site.put(content, bare);
      expect(await site.examine(protectionLost)).to.deep.equal(silent(protectionLost));
      await site.api.take('volumesnapshotcontents', content.metadata.name);
      const alone = await site.examine(protectionLost);
      expect(alone.notLooked[0]?.because).to.contain(
        `default/${diskId}-delprotect is marked as the protection`,
      );
      await site.put(snapshot, { ...content, spec: { driver: null } });
      const odd = await site.examine(protectionLost);
      expect(odd.findings).to.deep.equal([]);
      expect(odd.notLooked[0]?.because).to.contain('volumesnapshotcontents: 1 of them cannot be understood');
      expect(odd.notLooked[0]?.mend).to.deep.equal(['see these objects, and correct them']);
    });

    it('takes no snapshot for gone with another region, or another account', async () => {
      await site.makeVolume();
      const { diskId, snapshotId } = await makeProtection(3);
      await site.put(...protectionObjects(diskId, snapshotId, inDays(3)));
      using beijing = connect({ endpoint: site.emulator.endpoint, regionId: 'cn-beijing' });
      const { findings, notLooked } = await site.examine(protectionLost, {
        ...{ cloud: beijing, regionId: 'cn-beijing' },
      });
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.at).to.contain(`such as ${snapshotId} of default/${diskId}-delprotect`);
      expect(notLooked[0]?.because).to.contain(
        'not one disk of a PersistentVolume is seen in region cn-beijing',
      );
    });

    it('takes no snapshot for gone, though another one is seen, where every volume says that it is of another region', async () => {
      const { diskId, snapshotId } = await makeProtection(3);
      await site.put(...protectionObjects(diskId, snapshotId, inDays(3)));
      await site.put(...protectionObjects('d-1', 's-1', inDays(3)));
      const region = 'csi.alibabacloud.com/label-prefix/topology.diskplugin.csi.alibabacloud.com/region';
      await site.put(volumeObject('d-far', 'pv-far', { csi: csiOf('d-far', { [region]: 'cn-beijing' }) }));
      const { findings, notLooked } = await site.examine(protectionLost);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('every PersistentVolume has its disk in cn-beijing');
    });

    it('takes one for gone without any volume only if another is seen, and none where volumes are in two regions', async () => {
      await site.put(...protectionObjects('d-1', 's-1', inDays(3)));
      const alone = await site.examine(protectionLost);
      expect(alone.findings).to.deep.equal([]);
      expect(alone.notLooked[0]?.because).to.contain(
        'nothing says that this is the right region and account',
      );
      const { diskId, snapshotId } = await makeProtection(3);
      await site.put(...protectionObjects(diskId, snapshotId, inDays(3)));
      const both = await site.examine(protectionLost);
      expect(both.findings.map(({ ids }) => ids[1])).to.deep.equal(['s-1']);
      await site.makeVolume();
      const region = 'csi.alibabacloud.com/label-prefix/topology.diskplugin.csi.alibabacloud.com/region';
      await site.makeVolume({}, { csi: csiOf('d-far', { [region]: 'cn-beijing' }) });
      const far = await site.examine(protectionLost);
      expect(far.findings).to.deep.equal([]);
      expect(far.notLooked[0]?.because).to.contain('cn-beijing');
    });
  });

  describe('protection-unrecorded', () => {
    it('is silent about snapshots with objects, of disks that live, of other clusters, and new ones', async () => {
      const { diskId, snapshotId } = await makeProtection(3);
      await site.put(...protectionObjects(diskId, snapshotId, inDays(3)));
      const living = await site.makeDisk();
      await site.makeSnapshot(living, [guardOfDeletion]);
      await makeProtection(3, { ...ownerTag, value: 'another-cluster' });
      expect(await site.examine(protectionUnrecorded)).to.deep.equal(silent(protectionUnrecorded));
      await makeProtection(3);
      const now = () => Date.now() + hourMs / 2;
      expect(await site.examine(protectionUnrecorded, { now })).to.deep.equal(silent(protectionUnrecorded));
    });

    it('names a snapshot that nothing leads to, with the command that restores it', async () => {
      const { diskId, snapshotId } = await makeProtection(3);
      const { findings } = await site.examine(protectionUnrecorded);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([[snapshotId, diskId]]);
      expect(findings[0]?.mend.join()).to.contain(`restore-manifests --snapshot ${snapshotId} --size 20Gi`);
      await site.api.withoutCrds('volumesnapshots', 'volumesnapshotcontents');
      expect((await site.examine(protectionUnrecorded)).findings).to.have.length(1);
    });

    it('names the snapshot behind which a clone was deleted, once the clone is gone', async () => {
      const key = { key: 'csi.alibabacloud.com/volume-name', value: 'pvc-clone' };
      const marks = [
        { key: 'csi.alibabacloud.com/clone-snapshot', value: 'false' },
        { key: 'csi.alibabacloud.com/clone-for', value: key.value },
      ];
      const sourceId = await site.makeDisk();
      const snapshotId = await site.makeSnapshot(sourceId, marks);
      const cloneId = await site.makeDisk({ snapshotId, tags: [ownerTag, key] });
      expect(await site.examine(protectionUnrecorded)).to.deep.equal(silent(protectionUnrecorded));
      await site.cloud.deleteDisk(cloneId, aCall());
      const { findings } = await site.examine(protectionUnrecorded);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([[snapshotId, sourceId]]);
      expect(findings[0]?.what)
        .to.contain(`is the protection of a clone of disk ${sourceId}`)
        .and.contain('that is not seen any more');
    });

    it('names the snapshot of a guard behind which a restored disk was deleted, though its own disk lives', async () => {
      const sourceId = await site.makeDisk();
      const inherited = { ...guardOfDeletion, value: 'inherited' };
      const snapshotId = await site.makeSnapshot(sourceId, [inherited]);
      const restoredId = await site.makeDisk({ snapshotId });
      expect(await site.examine(protectionUnrecorded)).to.deep.equal(silent(protectionUnrecorded));
      await site.cloud.deleteDisk(restoredId, aCall());
      const { findings } = await site.examine(protectionUnrecorded);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([[snapshotId, sourceId]]);
      expect(findings[0]?.what).to.contain('is the protection of a disk restored from it that is not seen');
    });

    it('does not call a disk deleted that ECS hides', async () => {
      const diskId = await site.makeDisk();
      await site.makeSnapshot(diskId, [guardOfDeletion]);
      const cloud = { ...site.cloud, findDisks: () => Promise.resolve([]) };
      const { findings, notLooked } = await site.examine(protectionUnrecorded, { cloud });
      expect(findings).to.deep.equal([]);
      expect(notLooked.map(({ at }) => at)).to.deep.equal([`disk ${diskId}`]);
    });

    it('counts whatever VolumeSnapshotContent leads to the snapshot', async () => {
      const { snapshotId } = await makeProtection(3);
      await site.put({
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: 'VolumeSnapshotContent',
        metadata: { name: 'by-hand' },
        spec: {
          deletionPolicy: 'Retain',
          driver: 'diskplugin.csi.alibabacloud.com',
          source: { snapshotHandle: snapshotId },
          volumeSnapshotRef: { name: 'by-hand', namespace: 'default' },
        },
      });
      expect(await site.examine(protectionUnrecorded)).to.deep.equal(silent(protectionUnrecorded));
    });

    it('has not looked where the objects, or the snapshots, cannot be listed', async () => {
      await makeProtection(3);
      await site.api.deny('list volumesnapshotcontents');
      const { findings, notLooked } = await site.examine(protectionUnrecorded);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('volumesnapshotcontents');
      await site.api.deny();
      await site.denyActions('DescribeSnapshots');
      expect((await site.examine(protectionUnrecorded)).notLooked[0]?.because).to.contain(
        'DescribeSnapshots',
      );
    });
  });
});
