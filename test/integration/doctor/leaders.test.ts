import { expect } from 'chai';
import { leaseHolders } from '../../../src/disk/doctor/checks/lease-holders.ts';
import { snapshotController } from '../../../src/disk/doctor/checks/snapshot-controller.ts';
import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import {
  deployment,
  lease,
  pluginContainer,
  snapshotControllerLease,
  snapshotCrdObjects,
} from './objects.ts';
import { hourMs, silent, startSite, type Site } from './site.ts';

const driverLease = 'diskplugin-csi-alibabacloud-com';
const fourLeases = [
  driverLease,
  `external-attacher-leader-${driverLease}`,
  `external-resizer-${driverLease}`,
  `external-snapshotter-leader-${driverLease}`,
];
const ourPod = 'csi-datasafe-controller-7f9c6d5b4-k2x8p';
const managedPod = 'csi-provisioner-6d9f-managed';
/** An hour ago: whoever held it then does so no more. */
const longAgo = { renewedAt: new Date(Date.now() - hourMs) };
const now = { now: () => Date.now() };

function volumeSnapshot(name: string, createdAt: Date, status?: object): KubeObject {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name, namespace: 'default', creationTimestamp: createdAt.toISOString() },
    spec: { source: { volumeSnapshotContentName: `${name}-content` } },
    ...(status === undefined ? {} : { status }),
  };
}

