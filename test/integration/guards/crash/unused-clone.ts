import { expect } from 'chai';
import { invoke, type CsiClient } from '../../../support/csi-client.ts';
import { createVolume, essdParameters } from '../../../support/volumes.ts';
import type { GuardFlow } from './flows.ts';
import { countCarriedOut, createGuardedVolume, expectRestorable, stateOf } from './guarded-volume.ts';
import type { CrashSite } from './site.ts';

const policy = { volumeDeleteSnapshotRetentionDays: '3' };

/** A deletion that finds no snapshot but the one from which the clone was made, which must outlive it. */
export function deletionOfUnusedClone(site: CrashSite): GuardFlow {
  return {
    async prepare(client, _emulator, point) {
      const { diskId, claim } = await createGuardedVolume(site, client, point, policy);
      const clone = await createClone(client, point, diskId);
      expect((await stateOf(site)).snapshots).to.have.length(1);
      return { diskId: clone, claim };
    },
    run: async (client, { diskId }) =>
      void (await invoke(client.controller, 'DeleteVolume', { volumeId: diskId })),
    async verify(_client, _emulator, { diskId }) {
      await expectSnapshotRemains(site, diskId);
      expect(await site.keep(2)).to.deep.equal([]);
      await expectSnapshotRemains(site, diskId);
      expect(await countCarriedOut(site, 'CreateSnapshot')).to.equal(1);
      expect(await countCarriedOut(site, 'DeleteSnapshot')).to.equal(0);
    },
  };
}

async function createClone(client: CsiClient, point: string, volumeId: string): Promise<string> {
  return await createVolume(client, `copy-${point}`, {
    parameters: { ...essdParameters, ...policy },
    volumeId,
  });
}

async function expectSnapshotRemains(site: CrashSite, cloneId: string): Promise<void> {
  const { disks, snapshots } = await stateOf(site);
  expect(disks.map(({ id }) => id)).not.to.include(cloneId);
  expect(snapshots).to.have.length(1);
  const snapshot = snapshots[0] ?? expect.fail('no snapshot');
  await expectRestorable(site, snapshot);
  expect(snapshot).to.include({ retentionDays: 3 });
  const [content] = await site.kube.objects('volumesnapshotcontents');
  expect(content?.metadata.name).to.equal(`${cloneId}-delprotect-content`);
  expect(content?.['spec']).to.deep.include({ source: { snapshotHandle: snapshot.id } });
  const [object] = await site.kube.objects('volumesnapshots');
  expect(object?.['status']).to.include({ readyToUse: true });
}
