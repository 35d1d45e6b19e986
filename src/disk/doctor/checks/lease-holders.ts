import type { Check } from '../check.ts';
import { ownControllers, titleOf, unclearAmong, type Controller } from '../controllers.ts';
import type { SeenDeployment } from '../doctor-cluster.ts';
import type { Finding, NotLooked } from '../finding.ts';
import { clockDoubt, isPodOf, liveLeases, sidecarLeases, timeText, type LiveLease } from '../live-leases.ts';
import type { Looks } from '../looks.ts';

/** Who acts, also where nothing of him is seen but the lease: the managed add-on of ACK has no pods in the cluster. */
export const leaseHolders: Check = {
  name: 'lease-holders',
  finds:
    'leases of the sidecars of this driver, in whatever namespace, that somebody else holds: the controller of the existing driver, or a managed one, whose pods are not seen',
  reads: 'Leases renewed within 5 minutes with the Deployments of the plugin',
  mend: 'remove the other controller',
  async examine(looks) {
    const doubt = await clockDoubt(looks);
    const leases = await liveLeases(looks, sidecarLeases(looks.driverName));
    const own = await ownControllers(looks);
    const others = leases.filter(({ holder }) => !own.some(({ deployment }) => isPodOf(deployment, holder)));
    const unclear = unclearAmong(await looks.deployments(), looks.driverName);
    return [
      ...others.map((lease) => {
        const maybe = unclearHolders(lease, own, unclear);
        return maybe.length > 0 ? notLooked(lease, maybe) : heldByAnother(lease, own, looks);
      }),
      ...(doubt === undefined ? [] : [doubt]),
    ];
  },
};

/** Those that may be ours and may hold the lease. A pod need not be named after its Deployment, so without one that is ours, any may. */
function unclearHolders(
  { holder }: LiveLease,
  own: readonly Controller[],
  unclear: readonly SeenDeployment[],
): readonly SeenDeployment[] {
  return own.length === 0 ? unclear : unclear.filter((deployment) => isPodOf(deployment, holder));
}

function notLooked({ namespace, name, holder }: LiveLease, maybe: readonly SeenDeployment[]): NotLooked {
  const titles = maybe.map((deployment) => titleOf({ deployment })).join(', ');
  return {
    at: `whether ${holder}, which holds lease ${namespace}/${name}, is a pod of csi-datasafe`,
    because: `what ${titles} is told comes from a Secret, a ConfigMap or the like`,
    mend: ['see which driver its container is told to serve, and whether the holder is one of its pods'],
  };
}

function heldByAnother(lease: LiveLease, own: readonly Controller[], { driverName }: Looks): Finding {
  const { namespace, name, holder, renewedAtMs } = lease;
  const ours = own.map(({ deployment }) => `${deployment.namespace}/${deployment.name}`);
  const expected =
    ours.length === 0
      ? 'and no Deployment of csi-datasafe is here'
      : `which is no pod of Deployment ${ours.join(', ')}`;
  return {
    what: `lease ${namespace}/${name} of driver ${driverName} is held by ${holder}, ${expected} (renewed ${timeText(renewedAtMs)})`,
    ids: [`${namespace}/${name}`, holder],
    why: 'its holder acts on the volumes or snapshots of this driver: it deletes and expands without the guards of this one',
    mend: [
      `find it: kubectl get pods -A --field-selector metadata.name=${holder}; a managed add-on shows no pod: the console of ACK, Add-ons, csi-provisioner`,
      'take it away (deploy/README.md, "Taking over"), and ask again 5 minutes after',
    ],
  };
}
