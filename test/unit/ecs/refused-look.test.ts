import { expect } from 'chai';
import { DiskError, type DiskErrorKind } from '../../../src/disk/disk-error.ts';
import type { GroupCloud } from '../../../src/disk/groups/group-calls.ts';
import type { SpecCalls } from '../../../src/disk/modify/spec-calls.ts';
import { withUndecidedLooks } from '../../../src/ecs/refused-look.ts';

/** A cloud all of whose methods reject with an error of the given kind. */
function refusingCloud(kind: DiskErrorKind): GroupCloud & SpecCalls {
  const refuse = () => Promise.reject(new DiskError(kind, 'ECS says no', { code: 'Some.Code' }));
  return new Proxy({} as GroupCloud & SpecCalls, { get: () => refuse, ownKeys: () => [] });
}

async function kindOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof DiskError
    ? `${error.kind}: ${error.message} (${error.code ?? ''})`
    : 'no DiskError';
}

const call = { signal: new AbortController().signal, requestId: 'r' };

describe('A look that ECS refuses', () => {
  for (const kind of ['invalid', 'bug', 'denied', 'not-found', 'account', 'unsupported'] as const) {
    it(`is unreadable, not ${kind}: nothing is known about an earlier attempt`, async () => {
      const cloud = withUndecidedLooks(refusingCloud(kind));
      const looks = [
        cloud.findDisk('d-1', call),
        cloud.findDisksByTag({ key: 'a', value: 'b' }, call),
        cloud.findSnapshotsByName('s', 'shared', call),
        cloud.waitForDisk('d-1', () => true, call),
        cloud.isDiskProvenAbsent('d-1', call),
        cloud.waitUntilUnmodified('d-1', call),
        cloud.waitForSpecTask('t-1', call),
        cloud.findFailedSpecTasks('d-1', call),
        cloud.findSnapshotGroup('ssg-1', call),
        cloud.findSnapshotGroups(['ssg-1'], call),
        cloud.findSnapshotGroupsByName('g', 'alone', call),
        cloud.findSnapshotGroupsByTag({ key: 'a', value: 'b' }, call),
        cloud.waitForSnapshotGroup('ssg-1', () => true, call),
        cloud.isSnapshotGroupProvenAbsent('ssg-1', call),
      ];
      for (const text of await Promise.all(looks.map(kindOf))) {
        expect(text).to.equal('unreadable: ECS says no (Some.Code)');
      }
    });
  }

  for (const kind of [
    'throttled',
    'busy',
    'timed-out',
    'cancelled',
    'outcome-unknown',
    'unauthenticated',
  ] as const) {
    it(`stays ${kind}, which decides nothing either`, async () => {
      const cloud = withUndecidedLooks(refusingCloud(kind));
      expect(await kindOf(cloud.findDisk('d-1', call))).to.equal(`${kind}: ECS says no (Some.Code)`);
    });
  }
});
