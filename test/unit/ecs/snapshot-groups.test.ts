import { expect } from 'chai';
import type { EcsClient } from '../../../src/ecs/client.ts';
import { createEcsGroups } from '../../../src/ecs/ecs-groups.ts';
import { deleteSnapshotGroup } from '../../../src/ecs/delete-snapshot-group.ts';
import { describeGroupsById } from '../../../src/ecs/describe-snapshot-groups.ts';
import { createRequestSender } from '../../../src/ecs/ecs-request.ts';
import { createDescribeBatch } from '../../../src/ecs/describe-batch.ts';
import { StatusPoller } from '../../../src/ecs/status-poller.ts';
import { toSnapshotGroup } from '../../../src/ecs/to-snapshot-group.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { aCall, ecsError, limitsOf, RecordingObserver, rejection } from './fixtures.ts';

describe('toSnapshotGroup', () => {
  it('reads name, status, members and tags, which ECS calls Key and Value here', () => {
    const group = toSnapshotGroup({
      ...{ snapshotGroupId: 'ssg-1', name: 'group-1', status: 'Accomplished' },
      tags: { tag: [{ key: 'a', value: 'b' }] },
      snapshots: { snapshot: [{ snapshotId: 's-1', sourceDiskId: 'd-1', available: true }] },
    });
    expect(group).to.deep.equal({
      ...{ id: 'ssg-1', name: 'group-1', status: 'accomplished', tags: new Map([['a', 'b']]) },
      members: [{ snapshotId: 's-1', sourceDiskId: 'd-1', available: true }],
    });
  });

  it('takes what is missing for not there yet', () => {
    const group = toSnapshotGroup({ snapshotGroupId: 'ssg-1', status: 'new-in-ecs' });
    expect(group).to.deep.include({ name: undefined, status: 'Unknown', members: [], tags: new Map() });
  });

  it('does not guess ids', () => {
    expect(() => toSnapshotGroup({ name: 'x' })).to.throw('unreadable answer');
    const snapshot = [{ snapshotId: 's-1' }];
    expect(() => toSnapshotGroup({ snapshotGroupId: 'ssg-1', snapshots: { snapshot } })).to.throw('ssg-1');
  });
});

/** Deletes a group at an ECS that answers with the given results for its members, or with an error. */
function deletion(answer: object) {
  const clock = new FakeClock();
  const observer = new RecordingObserver();
  const client = {
    deleteSnapshotGroup: () =>
      answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve({ body: { requestId: 'RID', ...answer } }),
  } as unknown as EcsClient;
  const change = createRequestSender({ observer, clock, closed: new AbortController().signal });
  return deleteSnapshotGroup(client, change, 'ssg-1', aCall());
}

function results(...operationProgress: object[]) {
  return { operationProgressSet: { operationProgress } };
}

const about = (value: string) => ({ relatedItemSet: { relatedItem: [{ name: 'SnapshotId', value }] } });

describe('deleteSnapshotGroup', () => {
  it('tells of the members that ECS kept although the request succeeded, and why', async () => {
    const kept = await deletion(
      results(
        { operationStatus: 'Success', errorCode: '', ...about('s-1') },
        {
          operationStatus: 'Failed',
          errorCode: 'SnapshotCreatedImage',
          errorMsg: 'In use.',
          ...about('s-2'),
        },
        { operationStatus: 'Failed', errorCode: 'SnapshotCreatedDisk', ...about('s-3') },
        { operationStatus: 'Failed', errorCode: 'InvalidSnapshotId.NotFound', ...about('s-4') },
        { operationStatus: 'Failed', errorCode: 'Brand.New', ...about('s-5') },
      ),
    );
    expect(kept).to.deep.equal([
      {
        ...{ snapshotId: 's-2', kind: 'in-use' },
        reason: 'In use (SnapshotCreatedImage); delete the image first',
      },
      {
        ...{ snapshotId: 's-3', kind: 'source-of-disks' },
        reason: 'disks were made from it (SnapshotCreatedDisk)',
      },
      {
        ...{ snapshotId: 's-5', kind: 'bug' },
        reason: 'ECS refused the request for a reason we do not know (Brand.New)',
      },
    ]);
  });

  for (const code of ['InvalidSnapshotGroupId.NotFound', 'InvalidSnapshotId.NotFound']) {
    it(`counts a group as deleted at ${code}`, async () => {
      expect(await deletion(ecsError(code, { status: 404 }))).to.deep.equal([]);
    });
  }

  it('does not take an answer without results, or one that hides which member stays, for success', async () => {
    for (const answer of [{}, results({ operationStatus: 'Failed', errorCode: 'SnapshotCreatedImage' })]) {
      expect(await rejection(deletion(answer))).to.have.property('kind', 'outcome-unknown');
    }
  });

  it('hands a refusal on', async () => {
    const error = await rejection(deletion(ecsError('Forbidden.RAM')));
    expect(error).to.have.property('kind', 'denied');
    expect(error.message).to.contain('delete snapshot group ssg-1').and.to.contain('ecs:DeleteSnapshotGroup');
  });
});

