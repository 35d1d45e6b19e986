import { objectNamePattern } from '../config/kubernetes-names.ts';
import type { RestoreGroupConfig } from '../config/restore-group-config.ts';
import type { Disk } from '../disk/disk.ts';
import type { ReadGroup } from '../disk/groups/read-group.ts';
import type { Snapshot } from '../disk/snapshot.ts';
import { tagKeys } from '../disk/tags.ts';
import { objectsToRestore } from './snapshot-restore.ts';

/** One member with the place where it goes. */
interface Restore {
  readonly snapshot: Snapshot;
  readonly namespace: string;
  readonly claim: string;
}

type Wish = Pick<
  RestoreGroupConfig,
  'namespace' | 'prefix' | 'storageClass' | 'volumeMode' | 'groupApiVersion' | 'driverName'
>;

/**
 * What restores the members of a group into claims: for each a VolumeSnapshotContent, a VolumeSnapshot and a claim as
 * large as its disk was, named after the claim that the disk had, where its tags still tell; and the pair for the group
 * itself, without which snapshot-controller does not accept the members of a living group.
 * @param disks the source disks that still exist.
 * @throws Error when the members would go to several namespaces, which one VolumeGroupSnapshot cannot hold.
 */
export function groupManifests(group: ReadGroup, disks: readonly Disk[], wish: Wish): object[] {
  const restores = restoresOf(group, disks, wish);
  const namespaces = [...new Set(restores.map(({ namespace }) => namespace))];
  const [namespace = 'default', ...others] = namespaces;
  if (others.length > 0) {
    throw new Error(`the claims were in several namespaces (${namespaces.join(', ')}): give --namespace`);
  }
  return [
    ...groupPair(group, namespace, wish),
    ...restores.flatMap((restore) => memberManifests(restore, wish)),
  ];
}

function restoresOf({ snapshots }: ReadGroup, disks: readonly Disk[], wish: Wish): Restore[] {
  const restores = snapshots.map((snapshot) => {
    const tags = disks.find(({ id }) => id === snapshot.sourceDiskId)?.tags;
    const name = `${wish.prefix}${tags?.get(tagKeys.pvcName) ?? snapshot.sourceDiskId}`;
    const namespace = wish.namespace ?? tags?.get(tagKeys.pvcNamespace) ?? 'default';
    // A tag may hold a shortened name, which need not be one of Kubernetes.
    return {
      snapshot,
      namespace,
      claim: objectNamePattern.test(name) ? name : `${wish.prefix}${snapshot.sourceDiskId}`,
    };
  });
  const isTaken = ({ claim }: Restore) => restores.filter((other) => other.claim === claim).length > 1;
  return restores.map((restore) =>
    isTaken(restore) ? { ...restore, claim: `${wish.prefix}${restore.snapshot.sourceDiskId}` } : restore,
  );
}

function groupPair({ id, snapshots }: ReadGroup, namespace: string, wish: Wish): object[] {
  const apiVersion = `groupsnapshot.storage.k8s.io/${wish.groupApiVersion}`;
  const name = `restore-${id}`;
  const contentName = `${namespace}-${name}`;
  return [
    {
      apiVersion,
      kind: 'VolumeGroupSnapshotContent',
      metadata: { name: contentName },
      spec: {
        // Deleting these objects must never delete the group.
        deletionPolicy: 'Retain',
        driver: wish.driverName,
        source: {
          groupSnapshotHandles: {
            volumeGroupSnapshotHandle: id,
            volumeSnapshotHandles: snapshots.map((snapshot) => snapshot.id),
          },
        },
        volumeGroupSnapshotRef: { apiVersion, kind: 'VolumeGroupSnapshot', name, namespace },
      },
    },
    {
      apiVersion,
      kind: 'VolumeGroupSnapshot',
      metadata: { name, namespace },
      spec: { source: { volumeGroupSnapshotContentName: contentName } },
    },
  ];
}

function memberManifests({ snapshot, namespace, claim }: Restore, wish: Wish): object[] {
  const size = `${snapshot.sourceDiskSizeGiB}Gi`;
  return objectsToRestore({ ...wish, snapshotId: snapshot.id, size, namespace, claim });
}
