import { expect } from 'chai';
import type { VolumeGroupSnapshot__Output } from '../../../src/generated/csi/v1/VolumeGroupSnapshot.ts';
import type { CsiClient } from '../../support/csi-client.ts';
import type { Emulator } from '../../support/emulator.ts';
import { groupsOn } from '../../support/group-snapshots.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { createSnapshot, createVolume } from '../../support/volumes.ts';
import { createGroup, forEachOf, memberOf, untilDecided } from './groups.ts';
import { startStampWriter, type StampWriter } from '../../../src/demo/stamp-writer.ts';
import { bytesToRead, prefixIn } from '../../../src/demo/stamps.ts';

const diskCounts = Array.from({ length: 15 }, (_, index) => index + 2);
const cutsInAll = 200;
const setsAtOnce = 5;
const restoresAtOnce = 16;

interface Place {
  readonly client: CsiClient;
  readonly emulator: Emulator;
}

/** What one set of disks has shown. */
interface Findings {
  /** Of each restored group: how many stamps it holds, or what is wrong with it. */
  readonly groups: readonly (number | string)[];
  /** The same of single snapshots, taken one after the other. */
  readonly singles: number | string;
  readonly written: number;
}

/** 200 cuts over 15 sets: the first sets get one more. */
function cutsOf(index: number): number {
  const least = Math.floor(cutsInAll / diskCounts.length);
  return least + (index < cutsInAll % diskCounts.length ? 1 : 0);
}

async function cutSet(place: Place, diskCount: number, cuts: number): Promise<Findings> {
  const { client, emulator } = place;
  const names = Array.from({ length: diskCount }, (_, index) => `stamped-${diskCount}-${index}`);
  const volumeIds = await forEachOf(names, restoresAtOnce, (name) => createVolume(client, name));
  await forEachOf(volumeIds, restoresAtOnce, (volumeId) => emulator.attach(volumeId));
  const writer = startStampWriter(
    volumeIds.map((volumeId) => ({ write: (at, bytes) => emulator.writeDisk(volumeId, at, bytes) })),
  );
  // A disk that was never written to cannot be snapshotted.
  await writer.more(diskCount);
  const groups: VolumeGroupSnapshot__Output[] = [];
  for (let number = 0; number < cuts; number += 1) {
    groups.push(await createGroup(client, `group-${diskCount}-${number}`, volumeIds));
  }
  const singleIds = await snapshotOneByOne(place, volumeIds, writer);
  await writer.stop();

  const length = bytesToRead(writer.written(), diskCount);
  const restored = groups.map((group) => volumeIds.map((volumeId) => memberOf(group, volumeId).snapshotId));
  const contents = await forEachOf([...restored, singleIds], 2, (snapshotIds) =>
    restoreAll(place, snapshotIds, length),
  );
  const found = contents.map(prefixIn);
  return { groups: found.slice(0, -1), singles: found.at(-1) ?? 'nothing', written: writer.written() };
}

/** The same disks, each by itself, as somebody does who has no group snapshots. */
async function snapshotOneByOne(
  { client }: Place,
  volumeIds: readonly string[],
  writer: StampWriter,
): Promise<string[]> {
  const snapshotIds: string[] = [];
  for (const volumeId of volumeIds) {
    snapshotIds.push(await untilDecided(() => createSnapshot(client, `single-${volumeId}`, volumeId)));
    await writer.more(2 * volumeIds.length);
  }
  return snapshotIds;
}

/** Makes a volume of each snapshot. @returns their first bytes, in the same order. */
async function restoreAll(
  { client, emulator }: Place,
  snapshotIds: readonly string[],
  length: number,
): Promise<Buffer[]> {
  return await forEachOf(snapshotIds, restoresAtOnce / 2, async (snapshotId) => {
    const volumeId = await untilDecided(() => createVolume(client, `from-${snapshotId}`, { snapshotId }));
    return await emulator.readDisk(volumeId, 0, length);
  });
}

describe('Group snapshots under a writer that never stops', () => {
  const site = siteOfSuite({
    args: groupsOn,
    settings: { createDiskMs: 0, attachMs: 0, cutMs: 30, uploadMs: 0, disksPerInstance: 1000 },
  });

  it(`${cutsInAll} times, of 2 to 16 disks, hold a prefix of what was written; single snapshots never do`, async () => {
    const { emulator } = site;
    const startedAt = Date.now();
    const sets = await forEachOf(diskCounts, setsAtOnce, (diskCount, index) =>
      cutSet(site, diskCount, cutsOf(index)),
    );

    const groups = sets.flatMap((set) => set.groups);
    const written = sets.reduce((sum, set) => sum + set.written, 0);
    const moments = new Set(sets.flatMap((set, index) => set.groups.map((stamps) => `${index}: ${stamps}`)));
    console.log(
      `        ${groups.length} groups restored, ${moments.size} different moments, ${written} stamps written, ${Date.now() - startedAt} ms`,
    );
    expect(groups.filter((stamps) => typeof stamps === 'string')).to.deep.equal([]);
    expect(groups).to.have.length(cutsInAll);
    expect(await emulator.requests('CreateSnapshotGroup')).to.have.length(cutsInAll);
    // In the midst of the writing, each at a moment of its own.
    for (const { groups: found, written: last } of sets) {
      expect(found.every((stamps) => Number(stamps) > 0 && Number(stamps) < last)).to.equal(true);
      expect(new Set(found).size).to.equal(found.length);
    }
    const consistentSingles = sets.filter(({ singles }) => typeof singles !== 'string');
    expect(consistentSingles.map(({ singles }) => singles)).to.deep.equal([]);
  }).timeout(300_000);
});
