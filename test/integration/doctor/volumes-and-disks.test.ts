import { expect } from 'chai';
import { diskWithoutVolume } from '../../../src/disk/doctor/checks/disk-without-volume.ts';
import { volumeWithoutDisk } from '../../../src/disk/doctor/checks/volume-without-disk.ts';
import { volumeObject } from '../kube/set-up.ts';
import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import { deployment, pluginContainer } from './objects.ts';
import { aCall, driverName, hourMs, ownerTag, silent, startSite, type Site } from './site.ts';

const regionAttribute = 'csi.alibabacloud.com/label-prefix/topology.diskplugin.csi.alibabacloud.com/region';

describe('doctor: volumes and disks', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite();
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
  });

  describe('disk-without-volume', () => {
    it('is silent about disks with volumes, of others, and about new ones', async () => {
      await site.makeVolume();
      await site.makeDisk({ tags: [{ key: 'ack.aliyun.com', value: 'another-cluster' }] });
      expect(await site.examine(diskWithoutVolume)).to.deep.equal(silent(diskWithoutVolume));
      await site.makeDisk();
      const now = () => Date.now();
      expect(await site.examine(diskWithoutVolume, { now })).to.deep.equal(silent(diskWithoutVolume));
    });

    it('names a disk without a volume, where it is, and a way back before it is deleted', async () => {
      await site.makeVolume();
      const diskId = await site.makeDisk();
      const instanceId = await site.attach(diskId);
      const { findings } = await site.examine(diskWithoutVolume);
      expect(findings).to.have.length(1);
      expect(findings[0]?.ids).to.deep.equal([diskId, instanceId]);
      expect(findings[0]?.what).to.contain('cloud_essd, 20 GiB').and.contain(instanceId);
      const steps = findings[0]?.mend.join('\n') ?? '';
      expect(steps.indexOf('CreateSnapshot')).to.be.greaterThan(0).and.lessThan(steps.indexOf('DeleteDisk'));
    });

    it('says nothing of a disk that a volume of another driver, or of none, leads to', async () => {
      await site.makeVolume();
      const options = { volumeId: await site.makeDisk() };
      const more = { csi: undefined, flexVolume: { driver: 'alicloud/disk', options } };
      await site.api.put(volumeObject('d-1', 'flex', more));
      const other = await site.makeDisk();
      const csi = { driver: 'another.example', volumeHandle: other, volumeAttributes: {} };
      await site.api.put(volumeObject('d-1', 'another', { csi }));
      expect(await site.examine(diskWithoutVolume)).to.deep.equal(silent(diskWithoutVolume));
    });

    it('has not looked when the list of disks by their tag leaves out one that has it', async () => {
      await site.makeVolume();
      await site.makeVolume();
      await site.makeDisk();
      const listDiskIds: typeof site.cloud.listDiskIds = async (tag, call) =>
        (await site.cloud.listDiskIds(tag, call)).slice(0, 1);
      const { findings, notLooked } = await site.examine(diskWithoutVolume, {
        cloud: { ...site.cloud, listDiskIds },
      });
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('ListTagResources leaves out disks');
    });

    it('does not take the disks of another cluster for forgotten ones', async () => {
      await site.makeDisk();
      await site.makeDisk();
      const { findings, notLooked } = await site.examine(diskWithoutVolume);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('this may be another cluster');
    });

    it('does not take them for forgotten either where a disk was moved here, and the plugin tells its cluster', async () => {
      await site.makeVolume();
      await site.makeDisk();
      const env = [{ name: 'CLUSTER_ID', value: 'the-new-cluster' }];
      await site.api.put(deployment('csi-datasafe', [pluginContainer({ env })]));
      const { findings, notLooked } = await site.examine(diskWithoutVolume);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('--cluster-id the-new-cluster');
    });

    it('has not looked without a cluster id, without the right to list volumes, or disks', async () => {
      await site.makeVolume();
      await site.makeDisk();
      const noId = await site.examine(diskWithoutVolume, { clusterId: undefined });
      expect(noId.notLooked[0]?.mend.join()).to.contain('--cluster-id');
      await site.api.deny('list persistentvolumes');
      const noVolumes = await site.examine(diskWithoutVolume);
      expect(noVolumes.findings).to.deep.equal([]);
      expect(noVolumes.notLooked[0]?.because).to.contain('grant list on persistentvolumes');
      await site.api.deny();
      await site.denyActions('ListTagResources');
      expect((await site.examine(diskWithoutVolume)).notLooked[0]?.because).to.contain('ListTagResources');
    });

    it('has not looked when a volume cannot be understood: its disk would seem forgotten', async () => {
      await site.makeVolume();
      const diskId = await site.makeDisk();
      await site.api.put(volumeObject(diskId, 'odd', { csi: { driver: 'diskplugin.csi.alibabacloud.com' } }));
      const { findings, notLooked } = await site.examine(diskWithoutVolume);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('1 of them cannot be understood');
    });
  });

  describe('volume-without-disk', () => {
    it('is silent about volumes whose disk is there, and those that are being deleted', async () => {
      await site.makeVolume();
      const going = volumeObject('d-gone', 'pv-going');
      await site.api.put({
        ...going,
        metadata: { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
      });
      expect(await site.examine(volumeWithoutDisk)).to.deep.equal(silent(volumeWithoutDisk));
    });

    it('names a volume whose disk is gone, and proves it', async () => {
      await site.makeVolume();
      const diskId = await site.makeVolume();
      await site.cloud.deleteDisk(diskId, aCall());
      const { findings, notLooked } = await site.examine(volumeWithoutDisk);
      expect(notLooked).to.deep.equal([]);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([[diskId, `pv-${diskId}`]]);
      expect(findings[0]?.mend.join()).to.contain(`kubectl delete pv pv-${diskId}`);
      const probes = await site.emulator.requests('UntagResources');
      expect(probes.map(({ parameters }) => parameters['TagKey.1'])).to.deep.equal([
        'csi.alibabacloud.com/absence-probe',
      ]);
    });

    it('says nothing of a volume that is deleted while it looks', async () => {
      await site.makeVolume();
      const diskId = await site.makeVolume();
      await site.cloud.deleteDisk(diskId, aCall());
      const isDiskProvenAbsent: typeof site.cloud.isDiskProvenAbsent = async (id, call) => {
        await site.api.take('persistentvolumes', `pv-${diskId}`);
        return await site.cloud.isDiskProvenAbsent(id, call);
      };
      const cloud = { ...site.cloud, isDiskProvenAbsent };
      expect(await site.examine(volumeWithoutDisk, { cloud })).to.deep.equal(silent(volumeWithoutDisk));
    });

    it('does not take what ECS hides for gone', async () => {
      await site.makeVolume();
      const diskId = await site.makeVolume();
      const findDisks: typeof site.cloud.findDisks = async (ids, call) =>
        (await site.cloud.findDisks(ids, call)).filter(({ id }) => id !== diskId);
      const cloud = { ...site.cloud, findDisks };
      const { findings, notLooked } = await site.examine(volumeWithoutDisk, { cloud });
      expect(findings).to.deep.equal([]);
      expect(notLooked.map(({ at }) => at)).to.deep.equal([`disk ${diskId}`]);
    });

    it('has nothing deleted at ECS by what it says is to be done', async () => {
      await site.makeVolume();
      const diskId = await site.makeVolume();
      await site.cloud.deleteDisk(diskId, aCall());
      const [finding] = (await site.examine(volumeWithoutDisk)).findings;
      const steps = finding?.mend.join('\n') ?? '';
      const retain = steps.indexOf(`kubectl patch pv pv-${diskId}`);
      expect(retain).to.be.greaterThan(0).and.lessThan(steps.indexOf('kubectl delete'));
    });

    it('has not looked where the proof is denied', async () => {
      await site.makeVolume();
      const diskId = await site.makeVolume();
      await site.cloud.deleteDisk(diskId, aCall());
      await site.denyActions('UntagResources');
      const { findings, notLooked } = await site.examine(volumeWithoutDisk);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('UntagResources');
    });

    it('takes no disk for gone where not one is seen, whatever the proof says: so it is with the keys of another account', async () => {
      await site.api.put(volumeInRegion('d-elsewhere1', 'cn-hangzhou'));
      await site.api.put(volumeObject('d-elsewhere2'));
      const { findings, notLooked } = await site.examine(volumeWithoutDisk);
      expect(findings).to.deep.equal([]);
      expect(notLooked).to.have.length(1);
      expect(notLooked[0]?.at).to.contain('2 PersistentVolumes, such as d-elsewhere1');
      expect(notLooked[0]?.because).to.contain('another region or account');
      expect(notLooked[0]?.mend.join())
        .to.contain('check that --region, the credentials')
        .and.not.contain('kubectl');
      expect(await site.emulator.requests('UntagResources')).to.deep.equal([]);
    });

    it('has not looked for a disk that may be in one of the other regions of the volumes', async () => {
      await site.makeVolume();
      await site.api.put(volumeInRegion('d-far', 'cn-beijing'));
      await site.api.put(volumeObject('d-somewhere'));
      await site.api.put(volumeInRegion('d-gone', 'cn-hangzhou'));
      const { findings, notLooked } = await site.examine(volumeWithoutDisk);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([['d-gone', 'pv-d-gone']]);
      expect(notLooked.map(({ at }) => at)).to.deep.equal([
        'the disks of 1 PersistentVolumes, such as d-somewhere of pv-d-somewhere',
      ]);
      expect(notLooked[0]?.because).to.contain('cn-beijing');
    });

    it('has not looked where the plugin, or the tags, speak of another cluster', async () => {
      await site.makeVolume();
      await site.api.put(volumeObject('d-gone'));
      const env = [{ name: 'CLUSTER_ID', value: 'another-cluster' }];
      await site.api.put(deployment('csi-datasafe', [pluginContainer({ env })]));
      const told = await site.examine(volumeWithoutDisk);
      expect(told.findings).to.deep.equal([]);
      expect(told.notLooked[0]?.because).to.contain('is told --cluster-id another-cluster');
      await site.api.take('deployments', 'csi-datasafe', 'kube-system');
      expect((await site.examine(volumeWithoutDisk)).findings).to.have.length(1);
      const other = { tags: [{ key: ownerTag.key, value: 'other' }] };
      await site.makeVolume(other);
      await site.makeDisk({ tags: [{ key: ownerTag.key, value: 'third' }] });
      const tagged = await site.examine(volumeWithoutDisk, { clusterId: 'third' });
      expect(tagged.findings).to.deep.equal([]);
      expect(tagged.notLooked[0]?.because).to.contain('none of the disks of cluster third');
    });

    it('proves no more than fifty, and says of the others that it has not looked', async () => {
      await site.makeVolume();
      for (let at = 1; at <= 53; at += 1) {
        await site.api.put(volumeObject(`d-gone${at}`));
      }
      const { findings, notLooked } = await site.examine(volumeWithoutDisk, {
        now: () => Date.now() + hourMs,
      });
      expect(findings).to.have.length(50);
      expect(notLooked.map(({ at }) => at)[0]).to.match(/^3 more disks/);
      expect(await site.emulator.requests('UntagResources')).to.have.length(50);
    });
  });
});

function volumeInRegion(diskId: string, region: string): KubeObject {
  const volumeAttributes = { [regionAttribute]: region };
  return volumeObject(diskId, `pv-${diskId}`, {
    csi: { driver: driverName, volumeHandle: diskId, volumeAttributes },
  });
}
