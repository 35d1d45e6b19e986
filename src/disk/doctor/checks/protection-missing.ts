import type { Disk } from '../../disk.ts';
import { deleteRetentionOf, expandPolicyOf, hasInstantAccess, type Policy } from '../../guards/policy.ts';
import { tagKeys } from '../../tags.ts';
import type { Check } from '../check.ts';
import type { SeenVolume } from '../doctor-cluster.ts';
import type { Finding } from '../finding.ts';
import { listing } from '../listing.ts';
import type { Looks } from '../looks.ts';

/** Volumes that are not protected as their class says. */
export const protectionMissing: Check = {
  name: 'protection-missing',
  finds:
    'volumes whose class asks for guard snapshots and whose disk says otherwise, cannot have any, or says what means nothing',
  reads: 'StorageClasses with tags and categories of disks',
  mend: 'set the tag of the disk, or change its category, with a VolumeAttributesClass',
  async examine(looks) {
    const disks = await looks.disks();
    const classes = new Map((await looks.storageClasses()).map((one) => [one.name, one.parameters]));
    const guarded = (await looks.volumes()).flatMap((volume) => {
      const disk = disks.get(volume.diskId);
      const wishes = classes.get(volume.storageClass ?? '') ?? new Map<string, string>();
      return disk === undefined || volume.isBeingDeleted ? [] : [{ disk, volume, wishes }];
    });
    return guards.flatMap((guard) => [
      ...guarded.flatMap((one) => withoutProtection(guard, one, looks)),
      ...impossible(guard, guarded),
    ]);
  },
};

interface GuardedVolume {
  readonly disk: Disk;
  readonly volume: SeenVolume;
  /** The parameters of its class. */
  readonly wishes: ReadonlyMap<string, string>;
}

/** One of the two guards. */
interface Guard {
  readonly parameter: string;
  readonly tag: string;
  /** When the snapshot would be taken. */
  readonly before: string;
  readonly policyOf: (disk: Disk, volume: SeenVolume) => Policy<unknown>;
  /** Values that ask for nothing. */
  readonly off: readonly unknown[];
  readonly allowed: string;
}

const guards: readonly Guard[] = [
  {
    parameter: 'volumeExpandAutoSnapshot',
    tag: tagKeys.expandPolicy,
    before: 'it is expanded',
    policyOf: expandPolicyOf,
    off: [undefined, '', 'closed'],
    allowed: 'forced, besteffort or closed',
  },
  {
    parameter: 'volumeDeleteSnapshotRetentionDays',
    tag: tagKeys.deleteSnapshotRetentionDays,
    before: 'it is deleted',
    policyOf: deleteRetentionOf,
    off: [undefined, '', '0'],
    allowed: 'a whole number from 1 to 65536, or empty for none',
  },
];

function withoutProtection(guard: Guard, guarded: GuardedVolume, looks: Looks): Finding[] {
  const { disk, volume, wishes } = guarded;
  const policy = guard.policyOf(disk, volume);
  const wanted = wishes.get(guard.parameter);
  const ids = [disk.id, volume.name];
  if ('invalid' in policy) {
    return [
      {
        what: `disk ${disk.id} of volume ${volume.name} has the tag ${guard.tag} (or the attribute ${guard.parameter}) "${policy.invalid}", which means nothing`,
        ids,
        why: `the plugin refuses when ${guard.before}, since it cannot tell what was meant`,
        mend: [`set it to ${guard.allowed}: ${tagCommand(guard, disk, wanted ?? '<value>', looks)}`],
      },
    ];
  }
  // Whoever changed it with a VolumeAttributesClass meant it, and was told on the claim.
  if (
    !guard.off.includes(policy.value) ||
    guard.off.includes(wanted) ||
    volume.attributesClass !== undefined
  ) {
    return [];
  }
  return [
    {
      what: `volume ${volume.name} gets no snapshot before ${guard.before}: its class ${volume.storageClass ?? ''} says ${guard.parameter}=${wanted ?? ''}, but neither the tag of disk ${disk.id} nor the volume does`,
      ids,
      why: 'the volume is older than the parameter, or somebody has changed the tag: the tag decides',
      mend: [tagCommand(guard, disk, wanted ?? '', looks)],
    },
  ];
}

function tagCommand({ tag }: Guard, { id }: Disk, value: string, { regionId }: Looks): string {
  return `aliyun ecs TagResources --RegionId ${regionId} --ResourceType disk --ResourceId.1 ${id} --Tag.1.Key ${tag} --Tag.1.Value ${value}`;
}

/** One finding for each category: there may be thousands of such volumes. */
function impossible(guard: Guard, all: readonly GuardedVolume[]): Finding[] {
  const asking = all.filter(({ disk, volume }) => {
    const policy = guard.policyOf(disk, volume);
    return !hasInstantAccess(disk) && 'value' in policy && !guard.off.includes(policy.value);
  });
  return [...Map.groupBy(asking, ({ disk }) => disk.category)].map(([category, guarded]) => ({
    what: `no snapshot is taken of disks of ${category} before they are ${guard.before.split(' ').at(-1) ?? ''}, but ${guarded.length} volumes ask for one with ${guard.parameter}: ${listing(guarded.map(({ volume, disk }) => `${volume.name} (${disk.id})`))}`,
    ids: guarded.flatMap(({ disk, volume }) => [disk.id, volume.name]),
    why: 'only ESSDs have instant access snapshots, so these volumes are as unprotected as those that ask for nothing',
    mend: [
      'change the category of living volumes with a VolumeAttributesClass (type: cloud_essd; docs/volume-attributes.md)',
      'let the class name ESSD categories alone, so that new volumes are protected',
    ],
  }));
}
