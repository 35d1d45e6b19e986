import { expect } from 'chai';
import fc from 'fast-check';
import type { Snapshot } from '../../../src/disk/snapshot.ts';
import { takeSnapshot } from '../../../src/disk/take-snapshot.ts';
import { aCall, sightingsOf } from '../../support/builders.ts';
import { FakeDiskCloud } from '../../support/fake-disk-cloud.ts';
import { brokenSnapshotRules } from './ecs-rules.ts';
import { someFaults, unlessItFails } from './some-faults.ts';

const attempt = (cloud: FakeDiskCloud, retentionDays?: number) =>
  unlessItFails(() => {
    const request = { key: 'snapshot-1', diskId: 'd-1', retentionDays, resourceGroupId: undefined, tags: [] };
    return takeSnapshot({ cloud, sightings: sightingsOf(cloud), clusterId: 'c-1' }, request, aCall());
  });

/** Calls again and again, as csi-snapshotter does, until there is a snapshot. */
async function persist(cloud: FakeDiskCloud, retentionDays?: number): Promise<Snapshot> {
  for (let tries = 0; tries < 60; tries += 1) {
    const snapshot = await attempt(cloud, retentionDays);
    if (snapshot !== undefined) {
      return snapshot;
    }
  }
  return expect.fail('no snapshot after sixty tries');
}

function expectOnly(cloud: FakeDiskCloud, snapshot: Snapshot): void {
  expect(cloud.snapshots.values().map(({ id }) => id)).to.deep.equal([snapshot.id]);
  expect(snapshot.cutAt).to.be.instanceOf(Date);
  expect(cloud.argumentsOf('createSnapshot').flatMap(brokenSnapshotRules)).to.deep.equal([]);
}

const someLooks = fc.record({ cutting: fc.nat({ max: 4 }), deleting: fc.nat({ max: 2 }) });

describe('takeSnapshot, whatever happens', () => {
  it('ends with exactly one snapshot after anything lost, refused or killed, and failures of ECS', async () => {
    await fc.assert(
      fc.asyncProperty(someFaults, someLooks, fc.nat({ max: 2 }), async (some, looks, failing) => {
        const cloud = new FakeDiskCloud({ looks });
        cloud.addDisk({ id: 'd-1' });
        cloud.failSnapshots(failing);
        cloud.failNext('any', ...some);

        const snapshot = await persist(cloud);

        expectOnly(cloud, snapshot);
        expect((await persist(cloud)).id).to.equal(snapshot.id);
      }),
      { numRuns: 300 },
    );
  });

  it('ends with exactly one snapshot also when ECS is slow to show it and replicas are at it at once', async () => {
    const replicas = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        replicas,
        someFaults,
        fc.nat({ max: 5 }),
        async (s, count, some, unseen) => {
          const cloud = new FakeDiskCloud({
            invisibleLooks: unseen,
            travel: () => s.schedule(Promise.resolve()),
          });
          cloud.addDisk({ id: 'd-1' });
          cloud.failNext('any', ...some);
          const all = Promise.all(Array.from({ length: count }, () => persist(cloud)));
          const snapshots = await s.waitFor(all);

          expect(new Set(snapshots.map(({ id }) => id)).size).to.equal(1);
          expectOnly(cloud, snapshots[0] ?? expect.fail('no snapshot'));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('makes one snapshot each time after the one before was deleted, with whatever parameters', async () => {
    const rounds = fc.array(fc.record({ days: fc.integer({ min: 1, max: 3 }), some: someFaults }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(rounds, async (list) => {
        const cloud = new FakeDiskCloud();
        cloud.addDisk({ id: 'd-1' });
        for (const { days, some } of list) {
          cloud.failNext('any', ...some);
          const snapshot = await persist(cloud, days);
          expect(snapshot.retentionDays).to.equal(days);
          expectOnly(cloud, snapshot);
          cloud.snapshots.remove(snapshot.id);
        }
      }),
      { numRuns: 200 },
    );
  });
});
