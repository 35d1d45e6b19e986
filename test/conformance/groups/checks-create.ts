import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { expectComplete, expectStatus, idsOf, pairsOf } from './expect.ts';
import type { Check, Scene } from './scene.ts';

/** One create call, repeated only while it is undecided. */
function create({ driver }: Scene, name: string, sourceVolumeIds: readonly string[]) {
  const request = { name, sourceVolumeIds: [...sourceVolumeIds], parameters: driver.options.groupParameters };
  const { groupController } = driver.clients.groups;
  return driver.settled(() => invoke(groupController, 'CreateVolumeGroupSnapshot', request));
}

function refusesWith(
  code: GrpcStatus,
  scene: Scene,
  name: string,
  volumeIds: readonly string[],
): Promise<void> {
  return expectStatus(create(scene, name, volumeIds), code);
}

const { INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS } = GrpcStatus;

const sizes: readonly Check[] = [
  {
    name: 'CreateVolumeGroupSnapshot of one volume gives a complete group',
    run: async (scene) => void (await scene.group('one', scene.some(1))),
  },
  {
    name: 'CreateVolumeGroupSnapshot of two volumes gives a complete group',
    run: async (scene) => void (await scene.group('two', scene.some(2))),
  },
  {
    name: 'CreateVolumeGroupSnapshot of the largest number of volumes gives a complete group',
    run: async (scene) => void (await scene.group('all', scene.volumeIds)),
  },
  {
    name: 'CreateVolumeGroupSnapshot is complete at its first OK, ready or not',
    async run(scene) {
      const { groupSnapshot } = await create(scene, scene.nameOf('first'), scene.some(2));
      expectComplete(groupSnapshot ?? expect.fail('no group_snapshot'), scene.some(2));
      await scene.group('first', scene.some(2));
    },
  },
];

const names: readonly Check[] = [
  {
    name: 'CreateVolumeGroupSnapshot takes names of 128 bytes, and tells them apart by the last',
    async run(scene) {
      const long = (last: string) => `long-${last}`.padStart(128 - scene.nameOf('').length, 'x');
      const group = await scene.group(long('1'), scene.some(1));
      const other = await scene.group(long('2'), scene.some(1));
      expect(other.groupSnapshotId).to.not.equal(group.groupSnapshotId);
      expect(pairsOf(await scene.group(long('1'), scene.some(1)))).to.deep.equal(pairsOf(group));
    },
  },
  {
    name: 'CreateVolumeGroupSnapshot takes every character that the standard allows, and tells names apart',
    async run(scene) {
      const group = await scene.group('Größe/"7 %', scene.some(1));
      const other = await scene.group('Größe/"7 &', scene.some(1));
      expect(other.groupSnapshotId).to.not.equal(group.groupSnapshotId);
      expect(pairsOf(await scene.group('Größe/"7 %', scene.some(1)))).to.deep.equal(pairsOf(group));
    },
  },
  {
    name: 'CreateVolumeGroupSnapshot refuses a name with a control character',
    run: (scene) => refusesWith(INVALID_ARGUMENT, scene, scene.nameOf('a\u0007b'), scene.some(1)),
  },
  {
    name: 'CreateVolumeGroupSnapshot refuses a request without a name',
    run: (scene) => refusesWith(INVALID_ARGUMENT, scene, '', scene.some(1)),
  },
];

