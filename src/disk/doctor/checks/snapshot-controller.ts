import type { Check } from '../check.ts';
import { imageName, switchOf } from '../controllers.ts';
import type { SeenDeployment, SeenVolumeSnapshot } from '../doctor-cluster.ts';
import type { Finding } from '../finding.ts';
import { clockDoubt, liveLeases, snapshotControllerLease } from '../live-leases.ts';

/** It answers at once where it works. */
const answerMs = 5 * 60_000;

/** Nobody else binds VolumeSnapshots to what they lead to. */
export const snapshotController: Check = {
  name: 'snapshot-controller',
  finds: 'a cluster with the CRDs of snapshots where no snapshot-controller works',
  reads: `Leases ${snapshotControllerLease} renewed within 5 minutes, Deployments, and VolumeSnapshots that nobody has answered for 5 minutes`,
  mend: 'run one snapshot-controller, of the version of the CRDs',
  async examine(looks) {
    if (!(await looks.crds()).has('volumesnapshots.snapshot.storage.k8s.io')) {
      return [];
    }
    const before = looks.now() - answerMs;
    const waiting = (await looks.volumeSnapshots()).filter(
      ({ hasStatus, createdAtMs }) => !hasStatus && createdAtMs < before,
    );
    const leaders = await liveLeases(looks, [snapshotControllerLease]);
    const doubt = await clockDoubt(looks);
    if (leaders.length === 0 && doubt !== undefined) {
      return [doubt];
    }
    if (leaders.length === 0 && !(await looks.deployments()).some(runsItAlone)) {
      return [missing(waiting)];
    }
    return waiting.length === 0
      ? []
      : [idle(waiting, leaders.map(({ namespace, holder }) => `${holder} in ${namespace}`).join(', '))];
  },
};

/** Without a lease nobody sees whether it works; only that it is asked for. */
function runsItAlone({ containers }: SeenDeployment): boolean {
  return containers.some(
    (one) => imageName(one.image) === 'snapshot-controller' && switchOf(one, 'leader-election') !== true,
  );
}

const why =
  'VolumeSnapshots never turn ready; a disk that is protected from deletion IS deleted, and its <disk>-delprotect leads nowhere until there is one, while its snapshot expires';

function missing(waiting: readonly SeenVolumeSnapshot[]): Finding {
  return {
    what: `no snapshot-controller is seen in this cluster: nobody renews a lease ${snapshotControllerLease}${also(waiting)}`,
    ids: idsOf(waiting),
    why,
    mend: [
      'helm upgrade csi-datasafe deploy/charts/csi-datasafe -n kube-system --reuse-values --set snapshotController.enabled=true',
      'or start the one that you have elsewhere again (that of the existing chart is a container of its Deployment csi-provisioner)',
    ],
  };
}

function idle(waiting: readonly SeenVolumeSnapshot[], holders: string): Finding {
  return {
    what: `a snapshot-controller${holders === '' ? '' : ` (${holders})`} is there, but does nothing${also(waiting)}`,
    ids: idsOf(waiting),
    why,
    mend: [
      'see its log: 8.6 and newer wait for group snapshots of v1 and do nothing before, where a cluster serves v1beta2 only (deploy/README.md, "Before you install")',
      'kubectl get leases -A --field-selector metadata.name=snapshot-controller-leader',
    ],
  };
}

function also(waiting: readonly SeenVolumeSnapshot[]): string {
  const [first] = waiting;
  return first === undefined
    ? ''
    : `; ${waiting.length} VolumeSnapshots have had no answer for 5 minutes, such as ${first.namespace}/${first.name}`;
}

function idsOf(waiting: readonly SeenVolumeSnapshot[]): string[] {
  return waiting.map(({ namespace, name }) => `${namespace}/${name}`);
}
