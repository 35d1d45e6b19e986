import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { expectStatus, idsOf, pairsOf } from './expect.ts';
import type { Check } from './scene.ts';

const { INVALID_ARGUMENT, NOT_FOUND } = GrpcStatus;

/** What DeleteVolumeGroupSnapshot promises. */
export const deleteChecks: readonly Check[] = [
  {
    name: 'DeleteVolumeGroupSnapshot takes every member with it, and is OK when repeated',
    needs: ['LIST_SNAPSHOTS'],
    async run(scene) {
      const { driver } = scene;
      const group = await scene.group('deleted', scene.volumeIds);
      await driver.deleteGroup(group.groupSnapshotId, idsOf(group));
      await driver.deleteGroup(group.groupSnapshotId, idsOf(group));
      await Promise.all(
        group.snapshots.map(async ({ snapshotId, sourceVolumeId }) => {
          expect(await driver.listed(snapshotId), snapshotId).to.equal(undefined);
          expect(await driver.snapshotIdsOf(sourceVolumeId)).to.not.include(snapshotId);
        }),
      );
      await expectStatus(driver.getGroup(group.groupSnapshotId, idsOf(group)), NOT_FOUND);
    },
  },
  {
    name: 'DeleteVolumeGroupSnapshot without an id answers INVALID_ARGUMENT',
    run: (scene) => expectStatus(scene.driver.deleteGroup('', []), INVALID_ARGUMENT),
  },
  {
    name: 'DeleteVolumeGroupSnapshot of an id that is none is OK',
    run: (scene) => scene.driver.deleteGroup('no-such-group', ['no-such-snapshot']),
  },
  {
    name: 'DeleteVolumeGroupSnapshot with the snapshots of another group is refused, and deletes neither',
    async run(scene) {
      const { driver } = scene;
      const one = await scene.group('one', scene.some(2));
      const other = await scene.group('other', scene.some(2));
      for (const ids of [idsOf(other), [...idsOf(one), ...idsOf(other)]]) {
        await expectStatus(driver.deleteGroup(one.groupSnapshotId, ids), INVALID_ARGUMENT);
      }
      for (const group of [one, other]) {
        const left = await driver.getGroup(group.groupSnapshotId, idsOf(group));
        expect(pairsOf(left)).to.deep.equal(pairsOf(group));
      }
    },
  },
];
