import { expect } from 'chai';
import { protectionMissing } from '../../../src/disk/doctor/checks/protection-missing.ts';
import { protectionSwitchedOff } from '../../../src/disk/doctor/checks/protection-switched-off.ts';
import { deployment, pluginContainer, storageClass } from './objects.ts';
import { csiOf, ownerTag, silent, startSite, type Site } from './site.ts';

const expandTag = 'csi.alibabacloud.com/volume-expand-autosnapshot';
const deleteTag = 'csi.alibabacloud.com/volume-delete-autosnapshot-retentiondays';
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
});
