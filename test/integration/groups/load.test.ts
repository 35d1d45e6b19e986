import { CreateDiskRequest } from '@alicloud/ecs20140526';
import { expect } from 'chai';
import {
  emulatorEnvironment,
  startEmulator,
  type Emulator,
  type LoggedRequest,
} from '../../support/emulator.ts';
import { groupsOn } from '../../support/group-snapshots.ts';
import { inspectable, liveHeapBytes } from '../../support/heap.ts';
import { socketDirectory, startPlugin } from '../../support/plugin.ts';
import { untilReady } from '../../support/volumes.ts';
import { lastingKey, present, sdkClient } from '../emulator/sdk-client.ts';
import { createGroup, deleteGroup, forEachOf } from './groups.ts';

const groupCount = 100;
const disksPerGroup = 16;
const pollMs = 1000;
/** The clock of a round is not that of the log: a round may begin a little early, as seen from there. */
const toleranceMs = 100;
/** Each takes all groups and deletes them again. */
const leastBatches = 6;
/** What a call leaves to its timers is held for ten seconds: before that, more calls hold more. */
const settledAfterMs = 15_000;
/** By which the last third of the batches may exceed those before: two batches that stay would add more. */
const mostGrowthMiB = 4;

interface TimedRequest extends LoggedRequest {
  readonly startedAt: number;
}

async function makeDisks(emulator: Emulator, count: number): Promise<string[]> {
  const regionId = 'cn-hangzhou';
  const client = sdkClient({ endpoint: emulator.endpoint, protocol: 'http', regionId }, lastingKey);
  const wish = { regionId, zoneId: 'cn-hangzhou-h', diskCategory: 'cloud_essd', size: 20 };
  return await forEachOf(Array.from({ length: count }), 32, async () => {
    const { body } = await client.createDisk(new CreateDiskRequest(wish));
    const diskId = present(body?.diskId);
    await emulator.attach(diskId);
    return diskId;
  });
}

/** The ids of the groups that a request asks for; none when it asks by name or tag. */
function groupIdsIn({ parameters }: LoggedRequest): string[] {
  return Object.entries(parameters).flatMap(([name, value]) =>
    /^SnapshotGroupId\.\d+$/.test(name) ? value : [],
  );
}

/** Requests that follow each other within less than half an interval belong to one round. */
function roundsOf(requests: readonly TimedRequest[]): TimedRequest[][] {
  const rounds: TimedRequest[][] = [];
  for (const request of requests.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const last = rounds.at(-1)?.at(-1);
    if (last === undefined || request.startedAt - last.startedAt > pollMs / 2) {
      rounds.push([request]);
    } else {
      rounds.at(-1)?.push(request);
    }
  }
  return rounds;
}

describe('A hundred group snapshots at once', () => {
  it(`${groupCount} groups of ${disksPerGroup} disks: one request each, shared looks, memory that stays flat`, async () => {
    await using emulator = await startEmulator();
    using directory = socketDirectory();
    await emulator.configure({
      createDiskMs: 0,
      attachMs: 0,
      cutMs: 3000,
      uploadMs: 10,
      disksPerInstance: groupCount * disksPerGroup,
      allowNeverUsedSnapshots: true,
    });
    await using plugin = await startPlugin({
      ecsEndpoint: emulator.endpoint,
      socket: directory.socket,
      args: [...groupsOn, '--poll-interval', `${pollMs}ms`],
      env: { ...emulatorEnvironment, ...inspectable },
    });
    await untilReady(plugin.client);
    const diskIds = await makeDisks(emulator, groupCount * disksPerGroup);
    const sets = Array.from({ length: groupCount }, (_, index) =>
      diskIds.slice(index * disksPerGroup, (index + 1) * disksPerGroup),
    );
    const takeAll = (batch: number) =>
      Promise.all(sets.map((set, index) => createGroup(plugin.client, `load-${batch}-${index}`, set)));

    await emulator.clearRequests();
    const groups = await takeAll(0);
    const requests = (await emulator.requests()) as TimedRequest[];

    expect(new Set(groups.map(({ groupSnapshotId }) => groupSnapshotId)).size).to.equal(groupCount);
    const created = requests.filter(({ action }) => action === 'CreateSnapshotGroup');
    expect(created.map(({ code }) => code)).to.deep.equal(Array.from({ length: groupCount }, () => 'OK'));
    const looks = requests.filter(({ action }) => action === 'DescribeSnapshotGroups');
    expect(Math.max(...looks.map((look) => groupIdsIn(look).length))).to.be.within(2, 10);

    const polls = looks.filter((look) => groupIdsIn(look).length > 0);
    const rounds = roundsOf(polls);
    for (const [index, round] of rounds.entries()) {
      const ids = round.flatMap(groupIdsIn);
      expect(new Set(ids).size, `ids asked for twice in round ${index}`).to.equal(ids.length);
      expect(round.length, `requests of round ${index}`).to.be.at.most(groupCount / 10);
    }
    const starts = rounds.map(([first]) => first?.startedAt ?? 0);
    const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    expect(Math.min(...gaps), 'time between two rounds').to.be.at.least(pollMs - toleranceMs);
    console.log(
      `        ${looks.length} DescribeSnapshotGroups, of which ${polls.length} by id in ${rounds.length} rounds; ${requests.length} requests in all`,
    );

    await emulator.configure({ cutMs: 0 });
    await forEachOf(groups, groupCount, (group) => deleteGroup(plugin.client, group));
    const heapMiB: number[] = [];
    const startedAt = performance.now();
    for (let batch = 1; batch <= leastBatches || performance.now() - startedAt < settledAfterMs; batch += 1) {
      const taken = await takeAll(batch);
      await forEachOf(taken, groupCount, (group) => deleteGroup(plugin.client, group));
      heapMiB.push((await liveHeapBytes(plugin.process)) / 1024 ** 2);
    }
    console.log(
      `        in use after each further batch: ${heapMiB.map((one) => one.toFixed(1)).join(', ')} MiB`,
    );
    const lastThird = -Math.floor(heapMiB.length / 3);
    const earlier = Math.max(...heapMiB.slice(0, lastThird));
    expect(Math.max(...heapMiB.slice(lastThird)) - earlier).to.be.at.most(mostGrowthMiB);
    expect(await emulator.counts()).to.include({ snapshots: 0, groups: 0 });
  }).timeout(180_000);
});
