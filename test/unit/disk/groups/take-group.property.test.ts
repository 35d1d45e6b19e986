import { expect } from 'chai';
import fc from 'fast-check';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import type { TakenGroup } from '../../../../src/disk/groups/complete-group.ts';
import { removeGroup } from '../../../../src/disk/groups/remove-group.ts';
import { takeGroup, type GroupRequest } from '../../../../src/disk/groups/take-group.ts';
import type { Sightings } from '../../../../src/disk/sightings.ts';
import { aCall, quickSightings } from '../../../support/builders.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import type { FakeDiskCloudOptions } from '../../../support/fake-disk-cloud.ts';
import { FakeGroupCloud } from '../../../support/fake-group-cloud.ts';
import { brokenGroupRules } from '../ecs-rules.ts';
import { killed, someFaults } from '../some-faults.ts';
import { addUsedDisk, aGroupRequest } from './set-up.ts';

const diskIds = ['d-1', 'd-2', 'd-3'];

function startCloud(options: FakeDiskCloudOptions = {}): FakeGroupCloud {
  const cloud = new FakeGroupCloud(options);
  diskIds.forEach((id) => addUsedDisk(cloud, { id }));
  return cloud;
}

/** One process: its memory of what it has seen goes with it when it is killed. */
class Replica {
  readonly #cloud: FakeGroupCloud;
  #sightings: Sightings = quickSightings();

  constructor(cloud: FakeGroupCloud) {
    this.#cloud = cloud;
  }

  /** Calls again and again, as csi-snapshotter does, in any order of the disks, until there is a group. */
  async persist(changes: Partial<GroupRequest> = {}): Promise<TakenGroup> {
    for (let tries = 0; tries < 80; tries += 1) {
      const order = tries % 2 === 0 ? diskIds : diskIds.toReversed();
      const taken = await this.#attempt((parts) =>
        takeGroup(parts, aGroupRequest({ diskIds: order, ...changes }), aCall()),
      );
      if (taken !== undefined) {
        return taken;
      }
    }
    return expect.fail('no group after eighty tries');
  }

  async persistRemoving(groupId: string, snapshotIds: readonly string[]): Promise<void> {
    for (let tries = 0; tries < 80; tries += 1) {
      const done = await this.#attempt(async (parts) => {
        await removeGroup(parts, { groupId, snapshotIds }, aCall());
        return true;
      });
      if (done === true) {
        return;
      }
    }
    expect.fail('not removed after eighty tries');
  }

  async #attempt<T>(work: (parts: Parameters<typeof takeGroup>[0]) => Promise<T>): Promise<T | undefined> {
    const cluster = new FakeCluster();
    try {
      return await work({ cloud: this.#cloud, sightings: this.#sightings, cluster, clusterId: 'c-1' });
    } catch (error) {
      if (error === killed) {
        this.#sightings = quickSightings();
      } else if (!(error instanceof DiskError)) {
        throw error;
      }
      return undefined;
    }
  }
}

function expectOnly(cloud: FakeGroupCloud, taken: TakenGroup): void {
  expect(cloud.groups.values().map(({ id }) => id)).to.deep.equal([taken.id]);
  expect(taken.snapshots.map(({ sourceDiskId }) => sourceDiskId).sort()).to.deep.equal(diskIds);
  expect(cloud.snapshots.values().map(({ id }) => id)).to.have.members(taken.snapshots.map(({ id }) => id));
  for (const { cutAt, available, sourceDiskSizeGiB } of taken.snapshots) {
    expect([cutAt instanceof Date, available, sourceDiskSizeGiB]).to.deep.equal([true, true, 20]);
  }
  expect(cloud.argumentsOf('createSnapshotGroup').flatMap(brokenGroupRules)).to.deep.equal([]);
}

const someLooks = fc.record({ cutting: fc.nat({ max: 4 }), deleting: fc.nat({ max: 2 }) });

describe('takeGroup, whatever happens', () => {
  it('ends with exactly one whole group after anything lost, refused or killed, and failures of ECS', async () => {
    await fc.assert(
      fc.asyncProperty(someFaults, someLooks, fc.nat({ max: 2 }), async (some, looks, failing) => {
        const cloud = startCloud({ looks });
        cloud.failSnapshots(failing);
        cloud.failNext('any', ...some);

        const replica = new Replica(cloud);
        const taken = await replica.persist();

        expectOnly(cloud, taken);
        expect((await replica.persist()).id).to.equal(taken.id);
      }),
      { numRuns: 300 },
    );
  });

  it('ends with exactly one whole group also when ECS is slow to show it and replicas are at it at once', async () => {
    const replicas = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        replicas,
        someFaults,
        fc.nat({ max: 5 }),
        async (s, count, some, unseen) => {
          const cloud = startCloud({
            invisibleLooks: unseen,
            travel: () => s.schedule(Promise.resolve()),
          });
          cloud.failNext('any', ...some);
          const all = Promise.all(Array.from({ length: count }, () => new Replica(cloud).persist()));
          const taken = await s.waitFor(all);

          expect(new Set(taken.map(({ id }) => id)).size).to.equal(1);
          expectOnly(cloud, taken[0] ?? expect.fail('no group'));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('makes one new group after one of the same name was removed, also when replicas are at it at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), someFaults, async (s, some) => {
        let isRacing = false;
        const cloud = startCloud({
          travel: () => (isRacing ? s.schedule(Promise.resolve()) : Promise.resolve()),
        });
        const first = await new Replica(cloud).persist();
        first.snapshots.forEach(({ id }) => cloud.snapshots.remove(id));
        isRacing = true;
        cloud.failNext('any', ...some);
        const all = Promise.all([new Replica(cloud).persist(), new Replica(cloud).persist()]);
        const [one, other] = await s.waitFor(all);
        expect(one.id).to.equal(other.id).and.not.to.equal(first.id);
        expectOnly(cloud, one);
      }),
      { numRuns: 60 },
    );
  });

  it('makes one group each time after the one before was removed, with whatever parameters, and leaves nothing', async () => {
    const rounds = fc.array(
      fc.record({
        resourceGroupId: fc.constantFrom(undefined, 'rg-1', 'rg-2'),
        some: someFaults,
        later: someFaults,
        told: fc.nat({ max: 3 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(rounds, fc.boolean(), async (list, keepsUsedMembers) => {
        const cloud = startCloud({ keepsUsedMembers });
        const replica = new Replica(cloud);
        for (const { resourceGroupId, some, later, told } of list) {
          cloud.failNext('any', ...some);
          const taken = await replica.persist({ resourceGroupId });
          expectOnly(cloud, taken);
          const ids = taken.snapshots.map(({ id }) => id);
          const restored = cloud.addDisk({ sourceSnapshotId: ids[0] });
          cloud.failNext('any', ...later);
          await replica.persistRemoving(taken.id, ids.slice(0, told));
          expect(cloud.snapshots.values()).to.deep.equal([]);
          cloud.disks.remove(restored.id);
        }
      }),
      { numRuns: 200 },
    );
  });
});