const ids = Array.from({ length: 25 }, (_, index) => `ssg-${String(index)}`);

/** Describes whatever ids it is given, and notes how many came together. */
function describer() {
  const sizes: number[] = [];
  const describe = (some: readonly string[]) => {
    sizes.push(some.length);
    return Promise.resolve(new Map(some.map((id) => [id, id])));
  };
  return { sizes, describe };
}

describe('Looks at groups', () => {
  it('ask for ten at a time, one round for all who wait', async () => {
    const clock = new FakeClock();
    const { sizes, describe } = describer();
    const poller = new StatusPoller<string>({
      ...{ action: 'A', describe, maxIds: 10, intervalMs: 1_000 },
      ...{ observer: new RecordingObserver(), limits: limitsOf(clock) },
    });
    let round = 0;
    const waits = Promise.all(ids.map((id) => poller.waitFor(id, () => round > 0, aCall())));
    await settle();
    await clock.advance(200);
    expect(sizes).to.deep.equal([10, 10, 5]);
    round = 1;
    await clock.advance(1_000);
    await waits;
    expect(sizes).to.deep.equal([10, 10, 5, 10, 10, 5]);
  });

  it('share requests of ten when they come at the same time', async () => {
    const clock = new FakeClock();
    const { sizes, describe } = describer();
    const lookUp = createDescribeBatch<string>({
      ...{ action: 'A', describe, maxIds: 10, isId: () => true },
      ...{ observer: new RecordingObserver(), limits: limitsOf(clock) },
    });
    const found = Promise.all(ids.map((id) => lookUp(id, aCall())));
    await settle();
    await clock.advance(2_000);
    expect(await found).to.deep.equal(ids);
    expect(sizes).to.deep.equal([10, 10, 5]);
  });

  it('find by id what is there, and leave out what is not', async () => {
    const page = (_asked: string, filter: { snapshotGroupId?: readonly string[] | undefined }) => {
      expect(filter.snapshotGroupId).to.deep.equal(['ssg-1', 'ssg-2']);
      return Promise.resolve({
        items: [toSnapshotGroup({ snapshotGroupId: 'ssg-2' })],
        nextToken: undefined,
      });
    };
    const found = await describeGroupsById(page, ['ssg-1', 'ssg-2'], aCall());
    expect([...found.keys()]).to.deep.equal(['ssg-2']);
  });
});

describe('A search for groups by tag', () => {
  it('finds also those that ECS leaves out, which shows no more than 1,000', async () => {
    const tag = { key: 'a', value: 'b' };
    const all = Array.from({ length: 1_005 }, (_, index) => `ssg-${String(index)}`);
    const clock = new FakeClock();
    const send = createRequestSender({
      observer: new RecordingObserver(),
      clock,
      closed: new AbortController().signal,
    });
    const client = {
      describeSnapshotGroups: ({ snapshotGroupId }: { snapshotGroupId?: string[] }) => {
        const snapshotGroup = (snapshotGroupId ?? all.slice(0, 1_000)).map((id) => ({ snapshotGroupId: id }));
        return Promise.resolve({ body: { requestId: 'RID', snapshotGroups: { snapshotGroup } } });
      },
    } as unknown as EcsClient;
    const groups = createEcsGroups({
      ...{ client, ownerTag: tag, pollIntervalMs: 1_000, batchWindow: undefined, change: send, read: send },
      ...{ observer: new RecordingObserver(), limits: limitsOf(clock) },
      tagged: {
        listIds: () => Promise.resolve(all),
        isProvenAbsent: () => Promise.reject(new Error('not expected')),
        tag: () => Promise.reject(new Error('not expected')),
        untag: () => Promise.reject(new Error('not expected')),
      },
    });
    const searching = groups.findSnapshotGroupsByTag(tag, aCall());
    await settle();
    await clock.advance(1_000);
    expect((await searching).map(({ id }) => id)).to.deep.equal(all);
  });
});
