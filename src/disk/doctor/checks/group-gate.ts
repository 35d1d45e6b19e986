import type { Check } from '../check.ts';
import { ownControllers, isGateOpen, titleOf, type Controller } from '../controllers.ts';
import type { Remark } from '../finding.ts';
import { noDeployment } from './protection-switched-off.ts';

/** A class that leads to nothing. */
export const groupGate: Check = {
  name: 'group-gate',
  finds: 'VolumeGroupSnapshotClasses of this driver while EnableVolumeGroupSnapshots is not open',
  reads: 'VolumeGroupSnapshotClasses with the gates of the plugin',
  mend: 'open the gate, or delete the class',
  async examine(looks) {
    const classes = await looks.groupClasses();
    if (classes.length === 0) {
      return [];
    }
    const controllers = await ownControllers(looks);
    if (controllers.length === 0) {
      return [noDeployment(looks)];
    }
    return controllers.flatMap((controller) => remarksOn(controller, classes));
  },
};

function remarksOn(controller: Controller, classes: readonly string[]): Remark[] {
  const title = titleOf(controller);
  const { namespace, name } = controller.deployment;
  const isOpen = isGateOpen(controller.plugin, 'EnableVolumeGroupSnapshots');
  if (isOpen === undefined) {
    const because = 'its gates come from a Secret, a ConfigMap or the like';
    const mend = ['see that EnableVolumeGroupSnapshots=true is there'];
    return [{ at: `the gates of ${title}`, because, mend }];
  }
  return isOpen
    ? []
    : [
        {
          what: `VolumeGroupSnapshotClass ${classes.join(', ')} asks ${title} for group snapshots, but its gate EnableVolumeGroupSnapshots is shut`,
          ids: [...classes, `${namespace}/${name}`],
          why: 'a VolumeGroupSnapshot of the class never becomes ready',
          mend: [
            'open it: --feature-gates=EnableVolumeGroupSnapshots=true (with Helm: --set featureGates.EnableVolumeGroupSnapshots=true)',
            `or delete the class: kubectl delete volumegroupsnapshotclass ${classes.join(' ')}`,
          ],
        },
      ];
}
