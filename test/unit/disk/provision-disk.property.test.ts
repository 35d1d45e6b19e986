import { expect } from 'chai';
import fc from 'fast-check';
import type { Disk } from '../../../src/disk/disk.ts';
import type { DiskRequest } from '../../../src/disk/disk-request.ts';
import { provisionDisk } from '../../../src/disk/provision-disk.ts';
import { aCall, aDiskRequest, sightingsOf } from '../../support/builders.ts';
import { FakeDiskCloud } from '../../support/fake-disk-cloud.ts';
import { brokenDiskRules } from './ecs-rules.ts';
import { killed, mostlyNone, someFaults, unlessItFails } from './some-faults.ts';

/** For CreateDisk only, as ECS does. */
const refusals = mostlyNone('not-offered', 'conflict', 'lost-reply', killed);

const someLooks = fc.record({ creating: fc.nat({ max: 4 }) });

const somePlaces: Partial<DiskRequest> = {
  categories: ['cloud_essd', 'cloud_auto'],
  performanceLevels: ['PL1', 'PL0'],
  zoneIds: ['cn-hangzhou-h', 'cn-hangzhou-i'],
};

const attempt = (cloud: FakeDiskCloud, changes: Partial<DiskRequest>) =>
  unlessItFails(() =>
    provisionDisk({ cloud, sightings: sightingsOf(cloud), clusterId: 'c-1' }, aDiskRequest(changes), aCall()),
  );

/** Calls again and again, as a sidecar does, until there is a disk. */
async function persist(cloud: FakeDiskCloud, changes: Partial<DiskRequest>): Promise<Disk> {
  for (let tries = 0; tries < 60; tries += 1) {
    const disk = await attempt(cloud, changes);
    if (disk !== undefined) {
      return disk;
    }
  }
  return expect.fail('no disk after sixty tries');
}

function expectOnly(cloud: FakeDiskCloud, disk: Disk): void {
  expect(cloud.disks.values().map(({ id }) => id)).to.deep.equal([disk.id]);
  expect(disk.status).to.equal('Available');
  expect(cloud.argumentsOf('createDisk').flatMap(brokenDiskRules)).to.deep.equal([]);
}

describe('provisionDisk, whatever happens', () => {
  it('ends with exactly one disk after any lost requests, lost replies, refusals and crashes', async () => {
    await fc.assert(
      fc.asyncProperty(someFaults, refusals, someLooks, async (some, ofCreateDisk, looks) => {
        const cloud = new FakeDiskCloud({ looks });
        cloud.failNext('createDisk', ...ofCreateDisk);
        cloud.failNext('any', ...some);

        const disk = await persist(cloud, somePlaces);

        expectOnly(cloud, disk);
        expect((await persist(cloud, somePlaces)).id).to.equal(disk.id);
      }),
      { numRuns: 300 },
    );
  });

  it('ends with exactly one disk also when ECS is slow to show it', async () => {
    await fc.assert(
      fc.asyncProperty(someFaults, someLooks, fc.nat({ max: 12 }), async (some, looks, invisibleLooks) => {
        const cloud = new FakeDiskCloud({ looks, invisibleLooks });
        cloud.failNext('any', ...some);

        expectOnly(cloud, await persist(cloud, somePlaces));
      }),
      { numRuns: 300 },
    );
  });

  it('ends with exactly one disk when several replicas do it at once, in any order', async () => {
    const replicas = fc.integer({ min: 2, max: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        replicas,
        someFaults,
        fc.nat({ max: 3 }),
        async (s, count, some, looks) => {
          const cloud = new FakeDiskCloud({
            invisibleLooks: looks,
            travel: () => s.schedule(Promise.resolve()),
          });
          cloud.failNext('any', ...some);
          const all = Promise.all(Array.from({ length: count }, () => persist(cloud, somePlaces)));
          const disks = await s.waitFor(all);

          expect(new Set(disks.map(({ id }) => id)).size).to.equal(1);
          expectOnly(cloud, disks[0] ?? expect.fail('no disk'));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('makes one disk each time after the one before was deleted, of whatever size', async () => {
    const rounds = fc.array(fc.record({ sizeGiB: fc.integer({ min: 20, max: 22 }), some: someFaults }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(rounds, async (list) => {
        const cloud = new FakeDiskCloud();
        for (const { sizeGiB, some } of list) {
          cloud.failNext('any', ...some);
          const disk = await persist(cloud, { sizeGiB });
          expect(disk.sizeGiB).to.equal(sizeGiB);
          expectOnly(cloud, disk);
          cloud.disks.remove(disk.id);
        }
      }),
      { numRuns: 200 },
    );
  });
});
