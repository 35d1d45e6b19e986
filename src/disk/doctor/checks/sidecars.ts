import type { Check } from '../check.ts';
import {
  elsewhere,
  flagOf,
  imageName,
  isGateOpen,
  isSidecarGateOpen,
  ownControllers,
  switchOf,
  titleOf,
  type Controller,
} from '../controllers.ts';
import type { SeenContainer } from '../doctor-cluster.ts';
import type { Finding, NotLooked, Remark } from '../finding.ts';
import { noDeployment } from './protection-switched-off.ts';

const leastTimeoutMs = 30_000;

/** What sidecars are told decides on what the plugin is asked for. */
export const sidecars: Check = {
  name: 'sidecars',
  finds:
    'options of csi-provisioner, csi-attacher, csi-resizer and csi-snapshotter that are known to hurt, and sidecars that are missing',
  reads: 'the Deployment of the plugin with what the chart sets',
  mend: 'the option to set',
  async examine(looks) {
    const controllers = await ownControllers(looks);
    return controllers.length === 0
      ? [noDeployment(looks)]
      : controllers.flatMap((controller) => complaintsAbout(controller));
  },
};

interface Complaint {
  readonly what: string;
  readonly why: string;
  readonly option: string;
}

/** What an option says is not written in the Deployment. */
interface Unclear {
  readonly unclear: string;
}

type Rule = (sidecar: SeenContainer, controller: Controller) => Complaint | Unclear | undefined;

const names = ['csi-provisioner', 'csi-attacher', 'csi-resizer', 'csi-snapshotter'] as const;
type SidecarName = (typeof names)[number];

const common: readonly Rule[] = [
  (sidecar, { deployment: { replicas } }) =>
    replicas < 2
      ? undefined
      : unlessOn(sidecar, 'leader-election', {
          what: `runs ${replicas} times without --leader-election`,
          why: 'all of them act on the same objects at once',
          option: '--leader-election',
        }),
  (sidecar) => {
    const timeout = flagOf(sidecar, 'timeout');
    if (timeout === elsewhere) {
      return { unclear: '--timeout' };
    }
    const isShort = timeout === undefined || milliseconds(timeout) < leastTimeoutMs;
    return isShort
      ? {
          what: `gives a call ${timeout ?? 'the usual time of 10s or 15s'}`,
          why: 'the plugin holds a call while ECS works, so it is cut off and repeated, again and again',
          option: '--timeout=150s (csi-attacher: 60s)',
        }
      : undefined;
  },
];

const rules: Readonly<Record<SidecarName, readonly Rule[]>> = {
  'csi-provisioner': [
    needs(
      'extra-create-metadata',
      'disks get no tags of their claim and volume: events and restore commands cannot name them',
    ),
    needs(
      'strict-topology',
      'a volume may be made in a zone where its pod cannot run: the disk of a zone is of no use in another',
    ),
  ],
  'csi-attacher': [],
  'csi-resizer': [
    (sidecar) => {
      const value = switchOf(sidecar, 'handle-volume-inuse-error');
      if (value === false || value === elsewhere) {
        return value === elsewhere ? { unclear: '--handle-volume-inuse-error' } : undefined;
      }
      return {
        what: 'takes a refusal for "in use" (--handle-volume-inuse-error is not false)',
        why: 'an expansion that the guard holds up is repeated only when no pod uses the claim',
        option: '--handle-volume-inuse-error=false',
      };
    },
  ],
  'csi-snapshotter': [
    needs(
      'extra-create-metadata',
      'snapshots get no tags of their VolumeSnapshot, and groups none of theirs',
    ),
    (sidecar, { plugin }) => {
      const asks = isGateOpen(plugin, 'EnableVolumeGroupSnapshots');
      const serves = isSidecarGateOpen(sidecar, 'CSIVolumeGroupSnapshot');
      if (asks === false || serves === true) {
        return undefined;
      }
      return asks === undefined || serves === undefined
        ? { unclear: '--feature-gates (or that of the plugin)' }
        : {
            what: 'has the gate CSIVolumeGroupSnapshot shut, while that of the plugin is open',
            why: 'a VolumeGroupSnapshot waits for ever, and nobody says why',
            option: '--feature-gates=CSIVolumeGroupSnapshot=true (and the same for snapshot-controller)',
          };
    },
  ],
};

function needs(flag: string, why: string): Rule {
  return (sidecar) => unlessOn(sidecar, flag, { what: `runs without --${flag}`, why, option: `--${flag}` });
}

function unlessOn(
  sidecar: SeenContainer,
  flag: string,
  complaint: Complaint,
): Complaint | Unclear | undefined {
  const value = switchOf(sidecar, flag);
  if (value === elsewhere) {
    return { unclear: `--${flag}` };
  }
  return value === true ? undefined : complaint;
}

function complaintsAbout(controller: Controller): Remark[] {
  return names.flatMap((name) => {
    const sidecar = sidecarOf(controller, name);
    const complaints =
      sidecar === undefined
        ? [
            {
              what: 'is not there',
              why: 'nobody asks the plugin for what it is for',
              option: 'add it as the chart has it',
            },
          ]
        : [...common, ...rules[name]].flatMap((rule) => rule(sidecar, controller) ?? []);
    return complaints.map((complaint) =>
      'unclear' in complaint
        ? notLooked(controller, name, complaint)
        : findingOf(controller, name, complaint),
    );
  });
}

/** By its image, or by its name where the image was renamed. */
export function sidecarOf({ deployment }: Controller, name: string): SeenContainer | undefined {
  return (
    deployment.containers.find(({ image }) => imageName(image) === name) ??
    deployment.containers.find((container) => container.name.endsWith(name))
  );
}

function notLooked(controller: Controller, name: string, { unclear }: Unclear): NotLooked {
  return {
    at: `${unclear} of ${name} of ${titleOf(controller)}`,
    because: 'it comes from a Secret, a ConfigMap or the like',
    mend: ['see that it is as the chart has it'],
  };
}

function findingOf(controller: Controller, name: string, { what, why, option }: Complaint): Finding {
  const { namespace, name: deployment } = controller.deployment;
  return {
    what: `${name} of ${titleOf(controller)} ${what}`,
    ids: [`${namespace}/${deployment}`, name],
    why,
    mend: [
      `set ${option} in its container: kubectl edit deployment/${deployment} -n ${namespace}, or the values of the chart`,
    ],
  };
}

/** `2m30s` as Go writes durations. */
function milliseconds(text: string): number {
  const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, amount = '0', unit = 's']) => sum + Number(amount) * (unitsMs[unit] ?? 0),
    0,
  );
}
