import type { Check } from '../check.ts';
import { areGuardsOn, ownControllers, titleOf, type Controller } from '../controllers.ts';
import type { NotLooked, Remark } from '../finding.ts';
import { listing } from '../listing.ts';
import type { Looks } from '../looks.ts';

/** Classes ask for snapshots that nobody takes. */
export const protectionSwitchedOff: Check = {
  name: 'protection-switched-off',
  finds: 'classes and volumes that ask for guard snapshots while VOLUME_DEL_AUTO_SNAP is not true',
  reads: 'StorageClasses and PersistentVolumes with the Deployment of the plugin',
  mend: 'set VOLUME_DEL_AUTO_SNAP=true',
  async examine(looks) {
    const asking = await askingForGuards(looks);
    if (asking.length === 0) {
      return [];
    }
    const controllers = await ownControllers(looks);
    return controllers.length === 0
      ? [noDeployment(looks)]
      : controllers.flatMap((controller) => remarksOn(controller, asking));
  },
};

const parameters = {
  expand: 'volumeExpandAutoSnapshot',
  deletion: 'volumeDeleteSnapshotRetentionDays',
} as const;

/** Whether these parameters of a class, or attributes of a volume, ask a guard to act. */
export function asksForGuards(texts: ReadonlyMap<string, string>): boolean {
  return (
    !['', 'closed'].includes(texts.get(parameters.expand) ?? '') ||
    !['', '0'].includes(texts.get(parameters.deletion) ?? '')
  );
}

async function askingForGuards(looks: Looks): Promise<string[]> {
  const classes = (await looks.storageClasses()).filter((one) => asksForGuards(one.parameters));
  const volumes = (await looks.volumes()).filter((one) => asksForGuards(one.attributes));
  return [
    ...classes.map(({ name }) => `StorageClass ${name}`),
    ...volumes.map(({ name }) => `PersistentVolume ${name}`),
  ];
}

/** On managed clusters the controller may run where nobody sees it. */
export function noDeployment({ driverName }: Looks): NotLooked {
  return {
    at: `what the plugin of driver ${driverName} is told`,
    because: 'no Deployment in this cluster says that it serves that driver with csi-datasafe',
    mend: [
      'if the plugin runs elsewhere, look there, and leave this check out with --skip',
      'if it is not installed: deploy/README.md',
    ],
  };
}

function remarksOn(controller: Controller, asking: readonly string[]): Remark[] {
  const title = titleOf(controller);
  const { namespace, name } = controller.deployment;
  const isOn = areGuardsOn(controller.plugin);
  if (isOn === undefined) {
    const because = 'its switch comes from a Secret, a ConfigMap or the like';
    return [{ at: `the guards of ${title}`, because, mend: ['see that VOLUME_DEL_AUTO_SNAP is true there'] }];
  }
  return isOn
    ? []
    : [
        {
          what: `the guards of ${title} are switched off, but ${listing(asking)} ask for them`,
          ids: [`${namespace}/${name}`, ...asking.map((one) => one.split(' ')[1] ?? '')],
          why: 'these volumes are expanded and deleted without a snapshot, although their class promises one',
          mend: [
            `kubectl set env deployment/${name} -n ${namespace} -c ${controller.plugin.name} VOLUME_DEL_AUTO_SNAP=true (with Helm: --set guards.automaticSnapshots=true)`,
          ],
        },
      ];
}