describe('doctor: who is at work', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite();
    await site.put(deployment('csi-datasafe-controller'));
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
  });

  describe('lease-holders', () => {
    it('is silent where pods of our Deployment hold the leases, and about other leases', async () => {
      await site.put(...fourLeases.map((name) => lease(name, ourPod)));
      await site.put(lease('nasplugin-csi-alibabacloud-com', managedPod), lease('some-node', 'some-node'));
      expect(await site.examine(leaseHolders, now)).to.deep.equal(silent(leaseHolders));
    });

    for (const name of fourLeases) {
      it(`names who holds ${name}, though no pod of his is seen`, async () => {
        const others = fourLeases.filter((other) => other !== name);
        await site.put(...others.map((other) => lease(other, ourPod)), lease(name, managedPod));
        const { findings, notLooked } = await site.examine(leaseHolders, now);
        expect(findings.map(({ ids }) => ids)).to.deep.equal([[`kube-system/${name}`, managedPod]]);
        expect(findings[0]?.what).to.contain(
          `is held by ${managedPod}, which is no pod of Deployment kube-system/csi-datasafe-controller`,
        );
        expect(notLooked).to.deep.equal([]);
      });
    }

    it('looks into every namespace, and names a holder where no Deployment of ours is', async () => {
      await site.put(lease(driverLease, ourPod));
      await site.put(lease(driverLease, managedPod, { namespace: 'default' }));
      const beside = await site.examine(leaseHolders, now);
      expect(beside.findings.map(({ ids }) => ids)).to.deep.equal([[`default/${driverLease}`, managedPod]]);
      await site.api.take('deployments', 'csi-datasafe-controller', 'kube-system');
      const alone = await site.examine(leaseHolders, now);
      expect(alone.findings[0]?.what).to.contain('no Deployment of csi-datasafe is here');
      expect(alone.findings).to.have.length(2);
    });

    it('knows its pods under a long name, and takes no other Deployment with a like name for them', async () => {
      const long = 'long-name-of-a-release-of-the-chart-here1-controller';
      await site.put(deployment(long));
      await site.put(lease(driverLease, `${`${long}-7f9c6d5b4c`.slice(0, 58)}k2x8p`));
      expect(await site.examine(leaseHolders, now)).to.deep.equal(silent(leaseHolders));
      await site.put(lease(driverLease, 'csi-datasafe-controller-other-7f9c6d5b4-k2x8p'));
      expect((await site.examine(leaseHolders, now)).findings).to.have.length(1);
    });

    it('calls nobody wrong who may be a pod of ours: what his Deployment is told is in a ConfigMap', async () => {
      const hidden = pluginContainer({
        args: ['serve', '--endpoint=unix:///a.sock', '--driver-name=$(DRIVER)'],
        env: [{ name: 'DRIVER', valueFrom: { configMapKeyRef: {} } }],
      });
      await site.put(deployment('hidden', [hidden]), lease(driverLease, 'hidden-7f9c6d5b4-k2x8p'));
      const beside = await site.examine(leaseHolders, now);
      expect(beside.findings).to.deep.equal([]);
      expect(beside.notLooked[0]?.at).to.contain(
        `hidden-7f9c6d5b4-k2x8p, which holds lease kube-system/${driverLease}`,
      );
      expect(beside.notLooked[0]?.because).to.contain(
        'Deployment kube-system/hidden is told comes from a Secret',
      );

      await site.put(lease(driverLease, managedPod));
      expect((await site.examine(leaseHolders, now)).findings).to.have.length(1);
      await site.api.take('deployments', 'csi-datasafe-controller', 'kube-system');
      const alone = await site.examine(leaseHolders, now);
      expect(alone.findings).to.deep.equal([]);
      expect(alone.notLooked[0]?.at).to.contain(managedPod);
    });

    it('is silent about who was here an hour ago, or gave his lease back', async () => {
      await site.put(lease(driverLease, managedPod, { ...longAgo, namespace: 'default' }));
      await site.put(lease(fourLeases[1] ?? '', ''), lease(fourLeases[2] ?? '', ourPod));
      expect(await site.examine(leaseHolders, now)).to.deep.equal(silent(leaseHolders));
    });

    it('has not looked where the clocks differ, or Leases or Deployments cannot be read', async () => {
      await site.put(lease(driverLease, managedPod, longAgo));
      const { findings, notLooked } = await site.examine(leaseHolders, now);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('none of them was renewed since');
      for (const plural of ['leases', 'deployments']) {
        await site.api.deny(`list ${plural}`);
        const denied = await site.examine(leaseHolders, now);
        expect(denied.findings).to.deep.equal([]);
        expect(denied.notLooked[0]?.because).to.contain(plural);
      }
    });
  });

  describe('snapshot-controller', () => {
    beforeEach(async () => {
      await site.put(...snapshotCrdObjects());
    });

    const tenMinutesAgo = new Date(Date.now() - 600_000);

    it('is silent where one works, and where the cluster has no snapshots', async () => {
      await site.put(snapshotControllerLease());
      await site.put(volumeSnapshot('d-1-delprotect', tenMinutesAgo, { readyToUse: true }));
      await site.put(volumeSnapshot('d-2-delprotect', new Date()));
      expect(await site.examine(snapshotController, now)).to.deep.equal(silent(snapshotController));
      for (const { metadata } of snapshotCrdObjects()) {
        await site.api.take('customresourcedefinitions', metadata.name);
      }
      await site.api.withoutCrds('volumesnapshots');
      await site.api.take('leases', 'snapshot-controller-leader', 'kube-system');
      expect(await site.examine(snapshotController, now)).to.deep.equal(silent(snapshotController));
    });

    it('says that there is none, and which VolumeSnapshots wait for it', async () => {
      await site.put(lease('some-node', 'some-node'));
      const empty = await site.examine(snapshotController, now);
      expect(empty.findings.map(({ ids }) => ids)).to.deep.equal([[]]);
      expect(empty.findings[0]?.what).to.contain('no snapshot-controller is seen');
      await site.put(snapshotControllerLease(longAgo.renewedAt));
      await site.put(volumeSnapshot('d-1-delprotect', tenMinutesAgo));
      const waiting = await site.examine(snapshotController, now);
      expect(waiting.findings.map(({ ids }) => ids)).to.deep.equal([['default/d-1-delprotect']]);
      expect(waiting.findings[0]?.mend[0]).to.contain('snapshotController.enabled=true');
    });

    it('names one that holds its lease and answers nothing', async () => {
      await site.put(snapshotControllerLease(), volumeSnapshot('d-1-delprotect', tenMinutesAgo));
      const { findings } = await site.examine(snapshotController, now);
      expect(findings.map(({ ids }) => ids)).to.deep.equal([['default/d-1-delprotect']]);
      expect(findings[0]?.what).to.contain('csi-datasafe-snapshot-controller-5d7-x2x4z in kube-system');
      expect(findings[0]?.what).to.contain('is there, but does nothing');
    });

    it('knows one that runs without a lease by its Deployment, and asks what it answers', async () => {
      const container = { name: 'c', image: 'registry.example/snapshot-controller:v8.6.0', args: ['--v=5'] };
      await site.put(deployment('snapshot-controller', [container], 1));
      await site.put(lease('some-node', 'some-node'));
      expect(await site.examine(snapshotController, now)).to.deep.equal(silent(snapshotController));
      await site.put(volumeSnapshot('d-1-delprotect', tenMinutesAgo));
      expect((await site.examine(snapshotController, now)).findings).to.have.length(1);
      const leading = { ...container, args: ['--leader-election=true'] };
      await site.put(deployment('snapshot-controller', [leading], 1));
      expect((await site.examine(snapshotController, now)).findings[0]?.what).to.contain(
        'no snapshot-controller',
      );
    });

    it('has not looked where the clocks differ, or something cannot be read', async () => {
      await site.put(snapshotControllerLease(longAgo.renewedAt));
      const unclear = await site.examine(snapshotController, now);
      expect(unclear.findings).to.deep.equal([]);
      expect(unclear.notLooked[0]?.at).to.contain('who holds the leases');
      for (const plural of ['leases', 'volumesnapshots', 'customresourcedefinitions']) {
        await site.api.deny(`list ${plural}`);
        const denied = await site.examine(snapshotController, now);
        expect(denied.findings).to.deep.equal([]);
        expect(denied.notLooked[0]?.because).to.contain(plural);
      }
    });
  });
});
