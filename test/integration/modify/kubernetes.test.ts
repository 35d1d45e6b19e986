import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import {
  createUsedVolume,
  createVolume,
  eventually,
  expectFailure,
  untilItSucceeds,
} from '../../support/volumes.ts';
import { driverName, volumeObject } from '../kube/set-up.ts';

const labelPrefix = 'node.csi.alibabacloud.com/disktype.';

describe('A plugin that knows its cluster', () => {
  const site = siteOfSuite({
    namespaces: ['default', 'shop'],
    args: ['--automatic-snapshots', 'true', '--call-timeout', '5s'],
    settings: { modifySpecMs: 100 },
  });

  const modify = (volumeId: string, mutableParameters: Record<string, string>) =>
    untilItSucceeds(() =>
      invoke(site.client.controller, 'ControllerModifyVolume', { volumeId, mutableParameters }),
    );

  /** A used volume that nobody holds, with its PersistentVolume. */
  const freeVolume = async (name: string, attributes: Record<string, string> = {}) => {
    const volumeId = await createUsedVolume(site.client, site.emulator, name);
    await site.emulator.detach(volumeId);
    const volumeAttributes = { type: 'cloud_essd', ...attributes };
    const csi = { driver: driverName, volumeHandle: volumeId, volumeAttributes };
    await site.kube.put(volumeObject(volumeId, undefined, { csi }));
    return volumeId;
  };
  const events = async (volumeId: string) =>
    (await site.kube.objects('events'))
      .filter(({ message }) => String(message).includes(volumeId))
      .map((event) => {
        const { kind, name } = event['involvedObject'] as { kind: string; name: string };
        return `${String(event['type'])} ${String(event['reason'])} on ${kind} ${name}`;
      });
  const remove = (volumeId: string) =>
    untilItSucceeds(() => invoke(site.client.controller, 'DeleteVolume', { volumeId }));

  it('protects from deletion what a VolumeAttributesClass has put under protection', async () => {
    const volumeId = await freeVolume('pvc-strengthened');
    await modify(volumeId, { volumeDeleteSnapshotRetentionDays: '3' });
    await remove(volumeId);
    expect(await site.emulator.counts()).to.include({ disks: 0, snapshots: 1 });
    const names = (await site.kube.objects('volumesnapshots')).map(({ metadata }) => metadata.name);
    expect(names).to.include(`${volumeId}-delprotect`);
    await eventually(
      async () =>
        (await events(volumeId)).includes('Normal ProtectionStrengthened on PersistentVolumeClaim data'),
      'the event on the claim',
    );
  });

  it('lets go of a protection of the StorageClass, and warns of it on the claim', async () => {
    const volumeId = await freeVolume('pvc-weakened', { volumeDeleteSnapshotRetentionDays: '7' });
    await modify(volumeId, { volumeDeleteSnapshotRetentionDays: '0' });
    await eventually(
      async () =>
        (await events(volumeId)).includes('Warning ProtectionWeakened on PersistentVolumeClaim data'),
      'the event on the claim',
    );
    await remove(volumeId);
    expect(await site.emulator.counts()).to.include({ disks: 0, snapshots: 0 });
  });

  it('makes disks that the chosen node can attach, and leaves the choice to the scheduler where there are none', async () => {
    const node = async (...categories: string[]) => {
      const labels = Object.fromEntries(
        categories.map((category) => [`${labelPrefix}${category}`, 'available']),
      );
      const name = `node-of-${categories.join('-').replaceAll('_', '-')}`;
      await site.kube.put({ apiVersion: 'v1', kind: 'Node', metadata: { name, uid: `uid-${name}`, labels } });
      const annotations = { 'volume.kubernetes.io/selected-node': name };
      const metadata = { name: 'pending', namespace: 'shop', uid: 'uid-of-pending', annotations };
      const spec = { accessModes: ['ReadWriteOnce'] };
      await site.kube.put({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata,
        spec,
        status: { phase: 'Pending' },
      });
    };
    const parameters = {
      type: 'cloud_essd,cloud_auto',
      zoneId: 'cn-hangzhou-h',
      'csi.storage.k8s.io/pvc/name': 'pending',
      'csi.storage.k8s.io/pvc/namespace': 'shop',
    };
    const categoryOf = async (volumeId: string) => {
      const { volume } = await invoke(site.client.controller, 'ControllerGetVolume', { volumeId });
      const made = await site.emulator.requests('CreateDisk');
      return [volume?.volumeId === volumeId, made.at(-1)?.parameters['DiskCategory']];
    };
    await node('cloud_auto', 'cloud_ssd');
    const volumeId = await createVolume(site.client, 'pvc-narrow', { parameters });
    expect(await categoryOf(volumeId)).to.deep.equal([true, 'cloud_auto']);
    await node('cloud_ssd');
    const refused = createVolume(site.client, 'pvc-nowhere', { parameters });
    await expectFailure(refused, GrpcStatus.RESOURCE_EXHAUSTED, /cannot attach cloud_essd, cloud_auto/);
    const elsewhere = createVolume(site.client, 'pvc-narrow', { parameters });
    await expectFailure(
      elsewhere,
      GrpcStatus.RESOURCE_EXHAUSTED,
      /of category cloud_auto, which node .* cannot/,
    );
    await node('cloud_auto');
    expect(await createVolume(site.client, 'pvc-narrow', { parameters })).to.equal(volumeId);
    await site.kube.deny('get nodes');
    await node('cloud_efficiency');
    const free = await createVolume(site.client, 'pvc-anything', { parameters });
    expect(await categoryOf(free)).to.deep.equal([true, 'cloud_essd']);
  });
});