const sources: readonly Check[] = [
  {
    name: 'CreateVolumeGroupSnapshot refuses a request without volumes',
    run: (scene) => refusesWith(INVALID_ARGUMENT, scene, scene.nameOf('none'), []),
  },
  {
    name: 'CreateVolumeGroupSnapshot with a missing volume answers NOT_FOUND and makes nothing',
    needs: ['LIST_SNAPSHOTS'],
    async run(scene) {
      const [present = ''] = scene.some(1);
      const before = await scene.driver.snapshotIdsOf(present);
      const gone = (await scene.driver.createVolume(scene.nameOf('gone'))).volumeId;
      await scene.driver.deleteVolume(gone);
      for (const missing of [gone, 'no-such-volume']) {
        await refusesWith(NOT_FOUND, scene, scene.nameOf(`with-${missing}`), [present, missing]);
        await refusesWith(NOT_FOUND, scene, scene.nameOf(`only-${missing}`), [missing]);
      }
      expect(await scene.driver.snapshotIdsOf(present)).to.have.members(before);
    },
  },
  {
    name: 'CreateVolumeGroupSnapshot with a volume named twice is refused, or takes it once',
    async run(scene) {
      const [first = '', second = ''] = scene.some(2);
      if (scene.driver.options.duplicateSources === 'refused') {
        await refusesWith(INVALID_ARGUMENT, scene, scene.nameOf('twice'), [first, second, first]);
        const group = await scene.group('once', [first, second]);
        await refusesWith(INVALID_ARGUMENT, scene, scene.nameOf('once'), [first, first]);
        expect(pairsOf(await scene.group('once', [first, second]))).to.deep.equal(pairsOf(group));
      } else {
        const group = await scene.driver.createGroup(scene.nameOf('twice'), [first, second, first]);
        expectComplete(group, [first, second]);
        await scene.driver.deleteGroup(group.groupSnapshotId, idsOf(group));
      }
    },
  },
];

const repeats: readonly Check[] = [
  {
    name: 'CreateVolumeGroupSnapshot repeated, with the volumes in any order, answers with the same ids',
    async run(scene) {
      const { volumeIds } = scene;
      const first = await scene.group('again', volumeIds);
      const [head = '', ...rest] = volumeIds;
      for (const order of [volumeIds, [...volumeIds].reverse(), [...rest, head]]) {
        const again = await scene.group('again', order);
        expect(again.groupSnapshotId).to.equal(first.groupSnapshotId);
        expect(pairsOf(again)).to.deep.equal(pairsOf(first));
        expect(again.creationTime).to.deep.equal(first.creationTime);
      }
    },
  },
  {
    name: 'CreateVolumeGroupSnapshot several times at once makes one group',
    async run(scene) {
      const calls = Array.from({ length: 4 }, () => scene.group('at-once', scene.some(2)));
      const answers = (await Promise.all(calls)).map((group) => pairsOf(group).join());
      expect(new Set(answers).size).to.equal(1);
    },
  },
  {
    name: 'CreateVolumeGroupSnapshot under the name of another set of volumes answers ALREADY_EXISTS',
    async run(scene) {
      const [a = '', b = '', c = ''] = scene.volumeIds;
      const group = await scene.group('taken', [a, b]);
      for (const others of [[a], [c], [a, c], [a, b, c]]) {
        await refusesWith(ALREADY_EXISTS, scene, scene.nameOf('taken'), others);
      }
      expect(pairsOf(await scene.group('taken', [b, a]))).to.deep.equal(pairsOf(group));
    },
  },
  {
    name: 'CreateVolumeGroupSnapshot under the name of a deleted group makes a new one',
    async run(scene) {
      const first = await scene.group('reborn', scene.some(2));
      await scene.driver.deleteGroup(first.groupSnapshotId, idsOf(first));
      const second = await scene.group('reborn', scene.some(2));
      expect(second.groupSnapshotId).to.not.equal(first.groupSnapshotId);
      const old = new Set(pairsOf(first));
      expect(pairsOf(second).filter((pair) => old.has(pair))).to.deep.equal([]);
    },
  },
  {
    name: 'Groups that share a volume are independent of each other',
    async run(scene) {
      const [a = '', b = '', c = ''] = scene.volumeIds;
      const one = await scene.group('one', [a, b]);
      const other = await scene.group('other', [b, c]);
      expect(one.groupSnapshotId).to.not.equal(other.groupSnapshotId);
      await scene.driver.deleteGroup(one.groupSnapshotId, idsOf(one));
      const left = await scene.driver.getGroup(other.groupSnapshotId, idsOf(other));
      expect(pairsOf(left)).to.deep.equal(pairsOf(other));
    },
  },
];

/** What CreateVolumeGroupSnapshot promises. */
export const createChecks: readonly Check[] = [...sizes, ...names, ...sources, ...repeats];
