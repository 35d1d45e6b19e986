import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { expectComplete, expectStatus, idsOf, pairsOf } from './expect.ts';
import type { Check, Scene } from './scene.ts';

const { INVALID_ARGUMENT, NOT_FOUND } = GrpcStatus;

function deleteMember({ driver }: Scene, snapshotId: string): Promise<unknown> {
  return driver.settled(() => invoke(driver.clients.controller.controller, 'DeleteSnapshot', { snapshotId }));
}

async function deletionOutcome(scene: Scene, snapshotId: string): Promise<'allowed' | 'refused'> {
  try {
    await deleteMember(scene, snapshotId);
    return 'allowed';
  } catch (error) {
    expect(GrpcStatus[(error as ServiceError).code]).to.equal('INVALID_ARGUMENT');
    return 'refused';
  }
}

const get: readonly Check[] = [
  {
    name: 'GetVolumeGroupSnapshot answers with what CreateVolumeGroupSnapshot made, whatever the order of ids',
    async run(scene) {
      const made = await scene.group('got', scene.volumeIds);
      for (const ids of [idsOf(made), idsOf(made).reverse()]) {
        const found = await scene.driver.getGroup(made.groupSnapshotId, ids);
        expectComplete(found, scene.volumeIds);
        expect(found.groupSnapshotId).to.equal(made.groupSnapshotId);
        expect(pairsOf(found)).to.deep.equal(pairsOf(made));
        expect(found.creationTime).to.deep.equal(made.creationTime);
        expect(found.readyToUse).to.equal(true);
      }
    },
  },
  {
    name: 'GetVolumeGroupSnapshot with the snapshots of another group answers INVALID_ARGUMENT',
    async run(scene) {
      const made = await scene.group('one', scene.some(2));
      const other = await scene.group('other', scene.some(2));
      const [own = ''] = idsOf(made);
      for (const ids of [idsOf(other), [...idsOf(made), ...idsOf(other)], [own, idsOf(other)[0] ?? '']]) {
        await expectStatus(scene.driver.getGroup(made.groupSnapshotId, ids), INVALID_ARGUMENT);
      }
    },
  },
  {
    name: 'GetVolumeGroupSnapshot without an id answers INVALID_ARGUMENT',
    run: (scene) => expectStatus(scene.driver.getGroup('', []), INVALID_ARGUMENT),
  },
  {
    name: 'GetVolumeGroupSnapshot of an id that is none answers NOT_FOUND',
    run: (scene) => expectStatus(scene.driver.getGroup('no-such-group', ['no-such-snapshot']), NOT_FOUND),
  },
];

const snapshots: readonly Check[] = [
  {
    name: 'ListSnapshots tells the group, the volume, the size and the time of a member',
    needs: ['LIST_SNAPSHOTS'],
    async run(scene) {
      const group = await scene.group('listed', scene.some(2));
      for (const member of group.snapshots) {
        const found = (await scene.driver.listed(member.snapshotId)) ?? expect.fail(`${member.snapshotId}?`);
        expect(found.groupSnapshotId).to.equal(group.groupSnapshotId);
        expect(found.sourceVolumeId).to.equal(member.sourceVolumeId);
        expect(found.sizeBytes).to.equal(member.sizeBytes);
        expect(found.creationTime).to.deep.equal(member.creationTime);
        expect(await scene.driver.snapshotIdsOf(member.sourceVolumeId)).to.include(member.snapshotId);
      }
    },
  },
  {
    name: 'A snapshot that was taken alone has no group, and belongs to none',
    needs: ['LIST_SNAPSHOTS', 'CREATE_DELETE_SNAPSHOT'],
    async run(scene) {
      const { driver } = scene;
      const { controller } = driver.clients.controller;
      const [sourceVolumeId = ''] = scene.some(1);
      const group = await scene.group('beside', [sourceVolumeId]);
      const request = { name: scene.nameOf('single'), sourceVolumeId };
      const { snapshot } = await driver.settled(() => invoke(controller, 'CreateSnapshot', request));
      const snapshotId = snapshot?.snapshotId ?? '';
      try {
        expect(snapshot?.groupSnapshotId).to.equal('');
        expect((await driver.listed(snapshotId))?.groupSnapshotId).to.equal('');
        const asked = driver.getGroup(group.groupSnapshotId, [snapshotId]);
        await expectStatus(asked, INVALID_ARGUMENT);
      } finally {
        await driver.settled(() => invoke(controller, 'DeleteSnapshot', { snapshotId }));
      }
      expect(pairsOf(await driver.getGroup(group.groupSnapshotId, idsOf(group)))).to.deep.equal(
        pairsOf(group),
      );
    },
  },
  {
    name: 'DeleteSnapshot of a member of a living group is refused with INVALID_ARGUMENT, or done',
    needs: ['LIST_SNAPSHOTS', 'CREATE_DELETE_SNAPSHOT'],
    async run(scene) {
      const { memberDeletion } = scene.driver.options;
      const group = await scene.group('member', scene.some(2));
      const [member = ''] = idsOf(group);
      const outcome = await deletionOutcome(scene, member);
      expect(outcome).to.be.oneOf(memberDeletion === 'either' ? ['allowed', 'refused'] : [memberDeletion]);
      const found = await scene.driver.listed(member);
      expect(found === undefined ? 'allowed' : 'refused', 'what ListSnapshots shows').to.equal(outcome);
      if (outcome === 'refused') {
        const left = await scene.driver.getGroup(group.groupSnapshotId, idsOf(group));
        expect(pairsOf(left)).to.deep.equal(pairsOf(group));
      }
    },
  },
  {
    name: 'CreateVolume restores every member, and says from what',
    async run(scene) {
      const { driver } = scene;
      const group = await scene.group('restored', scene.some(2));
      for (const { snapshotId, sizeBytes } of group.snapshots) {
        const volume = await driver.createVolume(scene.nameOf(`from-${snapshotId}`), snapshotId);
        try {
          expect(volume.contentSource?.snapshot?.snapshotId).to.equal(snapshotId);
          expect(Number(volume.capacityBytes)).to.be.at.least(Number(sizeBytes));
        } finally {
          await driver.deleteVolume(volume.volumeId);
        }
      }
    },
  },
];

/** What the members of a group, and the group as a whole, can be asked. */
export const memberChecks: readonly Check[] = [...get, ...snapshots];
