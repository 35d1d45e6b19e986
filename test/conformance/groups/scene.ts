import type { VolumeGroupSnapshot__Output } from '../../../src/generated/csi/v1/VolumeGroupSnapshot.ts';
import type { Driver } from './driver.ts';
import { expectComplete, idsOf } from './expect.ts';

/** One rule of the standard, tried on a driver. It throws when the driver breaks it. */
export interface Check {
  readonly name: string;
  /** What the Controller service must announce for it, besides CreateVolume and DeleteVolume. */
  readonly needs?: readonly ('LIST_SNAPSHOTS' | 'CREATE_DELETE_SNAPSHOT')[];
  readonly run: (scene: Scene) => Promise<void>;
}

/** What a check works with. What it makes here is deleted after it, whatever happened. */
export interface Scene {
  readonly driver: Driver;
  /** Volumes that live as long as the run: as many as the largest group has. */
  readonly volumeIds: readonly string[];
  /** The first so many of them. */
  some(count: number): readonly string[];
  /** The name of a group of this check. */
  nameOf(what: string): string;
  /** A complete group, as csi-snapshotter gets it. */
  group(what: string, volumeIds: readonly string[]): Promise<VolumeGroupSnapshot__Output>;
  /** A volume of this check alone. @returns its id. */
  volume(what: string, snapshotId?: string): Promise<string>;
}

/** @returns the scene of one check, and what cleans up after it. */
export function sceneFor(
  driver: Driver,
  volumeIds: readonly string[],
  prefix: string,
): { readonly scene: Scene; readonly cleanUp: () => Promise<void> } {
  const groups: VolumeGroupSnapshot__Output[] = [];
  const volumes: string[] = [];
  const nameOf = (what: string) => driver.name(`${prefix}-${what}`);
  return {
    scene: {
      driver,
      volumeIds,
      some: (count) => volumeIds.slice(0, count),
      nameOf,
      async group(what, sources) {
        const group = await driver.createGroup(nameOf(what), sources);
        groups.push(group);
        expectComplete(group, sources);
        return group;
      },
      async volume(what, snapshotId) {
        const { volumeId } = await driver.createVolume(`${prefix}-${what}`, snapshotId);
        volumes.push(volumeId);
        return volumeId;
      },
    },
    async cleanUp() {
      await Promise.all(volumes.map((volumeId) => driver.deleteVolume(volumeId)));
      // A group that was asked for twice is deleted once.
      const different = new Map(groups.map((group) => [group.groupSnapshotId, group]));
      await Promise.all(
        [...different.values()].map((group) => driver.deleteGroup(group.groupSnapshotId, idsOf(group))),
      );
    },
  };
}
