import { regionAttribute } from '../../guards/own-region.ts';
import type { Check } from '../check.ts';
import { ownControllers, settingOf, titleOf, type Controller } from '../controllers.ts';
import type { Finding, NotLooked, Remark } from '../finding.ts';
import { listing } from '../listing.ts';
import type { Looks } from '../looks.ts';

/** The plugin works in one region, and for one cluster. */
export const regions: Check = {
  name: 'regions',
  finds:
    'volumes of another region than --region, and a plugin that is told another region or cluster id than the doctor',
  reads: 'PersistentVolumes and the Deployment of the plugin with --region and --cluster-id',
  mend: 'give the plugin, and the doctor, the right region and cluster id',
  async examine(looks) {
    const controllers = await ownControllers(looks);
    return [
      ...(await foreignVolumes(looks)),
      ...controllers.flatMap((controller) => settings.flatMap((one) => compare(controller, one, looks))),
    ];
  },
};

async function foreignVolumes({ allVolumes, regionId }: Looks): Promise<Finding[]> {
  const foreign = (await allVolumes()).filter(
    ({ attributes }) => (attributes.get(regionAttribute) ?? regionId) !== regionId,
  );
  const byRegion = Map.groupBy(foreign, ({ attributes }) => attributes.get(regionAttribute) ?? '');
  return [...byRegion].map(([region, volumes]) => ({
    what: `the disks of ${volumes.length} PersistentVolumes are in region ${region}, not in ${regionId}: ${listing(volumes.map(({ name, diskId }) => `${name} (${diskId})`))}`,
    ids: volumes.flatMap(({ diskId, name }) => [diskId, name]),
    why: `a plugin that works in ${regionId} refuses every call about them`,
    mend: [
      `if this cluster is in ${region}: start plugin and doctor with --region ${region}`,
      `else set each of them to Retain, so that its disk stays: kubectl patch pv ${volumes[0]?.name ?? ''} -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`,
      `then remove these PersistentVolumes; their disks are used in a cluster of ${region}`,
    ],
  }));
}

interface Setting {
  readonly flag: 'region' | 'cluster-id';
  readonly variable: string;
  readonly why: string;
  readonly of: (looks: Looks) => string | undefined;
}

const settings: readonly Setting[] = [
  {
    flag: 'region',
    variable: 'REGION_ID',
    why: 'in the wrong region every disk seems to be gone',
    of: ({ regionId }) => regionId,
  },
  {
    flag: 'cluster-id',
    variable: 'CLUSTER_ID',
    why: 'what the plugin makes carries another cluster id than the one by which the doctor looks for it',
    of: ({ clusterId }) => clusterId,
  },
];

function compare(controller: Controller, { flag, variable, why, of }: Setting, looks: Looks): Remark[] {
  const told = settingOf(controller.plugin, flag, variable);
  const mine = of(looks);
  if (typeof told === 'symbol') {
    return [unknownSetting(controller, flag)];
  }
  return told === mine || mine === undefined
    ? []
    : [
        {
          what: `${titleOf(controller)} is told ${told === undefined ? `no --${flag}` : `--${flag} ${told}`}, the doctor --${flag} ${mine}`,
          ids: [`${controller.deployment.namespace}/${controller.deployment.name}`],
          why,
          mend: [`give both the same --${flag} (${variable}), that of this cluster`],
        },
      ];
}

function unknownSetting(controller: Controller, flag: string): NotLooked {
  return {
    at: `--${flag} of ${titleOf(controller)}`,
    because: `it comes from a Secret, a ConfigMap or the like`,
    mend: [`see that it is the same as the doctor's`],
  };
}
