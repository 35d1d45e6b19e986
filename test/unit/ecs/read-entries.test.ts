import { expect } from 'chai';
import type { DiskError } from '../../../src/disk/disk-error.ts';
import type { EcsClient } from '../../../src/ecs/client.ts';
import { createDescribeDisks, describeDisksById } from '../../../src/ecs/describe-disks.ts';
import { describeEach } from '../../../src/ecs/describe-each.ts';
import { createDescribeGroupsPage, describeGroupsById } from '../../../src/ecs/describe-snapshot-groups.ts';
import { createDescribeSnapshotsPage, describeSnapshotsById } from '../../../src/ecs/describe-snapshots.ts';
import { createRequestSender } from '../../../src/ecs/ecs-request.ts';
import { FakeClock } from './fake-clock.ts';
import { aCall, RecordingObserver, rejection } from './fixtures.ts';

type Ids = readonly string[];

const newSender = () =>
  createRequestSender({
    observer: new RecordingObserver(),
    clock: new FakeClock(),
    closed: new AbortController().signal,
  });

/** An ECS that answers every Describe with these entries. */
const clientWith = (list: object, requests: object[] = []) => {
  const answer = (request: object) => {
    requests.push(request);
    return Promise.resolve({ body: { requestId: 'RID', ...list } });
  };
  return {
    ...{ describeDisks: answer, describeSnapshots: answer, describeSnapshotGroups: answer },
  } as unknown as EcsClient;
};

interface Noun {
  readonly good: object;
  readonly bad: object;
  readonly nameless: object;
  readonly listOf: (...entries: object[]) => object;
  readonly byId: (client: EcsClient) => (ids: Ids) => Promise<ReadonlyMap<string, unknown>>;
  readonly search: (client: EcsClient) => Promise<unknown>;
}

const nouns: Record<string, Noun> = {
  disks: {
    good: { diskId: 'x-1', size: 20 },
    bad: { diskId: 'x-2' },
    nameless: { size: 20 },
    listOf: (...disk) => ({ disks: { disk } }),
    byId: (client) => (ids) => describeDisksById(createDescribeDisks(client, newSender()), ids, aCall()),
    search: (client) => createDescribeDisks(client, newSender())('find disks', {}, aCall()),
  },
  snapshots: {
    good: { snapshotId: 'x-1', sourceDiskSize: '20' },
    bad: { snapshotId: 'x-2', sourceDiskSize: 'big' },
    nameless: { sourceDiskSize: '20' },
    listOf: (...snapshot) => ({ snapshots: { snapshot } }),
    byId: (client) => (ids) =>
      describeSnapshotsById(createDescribeSnapshotsPage(client, newSender()), ids, aCall()),
    search: (client) => createDescribeSnapshotsPage(client, newSender())('find snapshots', {}, aCall()),
  },
  groups: {
    good: { snapshotGroupId: 'x-1' },
    bad: { snapshotGroupId: 'x-2', snapshots: { snapshot: [{ snapshotId: 's-1' }] } },
    nameless: { name: 'group-1' },
    listOf: (...snapshotGroup) => ({ snapshotGroups: { snapshotGroup } }),
    byId: (client) => (ids) =>
      describeGroupsById(createDescribeGroupsPage(client, newSender()), ids, aCall()),
    search: (client) => createDescribeGroupsPage(client, newSender())('find groups', {}, aCall()),
  },
};

for (const [noun, { good, bad, nameless, listOf, byId, search }] of Object.entries(nouns)) {
  describe(`An answer about ${noun} with an entry that cannot be read`, () => {
    const lookAt = async (...entries: object[]) => {
      const requests: object[] = [];
      const look = byId(clientWith(listOf(...entries), requests));
      const results = await describeEach(['x-1', 'x-2', 'x-3'], look as Parameters<typeof describeEach>[1]);
      return { requests, of: (id: string) => results.get(id) as DiskError & { id: string } };
    };

    it('fails the look-up of that id only, as unknown, with one request', async () => {
      const { of, requests } = await lookAt(good, bad);
      expect(of('x-1')).to.have.property('id', 'x-1').and.not.to.be.instanceOf(Error);
      expect(of('x-2')).to.be.instanceOf(Error).and.to.have.property('kind', 'outcome-unknown');
      expect(of('x-2').message).to.contain('x-2: unreadable answer');
      expect(of('x-3')).to.equal(undefined);
      expect(requests).to.have.length(1);
    });

    it('proves nothing about any id when nobody knows whose entry it is', async () => {
      const { of } = await lookAt(good, nameless);
      for (const id of ['x-1', 'x-2', 'x-3']) {
        expect(of(id)).to.have.property('kind', 'outcome-unknown');
      }
    });

    it('fails a search, which would else leave something out', async () => {
      expect(await rejection(search(clientWith(listOf(good, bad))))).to.have.property(
        'kind',
        'outcome-unknown',
      );
    });
  });
}
