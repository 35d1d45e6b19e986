import type { ClaimReference, ClusterVolume } from '../disk/cluster.ts';
import { mergeAttributes } from '../disk/guards/policy.ts';
import type { VolumeObject } from './objects.ts';

/** The volumes of one driver, found by the disk behind them. */
export interface VolumeIndex {
  /**
   * The volume of a disk. Of several for one disk, a claimed one goes first, then the older one; the attributes that it
   * lacks are those of the others, and protection is the strongest that any of them asks for.
   */
  find(diskId: string): ClusterVolume | undefined;
  /** Takes a volume in, in place of what was known under its name. */
  put(object: VolumeObject): void;
  remove(name: string): void;
  replaceAll(objects: readonly VolumeObject[]): void;
}

interface Entry {
  readonly volume: ClusterVolume;
  readonly isBound: boolean;
  readonly createdAt: string;
}

export function createVolumeIndex(driverName: string): VolumeIndex {
  let diskOfName = new Map<string, string>();
  let byDisk = new Map<string, Map<string, Entry>>();

  const remove = (name: string) => {
    const diskId = diskOfName.get(name);
    if (diskId === undefined) {
      return;
    }
    diskOfName.delete(name);
    const entries = byDisk.get(diskId);
    entries?.delete(name);
    if (entries?.size === 0) {
      byDisk.delete(diskId);
    }
  };
  const put = (object: VolumeObject) => {
    remove(object.metadata.name);
    const volume = toClusterVolume(object, driverName);
    if (volume !== undefined) {
      diskOfName.set(volume.name, volume.diskId);
      const entries = byDisk.get(volume.diskId) ?? new Map<string, Entry>();
      entries.set(volume.name, {
        volume,
        isBound: object.status?.phase === 'Bound',
        createdAt: object.metadata.creationTimestamp ?? '',
      });
      byDisk.set(volume.diskId, entries);
    }
  };
  return {
    find: (diskId) => asOne([...(byDisk.get(diskId)?.values() ?? [])].sort(preferred)),
    put,
    remove,
    replaceAll(objects) {
      diskOfName = new Map();
      byDisk = new Map();
      objects.forEach(put);
    },
  };
}

function asOne(entries: readonly Entry[]): ClusterVolume | undefined {
  const [first, ...others] = entries;
  if (first === undefined || others.length === 0) {
    return first?.volume;
  }
  const attributes = mergeAttributes(entries.map(({ volume }) => volume.attributes));
  const boundAmongSeveral = entries.filter(({ isBound }) => isBound).map(({ volume }) => volume.name);
  return { ...first.volume, attributes, boundAmongSeveral };
}

function preferred(a: Entry, b: Entry): number {
  const rank = ({ volume, createdAt }: Entry) =>
    `${volume.claim === undefined ? 1 : 0} ${createdAt} ${volume.name}`;
  return rank(a) < rank(b) ? -1 : 1;
}

/** The volume as the domain sees it; `undefined` when it belongs to another driver. */
export function toClusterVolume(object: VolumeObject, driverName: string): ClusterVolume | undefined {
  const { metadata, spec } = object;
  if (spec.csi?.driver !== driverName) {
    return undefined;
  }
  return {
    name: metadata.name,
    uid: metadata.uid,
    diskId: spec.csi.volumeHandle,
    storageClass: filled(spec.storageClassName),
    attributes: new Map(Object.entries(spec.csi.volumeAttributes)),
    volumeMode: spec.volumeMode === 'Block' ? 'Block' : 'Filesystem',
    claim: claimOf(spec.claimRef),
  };
}

function claimOf(reference: VolumeObject['spec']['claimRef']): ClaimReference | undefined {
  const namespace = filled(reference?.namespace);
  const name = filled(reference?.name);
  return namespace === undefined || name === undefined
    ? undefined
    : { namespace, name, uid: filled(reference?.uid) };
}

function filled(text: string | null | undefined): string | undefined {
  return text == null || text === '' ? undefined : text;
}
