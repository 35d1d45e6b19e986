import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { csiDriver } from '../../../src/disk/doctor/checks/csi-driver.ts';
import { groupGate } from '../../../src/disk/doctor/checks/group-gate.ts';
import { oneController } from '../../../src/disk/doctor/checks/one-controller.ts';
import { regions } from '../../../src/disk/doctor/checks/regions.ts';
import { probes, rights } from '../../../src/disk/doctor/checks/rights.ts';
import { snapshotCrds } from '../../../src/disk/doctor/checks/snapshot-crds.ts';
import {
  chartSidecars,
  csiDriverObject,
  deployment,
  groupClass,
  pluginContainer,
  snapshotCrdObjects,
} from './objects.ts';
import { aCall, clusterId, driverName, silent, startSite, type Site } from './site.ts';

const regionAttribute = 'csi.alibabacloud.com/label-prefix/topology.diskplugin.csi.alibabacloud.com/region';

/** The controller of the existing driver. */
const existing = deployment('csi-provisioner', [
  {
    name: 'csi-provisioner',
    args: ['--endpoint=unix://csi/x.sock', '--driver=oss,disk', '--run-controller-service=true'],
  },
]);

describe('doctor: the installation', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite();
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
  });

  describe('rights', () => {
    const policy = JSON.parse(
      readFileSync(new URL('../../../deploy/ram-policy.json', import.meta.url), 'utf8'),
    ) as { Statement: { Action: string[] }[] };
    const granted = policy.Statement.flatMap(({ Action }) => Action.map((one) => one.replace('ecs:', '')));

    it('asks about every action of deploy/ram-policy.json but CreateDisk, and about no other', () => {
      expect(Object.keys(probes).sort()).to.deep.equal(granted.filter((one) => one !== 'CreateDisk').sort());
    });

    it('is silent where all is granted, changes nothing, and names nothing that exists', async () => {
      const diskId = await site.makeVolume();
      const before = await site.emulator.control('GET', '/state');
      await site.emulator.clearRequests();
      expect(await site.examine(rights)).to.deep.equal(silent(rights));
      expect(await site.emulator.control('GET', '/state')).to.deep.equal(before);
      const sent = await site.emulator.requests();
      expect([...new Set(sent.map(({ action }) => action))].sort()).to.deep.equal(Object.keys(probes).sort());
      expect(JSON.stringify(sent)).not.to.contain(diskId);
    });

    for (const action of Object.keys(probes)) {
      it(`finds that ${action} is denied`, async () => {
        await site.denyActions(action);
        const { findings, notLooked } = await site.examine(rights);
        expect(findings.map(({ ids }) => ids)).to.deep.equal([[`ecs:${action}`]]);
        expect(notLooked).to.deep.equal([]);
      });
    }

    it('has not looked where ECS does not answer, or not these credentials', async () => {
      await site.emulator.addFault({ action: 'ResizeDisk', effect: { type: 'drop' } });
      const lost = await site.examine(rights);
      expect(lost.findings).to.deep.equal([]);
      expect(lost.notLooked.map(({ at }) => at)).to.deep.equal(['the right to ecs:ResizeDisk']);
      await site.emulator.configure({ accounts: [] });
      const strange = await site.examine(rights);
      expect(strange.findings).to.deep.equal([]);
      expect(strange.notLooked.map(({ at }) => at)).to.deep.equal(['every right']);
    });
  });

  describe('regions', () => {
    it('is silent where plugin, doctor and volumes agree', async () => {
      await site.put(deployment('csi-datasafe'));
      await site.makeVolume();
      expect(await site.examine(regions)).to.deep.equal(silent(regions));
    });

    it('names volumes of another region', async () => {
      const csi = {
        driver: driverName,
        volumeHandle: 'd-far',
        volumeAttributes: { [regionAttribute]: 'cn-beijing' },
      };
      const diskId = await site.makeVolume({}, { csi });
      const { findings } = await site.examine(regions);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([['d-far', `pv-${diskId}`]]);
      expect(findings[0]?.what).to.contain('in region cn-beijing, not in cn-hangzhou');
      const steps = findings[0]?.mend.join('\n') ?? '';
      const retain = steps.indexOf(`kubectl patch pv pv-${diskId} -p`);
      expect(retain).to.be.greaterThan(0).and.lessThan(steps.indexOf('remove these'));
    });

    it('names a plugin that is told another region, or another cluster id', async () => {
      const env = [
        { name: 'REGION_ID', value: 'cn-beijing' },
        { name: 'CLUSTER_ID', value: `${clusterId}0` },
      ];
      await site.put(deployment('csi-datasafe', [pluginContainer({ env })]));
      const { findings } = await site.examine(regions);
      expect(findings.map(({ what }) => what)).to.deep.equal([
        'Deployment kube-system/csi-datasafe is told --region cn-beijing, the doctor --region cn-hangzhou',
        `Deployment kube-system/csi-datasafe is told --cluster-id ${clusterId}0, the doctor --cluster-id ${clusterId}`,
      ]);
    });

    it('has not looked where volumes or Deployments cannot be read', async () => {
      for (const plural of ['persistentvolumes', 'deployments']) {
        await site.api.deny(`list ${plural}`);
        expect((await site.examine(regions)).notLooked[0]?.because).to.contain(plural);
      }
    });
  });

  describe('csi-driver', () => {
    it('is silent about the object of the chart', async () => {
      await site.put(csiDriverObject());
      expect(await site.examine(csiDriver)).to.deep.equal(silent(csiDriver));
    });

    it('names one that is missing, and one with which nothing is attached', async () => {
      expect((await site.examine(csiDriver)).findings[0]?.what).to.equal(
        `there is no CSIDriver ${driverName}`,
      );
      await site.put(csiDriverObject(false));
      expect((await site.examine(csiDriver)).findings[0]?.what).to.contain('attachRequired: false');
    });

    it('has not looked where it cannot be read', async () => {
      await site.api.deny('get csidrivers');
      const { findings, notLooked } = await site.examine(csiDriver);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('csidrivers');
    });
  });

  describe('one-controller', () => {
    it('is silent about one, about others that are scaled to 0, and about other drivers', async () => {
      await site.put(deployment('csi-datasafe'), {
        ...existing,
        spec: { ...(existing['spec'] as object), replicas: 0 },
      });
      await site.put(
        deployment('nas', [{ name: 'x', args: ['--driver=nas', '--run-controller-service=true'] }]),
      );
      const another = ['serve', '--endpoint=unix:///a.sock', '--driver-name=another.example'];
      await site.put(deployment('another', [pluginContainer({ args: another })]));
      expect(await site.examine(oneController)).to.deep.equal(silent(oneController));
    });

    it('names the existing driver beside this one', async () => {
      await site.put(deployment('csi-datasafe'), existing);
      const { findings } = await site.examine(oneController);
      expect(findings[0]?.ids).to.deep.equal(['kube-system/csi-datasafe', 'kube-system/csi-provisioner']);
      expect(findings[0]?.mend.join('\n')).to.contain(
        'either: kubectl scale deployment/csi-provisioner -n kube-system --replicas=0',
      );
    });

    it('has not looked where Deployments cannot be read, or what they are told', async () => {
      const args = ['--endpoint=unix://csi/x.sock', '--driver=$(DRIVERS)', '--run-controller-service=true'];
      const env = [{ name: 'DRIVERS', valueFrom: { configMapKeyRef: {} } }];
      const unclear = deployment('csi-provisioner', [{ name: 'csi-provisioner', args, env }]);
      await site.put(deployment('csi-datasafe'), unclear);
      const told = await site.examine(oneController);
      expect(told.findings).to.deep.equal([]);
      expect(told.notLooked[0]?.at).to.contain('Deployment kube-system/csi-provisioner');
      await site.put(deployment('csi-datasafe'), existing);
      await site.api.deny('list deployments');
      const { findings, notLooked } = await site.examine(oneController);
      expect(findings).to.deep.equal([]);
      expect(notLooked).to.have.length(1);
    });
  });

  describe('snapshot-crds', () => {
    it('is silent where the CRDs are served as csi-snapshotter speaks them', async () => {
      await site.put(deployment('csi-datasafe'), ...snapshotCrdObjects());
      expect(await site.examine(snapshotCrds)).to.deep.equal(silent(snapshotCrds));
      const old = chartSidecars.map((one) => ({
        ...one,
        image: one.image?.replace('v8.6.0', 'v8.5.1') ?? '',
      }));
      await site.put(
        deployment('csi-datasafe', [pluginContainer(), ...old]),
        ...snapshotCrdObjects('v1beta2'),
      );
      expect(await site.examine(snapshotCrds)).to.deep.equal(silent(snapshotCrds));
    });

    it('names those that are missing', async () => {
      await site.put(deployment('csi-datasafe'));
      const { findings } = await site.examine(snapshotCrds);
      expect(findings.map(({ ids }) => ids.length)).to.deep.equal([3, 3]);
      expect(findings[0]?.what).to.contain('volumesnapshots, volumesnapshotcontents, volumesnapshotclasses');
    });

    it('names a csi-snapshotter that speaks another version than is served', async () => {
      await site.put(deployment('csi-datasafe'), ...snapshotCrdObjects('v1beta2'));
      const { findings } = await site.examine(snapshotCrds);
      expect(findings).to.have.length(1);
      expect(findings[0]?.what).to.contain('of groupsnapshot.storage.k8s.io/v1 (only v1beta2)');
      expect(findings[0]?.mend.join()).to.contain('csi-snapshotter and snapshot-controller 8.5');
    });

    it('does not ask for group snapshots where their gate is shut', async () => {
      const shut = pluginContainer({ args: ['serve', '--endpoint=unix:///a.sock'] });
      await site.put(deployment('csi-datasafe', [shut]));
      await site.put(...snapshotCrdObjects().filter(({ metadata }) => !metadata.name.includes('group')));
      expect(await site.examine(snapshotCrds)).to.deep.equal(silent(snapshotCrds));
    });

    it('has not looked where CRDs, or the gates, cannot be read', async () => {
      const mapped = pluginContainer({
        args: ['serve', '--endpoint=unix:///a.sock'],
        envFrom: [{ configMapRef: { name: 'settings' } }],
      });
      await site.put(deployment('csi-datasafe', [mapped]));
      await site.put(...snapshotCrdObjects().filter(({ metadata }) => !metadata.name.includes('group')));
      const { findings, notLooked } = await site.examine(snapshotCrds);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.at).to.contain('needs the CRDs of group snapshots');
      await site.put(...snapshotCrdObjects());
      expect(await site.examine(snapshotCrds)).to.deep.equal(silent(snapshotCrds));
      await site.api.deny('list customresourcedefinitions');
      expect((await site.examine(snapshotCrds)).notLooked[0]?.because).to.contain(
        'customresourcedefinitions',
      );
    });
  });

  describe('group-gate', () => {
    const shut = deployment('csi-datasafe', [
      pluginContainer({ args: ['serve', '--endpoint=unix:///a.sock'] }),
    ]);

    it('is silent where the gate is open, and where no class asks', async () => {
      await site.put(shut);
      expect(await site.examine(groupGate)).to.deep.equal(silent(groupGate));
      await site.put(groupClass('groups'), deployment('csi-datasafe'));
      expect(await site.examine(groupGate)).to.deep.equal(silent(groupGate));
    });

    it('names a class that a shut gate makes useless', async () => {
      await site.put(groupClass('groups'), shut);
      const { findings } = await site.examine(groupGate);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([['groups', 'kube-system/csi-datasafe']]);
    });

    it('is silent without the CRD, which the cluster tells from an empty list', async () => {
      await site.put(shut);
      await site.api.withoutCrds('volumegroupsnapshotclasses', 'volumegroupsnapshotcontents');
      expect(await site.examine(groupGate)).to.deep.equal(silent(groupGate));
      const { cluster } = site.parts;
      const reads = [cluster.listGroupClasses(aCall()), cluster.listGroupHandles(aCall())];
      const kinds = (await Promise.allSettled(reads)).map(
        (one) => 'reason' in one && (one.reason as { kind: string }).kind,
      );
      expect(kinds).to.deep.equal(['unsupported', 'unsupported']);
    });

    it('has not looked where classes, or gates, cannot be read', async () => {
      await site.api.deny('list volumegroupsnapshotclasses');
      expect((await site.examine(groupGate)).notLooked[0]?.because).to.contain('volumegroupsnapshotclasses');
      await site.api.deny();
      await site.put(groupClass('groups'));
      expect((await site.examine(groupGate)).notLooked[0]?.because).to.contain('no Deployment');
      const hidden = pluginContainer({
        args: ['serve', '--endpoint=unix:///a.sock'],
        env: [{ name: 'FEATURE_GATES', valueFrom: { configMapKeyRef: {} } }],
      });
      await site.put(deployment('csi-datasafe', [hidden]));
      expect((await site.examine(groupGate)).notLooked[0]?.because).to.contain(
        'Secret, a ConfigMap or the like',
      );
    });
  });
});
