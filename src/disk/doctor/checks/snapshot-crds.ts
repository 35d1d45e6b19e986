import type { Check } from '../check.ts';
import { controllersOf, isGateOpen, titleOf, type Controller } from '../controllers.ts';
import type { Finding, NotLooked, Remark } from '../finding.ts';
import type { Looks } from '../looks.ts';
import { sidecarOf } from './sidecars.ts';

const snapshotKinds = ['volumesnapshots', 'volumesnapshotcontents', 'volumesnapshotclasses'];
const groupKinds = ['volumegroupsnapshots', 'volumegroupsnapshotcontents', 'volumegroupsnapshotclasses'];

/** Types that the guards and csi-snapshotter write, and their versions. */
export const snapshotCrds: Check = {
  name: 'snapshot-crds',
  finds:
    'CRDs of snapshots and group snapshots that are missing, or served in no version that csi-snapshotter speaks',
  reads: 'CustomResourceDefinitions with csi-snapshotter and the gates of the plugin',
  mend: 'install the CRDs, or a csi-snapshotter of the other version',
  async examine(looks) {
    const crds = await looks.crds();
    const plain = snapshotKinds.filter((kind) => !serves(crds, `${kind}.snapshot.storage.k8s.io`, 'v1'));
    const findings = plain.length === 0 ? [] : [noSnapshots(plain)];
    const controllers = controllersOf(await looks.deployments(), looks.driverName);
    return [...findings, ...controllers.flatMap((controller) => groupRemarks(controller, crds))];
  },
};

function groupRemarks(controller: Controller, crds: Crds): Remark[] {
  const isOpen = isGateOpen(controller.plugin, 'EnableVolumeGroupSnapshots');
  const findings = isOpen === false ? [] : groupFindings(controller, crds);
  const unclear: NotLooked = {
    at: `whether ${titleOf(controller)} needs the CRDs of group snapshots`,
    because: 'its gates come from a Secret, a ConfigMap or the like, and the CRDs are not all served',
    mend: ['see whether EnableVolumeGroupSnapshots=true is there; if so, install the CRDs'],
  };
  return isOpen === undefined && findings.length > 0 ? [unclear] : findings;
}

type Crds = Awaited<ReturnType<Looks['crds']>>;

function serves(crds: Crds, name: string, version: string): boolean {
  return crds.get(name)?.includes(version) === true;
}

function noSnapshots(kinds: readonly string[]): Finding {
  return {
    what: `this cluster serves no ${kinds.join(', ')} of snapshot.storage.k8s.io/v1`,
    ids: kinds.map((kind) => `${kind}.snapshot.storage.k8s.io`),
    why: 'no snapshot can be asked for, and disks that are protected from deletion are not deleted, for nothing could lead to their snapshots',
    mend: ['install the CRDs of external-snapshotter and one snapshot-controller (deploy/README.md)'],
  };
}

/** csi-snapshotter speaks group snapshots as v1 from 8.6 on, before as v1beta2. */
function spokenVersion(controller: Controller): 'v1' | 'v1beta2' | undefined {
  const image = sidecarOf(controller, 'csi-snapshotter')?.image ?? '';
  const [, major, minor] = /:v(\d+)\.(\d+)/.exec(image) ?? [];
  if (major === undefined || minor === undefined) {
    return undefined;
  }
  const number = Number(major) * 1000 + Number(minor);
  return number >= 8006 ? 'v1' : number >= 8004 ? 'v1beta2' : undefined;
}

function groupFindings(controller: Controller, crds: Crds): Finding[] {
  const version = spokenVersion(controller);
  const served = (kind: string) => crds.get(`${kind}.groupsnapshot.storage.k8s.io`) ?? [];
  const missing = groupKinds.filter((kind) =>
    version === undefined ? served(kind).length === 0 : !served(kind).includes(version),
  );
  if (missing.length === 0) {
    return [];
  }
  const wanted =
    version === undefined ? 'groupsnapshot.storage.k8s.io' : `groupsnapshot.storage.k8s.io/${version}`;
  const others = [...new Set(missing.flatMap(served))];
  return [
    {
      what: `EnableVolumeGroupSnapshots is on, but this cluster serves no ${missing.join(', ')} of ${wanted}${others.length === 0 ? '' : ` (only ${others.join(', ')})`}`,
      ids: missing.map((kind) => `${kind}.groupsnapshot.storage.k8s.io`),
      why: 'csi-snapshotter, or snapshot-controller, does not start, or group snapshots wait for ever',
      mend: [
        'install the CRDs of external-snapshotter of the same version as csi-snapshotter',
        ...(others.includes('v1beta2')
          ? ['or use csi-snapshotter and snapshot-controller 8.5, which speak v1beta2']
          : []),
        ...(others.includes('v1')
          ? ['or use csi-snapshotter and snapshot-controller 8.6, which speak v1']
          : []),
      ],
    },
  ];
}
