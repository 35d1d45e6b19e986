import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { createUsedVolume, eventually, expectFailure, failureOf } from '../../support/volumes.ts';
import { driverName, volumeObject } from '../kube/set-up.ts';

/** A volume of the disk in one of the phases of Kubernetes, with the given attributes. */
function volumeIn(
  phase: 'Bound' | 'Released',
  volumeId: string,
  volumeAttributes: Record<string, string> = {},
): KubeObject {
  const csi = { driver: driverName, volumeHandle: volumeId, volumeAttributes };
  const claimRef = { namespace: 'shop', name: `claim-${phase.toLowerCase()}`, uid: `uid-${phase}` };
  return {
    ...volumeObject(volumeId, `pv-${phase.toLowerCase()}`, { csi, claimRef }),
    status: { phase },
  };
}

describe('A disk for which several PersistentVolumes stand', () => {
  const site = siteOfSuite({
    namespaces: ['default'],
    args: ['--automatic-snapshots', 'true', '--call-timeout', '5s'],
  });

  const remove = (volumeId: string) => invoke(site.client.controller, 'DeleteVolume', { volumeId });

  it('is not deleted with the one that was left behind while the other is bound, and then under its protection', async () => {
    const { emulator, kube, client } = site;
    const volumeId = await createUsedVolume(client, emulator, 'pvc-taken-over');
    const taken = volumeIn('Bound', volumeId, { volumeDeleteSnapshotRetentionDays: '7' });
    await kube.put(volumeIn('Released', volumeId));
    await kube.put(taken);
    // An instance holds the disk until the plugin has heard of both.
    await eventually(
      async () => (await failureOf(remove(volumeId))).details.includes('pv-bound is bound to a claim'),
      'the plugin knows both volumes',
    );
    await emulator.detach(volumeId);
    await expectFailure(remove(volumeId), GrpcStatus.FAILED_PRECONDITION, /pv-bound is bound to a claim/);
    expect(await emulator.counts()).to.include({ disks: 1 });

    await kube.put({ ...taken, status: { phase: 'Released' } });
    await eventually(
      async () =>
        await remove(volumeId).then(
          () => true,
          () => false,
        ),
      'the disk is deleted',
    );
    expect(await emulator.counts()).to.include({ disks: 0, snapshots: 1 });
  });

  it('is not deleted for the sake of an old copy, made before the plugin lost the right to look', async () => {
    const { emulator, kube, client } = site;
    const volumeId = await createUsedVolume(client, emulator, 'pvc-behind-our-back');
    await kube.put(volumeIn('Bound', volumeId));
    await kube.put(volumeIn('Released', volumeId));
    await eventually(
      async () => (await failureOf(remove(volumeId))).details.includes('pv-bound is bound to a claim'),
      'the plugin knows both volumes',
    );
    await kube.take('persistentvolumes', 'pv-bound');
    await eventually(
      async () => (await failureOf(remove(volumeId))).details.includes('is in use by'),
      'the plugin knows the one that is left',
    );
    await emulator.detach(volumeId);
    await kube.deny('list persistentvolumes', 'watch persistentvolumes');
    await kube.endWatches('cut');
    await kube.put(volumeIn('Bound', volumeId));

    await expectFailure(remove(volumeId), GrpcStatus.PERMISSION_DENIED, /grant list on persistentvolumes/);
    await kube.deny();
    await expectFailure(remove(volumeId), GrpcStatus.FAILED_PRECONDITION, /pv-bound is bound to a claim/);
    expect(await emulator.counts()).to.include({ disks: 1 });
  });
});
