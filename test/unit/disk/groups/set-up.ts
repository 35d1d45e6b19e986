import type { Disk } from '../../../../src/disk/disk.ts';
import type { GroupParts } from '../../../../src/disk/groups/group-parts.ts';
import { takeGroup, type GroupRequest } from '../../../../src/disk/groups/take-group.ts';
import type { Sightings } from '../../../../src/disk/sightings.ts';
import { originTags } from '../../../../src/disk/tags.ts';
import { aCall, quickSightings } from '../../../support/builders.ts';
import type { FakeDiskCloudOptions } from '../../../support/fake-disk-cloud.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import { FakeGroupCloud } from '../../../support/fake-group-cloud.ts';

/** A wish for a group of the disks d-1 and d-2. */
export function aGroupRequest(changes: Partial<GroupRequest> = {}): GroupRequest {
  const tags = originTags('c-1');
  return { key: 'group-1', diskIds: ['d-1', 'd-2'], resourceGroupId: undefined, tags, ...changes };
}

export interface GroupScene extends GroupParts {
  readonly cloud: FakeGroupCloud;
  readonly cluster: FakeCluster;
  readonly take: (changes?: Partial<GroupRequest>) => ReturnType<typeof takeGroup>;
}

/** A cloud with two disks that hold data, each with a claim, and one process that works with it. */
export function startScene(options: FakeDiskCloudOptions = {}, sightings?: Sightings): GroupScene {
  const cloud = new FakeGroupCloud(options);
  const cluster = new FakeCluster();
  for (const id of ['d-1', 'd-2']) {
    addUsedDisk(cloud, { id });
    cluster.addVolume(id);
  }
  const parts = { cloud, cluster, sightings: sightings ?? quickSightings(), clusterId: 'c-1' };
  return { ...parts, take: (changes) => takeGroup(parts, aGroupRequest(changes), aCall()) };
}

/** A disk that was attached once, so that ECS makes snapshots of it. */
export function addUsedDisk(cloud: FakeGroupCloud, changes: Partial<Disk>): Disk {
  return cloud.addDisk({ wasEverAttached: true, ...changes });
}
