import { expect } from 'chai';
import { invoke, type CsiClient } from '../../../support/csi-client.ts';
import { gib } from '../../../support/volumes.ts';
import { createGuardedVolume, setClaimSize, stateOf, type GuardedVolume } from './guarded-volume.ts';
import type { KeeperWork } from './keeper-points.ts';
import type { CrashSite } from './site.ts';

const wantedGiB = 30;

/** An expansion is complete, and its snapshot is to be released. */
export function release(site: CrashSite, client: CsiClient): KeeperWork<GuardedVolume> {
  return {
    async prepare(point) {
      const volume = await createGuardedVolume(site, client, point, { volumeExpandAutoSnapshot: 'forced' });
      const request = { volumeId: volume.diskId, capacityRange: { requiredBytes: wantedGiB * gib } };
      await invoke(client.controller, 'ControllerExpandVolume', request);
      expect((await stateOf(site)).snapshots).to.have.length(1);
      await setClaimSize(site, volume, wantedGiB);
      return volume;
    },
    isDone: async () => (await stateOf(site)).snapshots.length === 0,
    async verify({ diskId }) {
      const { disks, snapshots } = await stateOf(site);
      expect(disks).to.have.length(1);
      expect(disks[0]).to.include({ id: diskId, sizeGiB: wantedGiB });
      expect(snapshots).to.deep.equal([]);
      expect(await site.keep(1)).to.deep.equal([]);
    },
  };
}

interface ExpiredProtection {
  /** Of a disk whose snapshot is still there. */
  readonly kept: string;
}

/** The snapshot of one deleted disk has expired and its objects are to go; that of another one has not. */
export function removal(site: CrashSite, client: CsiClient): KeeperWork<ExpiredProtection> {
  return {
    async prepare(point) {
      const policy = { volumeDeleteSnapshotRetentionDays: '3' };
      const { diskId } = await createGuardedVolume(site, client, point, policy);
      await site.emulator.detach(diskId);
      await invoke(client.controller, 'DeleteVolume', { volumeId: diskId });
      await site.cluster.recordProtection(
        {
          diskId: `d-expired-${point}`,
          snapshotId: 's-bp1expired',
          sizeGiB: 20,
          cutAt: new Date('2026-01-01T00:00:00Z'),
          expiresAt: new Date('2026-01-04T00:00:00Z'),
          volume: undefined,
        },
        { signal: AbortSignal.timeout(10_000), requestId: 'set-up' },
      );
      expect(await namesOfObjects(site)).to.have.length(4);
      return { kept: diskId };
    },
    isDone: async () => (await namesOfObjects(site)).length <= 2,
    async verify({ kept }) {
      expect(await namesOfObjects(site)).to.deep.equal([`${kept}-delprotect-content`, `${kept}-delprotect`]);
      expect((await stateOf(site)).snapshots.map(({ name }) => name)).to.deep.equal([`${kept}-delprotect`]);
      expect(await site.keep(2)).to.deep.equal([]);
    },
  };
}

async function namesOfObjects({ kube }: CrashSite): Promise<string[]> {
  const contents = await kube.objects('volumesnapshotcontents');
  const snapshots = await kube.objects('volumesnapshots');
  return [...contents, ...snapshots].map(({ metadata }) => metadata.name);
}
