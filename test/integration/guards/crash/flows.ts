import { expect } from 'chai';
import { invoke } from '../../../support/csi-client.ts';
import { gib } from '../../../support/volumes.ts';
import type { CrashFlow } from '../../crash/crash-points.ts';
import {
  countCarriedOut,
  createGuardedVolume,
  expectRestorable,
  hasByte,
  setClaimSize,
  stateOf,
  type GuardedVolume,
} from './guarded-volume.ts';
import type { CrashSite } from './site.ts';

export type GuardFlow = CrashFlow<GuardedVolume>;

const wantedGiB = 30;

/** An expansion whose snapshot is there until the file system has grown, and is released then. */
export function guardedExpansion(site: CrashSite, policy: 'forced' | 'besteffort'): GuardFlow {
  return {
    ...expansion(site, policy),
    async verify(_client, _emulator, volume) {
      await expectExpandedOnce(site);
      const { snapshots } = await stateOf(site);
      expect(snapshots.map(({ name }) => name.startsWith('volume-expand-auto-snapshot-'))).to.deep.equal([
        true,
      ]);
      const snapshot = snapshots[0] ?? expect.fail('no snapshot');
      await expectRestorable(site, snapshot);
      expect(await countCarriedOut(site, 'CreateSnapshot')).to.be.at.most(1);
      expect(await countCarriedOut(site, 'DeleteSnapshot')).to.equal(0);
      expect(await hasByte(site, snapshot, 20 * gib), 'cut before the resize').to.equal(false);

      expect(await site.keep(1)).to.deep.equal([]);
      await setClaimSize(site, volume, wantedGiB);
      const release = { act: 'release', diskId: volume.diskId, snapshotId: snapshot.id };
      expect(await site.keep(2)).to.deep.equal([release]);
      expect((await stateOf(site)).snapshots).to.deep.equal([]);
    },
  };
}

/** A besteffort expansion that does not wait until ECS has uploaded the snapshot: it is given up. */
export function hurriedExpansion(site: CrashSite): GuardFlow {
  return {
    ...expansion(site, 'besteffort'),
    async verify(_client, _emulator, volume) {
      await expectExpandedOnce(site);
      await setClaimSize(site, volume, wantedGiB);
      await site.keep(1);
      expect((await stateOf(site)).snapshots).to.deep.equal([]);
      expect(await countCarriedOut(site, 'CreateSnapshot')).to.be.at.most(2);
    },
  };
}

function expansion(site: CrashSite, policy: string): Pick<GuardFlow, 'prepare' | 'run'> {
  return {
    prepare: async (client, _emulator, point) =>
      await createGuardedVolume(site, client, point, { volumeExpandAutoSnapshot: policy }),
    run: async (client, { diskId }) => {
      const request = { volumeId: diskId, capacityRange: { requiredBytes: wantedGiB * gib } };
      const { capacityBytes } = await invoke(client.controller, 'ControllerExpandVolume', request);
      expect(capacityBytes).to.equal(String(wantedGiB * gib));
    },
  };
}

async function expectExpandedOnce(site: CrashSite): Promise<void> {
  const { disks } = await stateOf(site);
  expect(disks.map(({ sizeGiB }) => sizeGiB)).to.deep.equal([wantedGiB]);
  expect(await countCarriedOut(site, 'ResizeDisk')).to.be.at.most(1);
}

/** A deletion that leaves one snapshot of the last state, and the objects that lead to it. */
export function guardedDeletion(site: CrashSite): GuardFlow {
  return {
    async prepare(client, emulator, point) {
      const policy = { volumeDeleteSnapshotRetentionDays: '3' };
      const volume = await createGuardedVolume(site, client, point, policy);
      await emulator.detach(volume.diskId);
      await site.kube.take('persistentvolumeclaims', volume.claim, 'db');
      return volume;
    },
    run: async (client, { diskId }) =>
      void (await invoke(client.controller, 'DeleteVolume', { volumeId: diskId })),
    async verify(_client, _emulator, volume) {
      await expectProtected(site, volume);
      expect(await countCarriedOut(site, 'CreateSnapshot')).to.be.at.most(1);
      expect(await countCarriedOut(site, 'DeleteSnapshot')).to.equal(0);
      expect(await site.keep(2)).to.deep.equal([]);
      await expectProtected(site, volume);
    },
  };
}

async function expectProtected(site: CrashSite, { diskId, claim }: GuardedVolume): Promise<void> {
  const { disks, snapshots } = await stateOf(site);
  expect(disks).to.deep.equal([]);
  expect(snapshots.map(({ name }) => name)).to.deep.equal([`${diskId}-delprotect`]);
  const [snapshot] = snapshots;
  await expectRestorable(site, snapshot ?? expect.fail('no snapshot'));

  const contents = await site.kube.objects('volumesnapshotcontents');
  const snapshotObjects = await site.kube.objects('volumesnapshots');
  const names = [...contents, ...snapshotObjects].map(({ metadata }) => metadata.name);
  expect(names).to.deep.equal([`${diskId}-delprotect-content`, `${diskId}-delprotect`]);
  expect(contents[0]?.['spec']).to.deep.include({
    deletionPolicy: 'Retain',
    source: { snapshotHandle: snapshot?.id },
  });
  expect(snapshotObjects[0]?.['spec']).to.deep.equal({
    source: { volumeSnapshotContentName: `${diskId}-delprotect-content` },
  });
  expect(snapshotObjects[0]?.['status']).to.include({ readyToUse: true });
  expect(snapshotObjects[0]?.metadata.labels).to.include({ 'csi.alibabacloud.com/claim-name': claim });
}
