import type { Call } from '../call.ts';
import type { Cluster, ClusterEvent, ClusterVolume } from '../cluster.ts';
import type { Disk } from '../disk.ts';
import type { DiskCloud } from '../disk-cloud.ts';
import type { Sightings } from '../sightings.ts';

/** What both guards are made of. */
export interface GuardParts {
  readonly cloud: DiskCloud;
  readonly sightings: Sightings;
  readonly cluster: Cluster;
  readonly clusterId: string | undefined;
  /** For commands that events print. */
  readonly driverName: string;
  /** VOLUME_DEL_AUTO_SNAP, or the gate EnableDeleteAutoSnapshots. Off: what a class asks for is reported, not done. */
  readonly isSwitchedOn: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What the guard before an expansion is told besides. */
export interface ExpandGuardParts extends GuardParts {
  /** A cut older than this is taken anew before the resize. */
  readonly maxAgeMs: number;
  /** With `besteffort`, how long after the cut an expansion may wait for ECS to allow it. */
  readonly besteffortWaitMs: number;
}

/** A disk under a guard's eyes, with the volume that stands for it in Kubernetes. */
export interface Guarded {
  readonly disk: Disk;
  readonly volume: ClusterVolume | undefined;
}

/** Looks the volume up, for its attributes and for the place of events. */
export async function withVolume(parts: GuardParts, disk: Disk, call: Call): Promise<Guarded> {
  return { disk, volume: await parts.cluster.findVolume(disk.id, call) };
}

/** An event about a guarded disk. */
export function report(
  { cluster }: GuardParts,
  { disk, volume }: Guarded,
  event: Omit<ClusterEvent, 'diskId' | 'volume'>,
): void {
  cluster.report({ ...event, diskId: disk.id, volume });
}
