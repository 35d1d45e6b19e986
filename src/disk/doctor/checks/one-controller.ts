import type { Check } from '../check.ts';
import { controllersOf, titleOf, unclearAmong } from '../controllers.ts';
import type { SeenDeployment } from '../doctor-cluster.ts';
import type { NotLooked } from '../finding.ts';

/** Two controllers under one name act on the same volumes, each by its own rules. */
export const oneController: Check = {
  name: 'one-controller',
  finds: 'several Deployments that serve the controller of this driver, such as that of the existing driver',
  reads: 'Deployments with more than no replicas, by what their containers are told',
  mend: 'scale one of them to 0',
  async examine(looks) {
    const deployments = await looks.deployments();
    const controllers = controllersOf(deployments, looks.driverName);
    const unclear = unclearAmong(deployments, looks.driverName).map(notLooked);
    if (controllers.length < 2) {
      return unclear;
    }
    const titles = controllers.map((one) => `${titleOf(one)} (${one.kind})`);
    return [
      {
        what: `several controllers serve driver ${looks.driverName}: ${titles.join(', ')}`,
        ids: controllers.map(({ deployment: { namespace, name } }) => `${namespace}/${name}`),
        why: 'whichever holds the lease of a sidecar decides: the existing driver deletes and expands without the guards of this one, and what one makes the other may not expect',
        mend: controllers.map(
          ({ deployment: { namespace, name }, kind }) =>
            `${kind === 'existing' ? 'either' : 'or'}: kubectl scale deployment/${name} -n ${namespace} --replicas=0 (deploy/README.md, "Taking over")`,
        ),
      },
      ...unclear,
    ];
  },
};

function notLooked(deployment: SeenDeployment): NotLooked {
  return {
    at: `whether ${titleOf({ deployment })} serves the controller of this driver, too`,
    because: 'what it is told comes from a Secret, a ConfigMap or the like',
    mend: ['see which driver its container is told to serve'],
  };
}
