import { expect } from 'chai';
import { protectionLost } from '../../../src/disk/doctor/checks/protection-lost.ts';
import { protectionMissing } from '../../../src/disk/doctor/checks/protection-missing.ts';
import { protectionSwitchedOff } from '../../../src/disk/doctor/checks/protection-switched-off.ts';
import { protectionUnrecorded } from '../../../src/disk/doctor/checks/protection-unrecorded.ts';
import { connect } from '../ecs/set-up.ts';
import { deployment, pluginContainer, protectionObjects, storageClass } from './objects.ts';
import { aCall, hourMs, ownerTag, silent, startSite, type Site } from './site.ts';

const expandTag = 'csi.alibabacloud.com/volume-expand-autosnapshot';
const deleteTag = 'csi.alibabacloud.com/volume-delete-autosnapshot-retentiondays';
const guardOfDeletion = { key: 'csi.alibabacloud.com/guard', value: 'delete' };
const classParameters = { volumeExpandAutoSnapshot: 'forced', volumeDeleteSnapshotRetentionDays: '3' };

/** The class that volumes of these tests have. */
const asking = storageClass('alicloud-datasafe-essd', classParameters);

describe('doctor: protections', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite();
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
  });

  const protectedTags = [ownerTag, { key: expandTag, value: 'forced' }, { key: deleteTag, value: '3' }];

  describe('protection-switched-off', () => {
    const off = pluginContainer({ env: [{ name: 'REGION_ID', value: 'cn-hangzhou' }] });

    it('is silent while the guards are on, by variable, flag or gate, and when nobody asks for them', async () => {
      await site.put(asking, deployment('csi-datasafe'));
      expect(await site.examine(protectionSwitchedOff)).to.deep.equal(silent(protectionSwitchedOff));
      for (const arg of [
        '--automatic-snapshots=true',
        '--feature-gates=A=false,EnableDeleteAutoSnapshots=true',
      ]) {
        const on = pluginContainer({ args: ['serve', '--endpoint', 'unix:///a.sock', arg], env: [] });
        await site.put(deployment('csi-datasafe', [on]));
        expect(await site.examine(protectionSwitchedOff), arg).to.deep.equal(silent(protectionSwitchedOff));
      }
      await site.put(storageClass(asking.metadata.name, { type: 'cloud_essd' }));
      await site.put(deployment('csi-datasafe', [off]));
      expect(await site.examine(protectionSwitchedOff)).to.deep.equal(silent(protectionSwitchedOff));
    });

    it('names the classes and volumes that ask for guards that are off', async () => {
      const diskId = await site.makeVolume({}, { csi: csiOf('d-1', classParameters) });
      await site.put(asking, deployment('csi-datasafe', [off]));
      const { findings } = await site.examine(protectionSwitchedOff);
      expect(findings).to.have.length(1);
      expect(findings[0]?.ids).to.deep.equal([
        'kube-system/csi-datasafe',
        asking.metadata.name,
        `pv-${diskId}`,
      ]);
      expect(findings[0]?.mend.join()).to.contain('VOLUME_DEL_AUTO_SNAP=true');
    });

    it('has not looked where the plugin, or its switch, cannot be seen', async () => {
      await site.put(asking);
      expect((await site.examine(protectionSwitchedOff)).notLooked[0]?.because).to.contain('no Deployment');
      const hidden = pluginContainer({
        env: [{ name: 'VOLUME_DEL_AUTO_SNAP', valueFrom: { secretKeyRef: {} } }],
      });
      await site.put(deployment('csi-datasafe', [hidden]));
      const unknown = await site.examine(protectionSwitchedOff);
      expect(unknown.findings).to.deep.equal([]);
      expect(unknown.notLooked[0]?.because).to.contain('Secret');
      const mapped = pluginContainer({ env: [], envFrom: [{ configMapRef: { name: 'settings' } }] });
      await site.put(deployment('csi-datasafe', [mapped]));
      expect(await site.examine(protectionSwitchedOff)).to.deep.equal(unknown);
      await site.api.deny('list deployments');
      expect((await site.examine(protectionSwitchedOff)).notLooked[0]?.because).to.contain('deployments');
    });
  });

  describe('protection-missing', () => {
    it('is silent about volumes that are protected as their class says, and those of other classes', async () => {
      await site.put(asking);
      await site.makeVolume({ tags: protectedTags });
      await site.makeVolume({}, { storageClassName: 'another' });
      expect(await site.examine(protectionMissing)).to.deep.equal(silent(protectionMissing));
    });

    it('is silent where a VolumeAttributesClass has weakened the protection: somebody meant it', async () => {
      await site.put(asking);
      await site.makeVolume({}, { volumeAttributesClassName: 'unprotected' });
      expect(await site.examine(protectionMissing)).to.deep.equal(silent(protectionMissing));
    });

    it('names volumes whose disk has not the tag that the class asks for, one finding for each guard', async () => {
      await site.put(asking);
      const diskId = await site.makeVolume();
      const { findings } = await site.examine(protectionMissing);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([
        [diskId, `pv-${diskId}`],
        [diskId, `pv-${diskId}`],
      ]);
      expect(findings[0]?.mend.join()).to.contain(`${expandTag} --Tag.1.Value forced`);
      expect(findings[1]?.mend.join()).to.contain(`${deleteTag} --Tag.1.Value 3`);
    });

    it('names a tag that means nothing', async () => {
      await site.put(asking);
      const diskId = await site.makeVolume({
        tags: [ownerTag, { key: expandTag, value: 'forced' }, { key: deleteTag, value: 'always' }],
      });
      const { findings } = await site.examine(protectionMissing);
      expect(findings).to.have.length(1);
      expect(findings[0]?.what).to.contain(diskId).and.contain('"always", which means nothing');
    });

    it('names volumes whose category has no instant access snapshots, in one finding for each guard', async () => {
      const tags = protectedTags;
      const ids = [
        await site.makeVolume({ category: 'cloud_ssd', performanceLevel: undefined, tags }),
        await site.makeVolume({ category: 'cloud_ssd', performanceLevel: undefined, tags }),
      ].sort();
      const { findings } = await site.examine(protectionMissing);
      expect(findings).to.have.length(2);
      for (const { what, ids: named } of findings) {
        expect(what).to.contain('cloud_ssd').and.contain('2 volumes');
        expect(named.filter((id) => id.startsWith('d-')).sort()).to.deep.equal(ids);
      }
    });

    it('has not looked where classes cannot be read', async () => {
      await site.makeVolume();
      await site.api.deny('list storageclasses');
      expect((await site.examine(protectionMissing)).notLooked[0]?.because).to.contain('storageclasses');
    });
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

function csiOf(volumeHandle: string, volumeAttributes: Readonly<Record<string, string>>): object {
  return { driver: 'diskplugin.csi.alibabacloud.com', volumeHandle, volumeAttributes };
}
