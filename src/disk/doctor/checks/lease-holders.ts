import type { Check } from '../check.ts';
import { ownControllers, type Controller } from '../controllers.ts';
import type { Finding } from '../finding.ts';
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
    return [
      ...others.map((lease) => heldByAnother(lease, own, looks)),
      ...(doubt === undefined ? [] : [doubt]),
    ];
  },
};

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
