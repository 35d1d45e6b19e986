import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import {
  createGroup,
  createUsedVolumes,
  deleteGroup,
  getGroup,
  groupsOn,
} from '../../support/group-snapshots.ts';
import { socketDirectory, startPlugin, type Plugin } from '../../support/plugin.ts';
import {
  createVolume,
  essdParameters,
  expectFailure,
  failureOf,
  untilItSucceeds,
  untilReady,
} from '../../support/volumes.ts';

const { FAILED_PRECONDITION, INVALID_ARGUMENT, ALREADY_EXISTS, NOT_FOUND, UNAVAILABLE } = GrpcStatus;

describe('A group snapshot that cannot be', () => {
  let emulator: Emulator;
  let plugin: Plugin;
  const directory = socketDirectory();

  before(async () => {
    emulator = await startEmulator();
    await emulator.configure({ createDiskMs: 20, attachMs: 20, cutMs: 20, uploadMs: 50 });
    plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket, args: groupsOn });
    await untilReady(plugin.client);
  });

  beforeEach(() => emulator.control('POST', '/reset'));
  afterEach(async () => {
    await emulator.clearFaults();
    await emulator.configure({ groupDisks: 16, groupCapacityGiB: 32768, ramPolicies: [] });
  });

  after(async () => {
    await plugin[Symbol.asyncDispose]();
    await emulator[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const used = (...names: string[]) => createUsedVolumes(plugin.client, emulator, names);
  /** A volume of other parameters, attached and written to. */
  const usedOf = async (name: string, parameters: Record<string, string>) => {
    const volumeId = await createVolume(plugin.client, name, { parameters });
    await emulator.attach(volumeId);
    await emulator.writeDisk(volumeId, 0, Buffer.from('data'));
    return volumeId;
  };
  let names = 0;
  const newName = () => `groupsnapshot-${(names += 1)}`;
  /** @returns the name, which is a new one: only the first refusal of a name is answered at once. */
  const refuse = async (ids: string[], code: GrpcStatus, text: RegExp, parameters = {}) => {
    const name = newName();
    await expectFailure(createGroup(plugin.client, name, ids, { parameters }), code, text);
    expect(await emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
    return name;
  };
  const sent = async (action: string) => (await emulator.requests(action)).length;

  const zoneI = { ...essdParameters, zoneId: 'cn-hangzhou-i' };
  const efficiency = { type: 'cloud_efficiency', zoneId: 'cn-hangzhou-h' };
  const shared = { ...essdParameters, multiAttach: 'true' };

  it('names the disk that is in another zone, before ECS is asked', async () => {
    const [first = '', second = ''] = await used('pvc-1', 'pvc-2');
    const away = await usedOf('pvc-3', zoneI);
    await refuse(
      [first, second, away],
      FAILED_PRECONDITION,
      new RegExp(`disk ${away} is in zone cn-hangzhou-i`),
    );
    expect(await sent('CreateSnapshotGroup')).to.equal(0);
  });

  it('names the disk whose category has no groups', async () => {
    const [first = ''] = await used('pvc-1');
    const plain = await usedOf('pvc-2', efficiency);
    await refuse(
      [first, plain],
      FAILED_PRECONDITION,
      new RegExp(`disk ${plain} is of category cloud_efficiency`),
    );
    expect(await sent('CreateSnapshotGroup')).to.equal(0);
  });

  it('names the multi-attach disk', async () => {
    const [first = ''] = await used('pvc-1');
    const multi = await usedOf('pvc-2', shared);
    await refuse([first, multi], FAILED_PRECONDITION, new RegExp(`disk ${multi} is a multi-attach disk`));
    expect(await sent('CreateSnapshotGroup')).to.equal(0);
  });

  it('names the disk that was never attached', async () => {
    const [first = ''] = await used('pvc-1');
    const fresh = await createVolume(plugin.client, 'pvc-2');
    await refuse([first, fresh], FAILED_PRECONDITION, new RegExp(`disk ${fresh} was never attached`));
    expect(await sent('CreateSnapshotGroup')).to.equal(0);
  });

  it('names the disk that does not exist, and the one that is merely hidden', async () => {
    const [first = ''] = await used('pvc-1');
    await refuse([first, 'd-nowhere'], NOT_FOUND, /disk d-nowhere does not exist/);
    await emulator.configure({
      ramPolicies: [{ accessKeyId: 'emulator-access-key', deniedActions: [], isInvisible: true }],
    });
    await refuse(
      [first],
      UNAVAILABLE,
      new RegExp(`disk ${first} exists, but ECS does not show it.*RAM rights`),
    );
  });

  it('says the limit that ECS gives, of disks and of capacity', async () => {
    const ids = await used('pvc-1', 'pvc-2', 'pvc-3');
    await emulator.configure({ groupDisks: 2 });
    await refuse(ids, FAILED_PRECONDITION, /There are 3, the limit is 2 \(NumberExceed\.TooManyDisks\)/);
    await emulator.configure({ groupDisks: 16, groupCapacityGiB: 50 });
    await refuse(ids, FAILED_PRECONDITION, /60 GiB, the limit is 50.*CapacityExceed\.TooManyDisks/);
  });

  it('leaves the number of volumes to ECS: 16 are fine here, 17 are not', async () => {
    const ids = await used(...Array.from({ length: 17 }, (_, index) => `pvc-${index}`));
    const name = await refuse(ids, FAILED_PRECONDITION, /There are 17, the limit is 16/);
    const { snapshots } = await createGroup(plugin.client, name, ids.slice(1));
    expect(snapshots.map(({ sourceVolumeId }) => sourceVolumeId)).to.deep.equal(ids.slice(1));
  });

  it('refuses retentionDays, unknown parameters, and reserved tags', async () => {
    const ids = await used('pvc-1');
    await refuse(ids, INVALID_ARGUMENT, /retentionDays is not possible/, { retentionDays: '7' });
    await refuse(ids, INVALID_ARGUMENT, /ttl is not known/, { ttl: '7' });
    await refuse(ids, INVALID_ARGUMENT, /reserved/, { 'snapshotTags/csi.alibabacloud.com/guard': 'x' });
  });

  it('makes a group of one volume', async () => {
    expect((await createGroup(plugin.client, newName(), await used('pvc-1'))).snapshots).to.have.length(1);
  });

  it('answers the first refusal of a name at once, and holds the next as long as the caller has time', async () => {
    const ids = [await createVolume(plugin.client, 'pvc-1')];
    const name = await refuse(ids, FAILED_PRECONDITION, /was never attached/);
    const startedAt = performance.now();
    const again = await failureOf(createGroup(plugin.client, name, ids, { timeLimitMs: 2_000 }));
    expect(GrpcStatus[again.code]).to.equal('FAILED_PRECONDITION');
    expect(performance.now() - startedAt).to.be.greaterThan(1_000);
  });

  it('refuses a name that stands for other volumes', async () => {
    const [first = '', second = '', third = ''] = await used('pvc-1', 'pvc-2', 'pvc-3');
    for (const ids of [[first], [first, third], [first, second, third]]) {
      const name = newName();
      await createGroup(plugin.client, name, [first, second]);
      await expectFailure(createGroup(plugin.client, name, ids), ALREADY_EXISTS, /of other disks/);
    }
    expect(await sent('CreateSnapshotGroup')).to.equal(3);
  });

  it('leaves nothing behind when ECS fails to make it, says of which disk, and works the next time', async () => {
    const [first = '', second = ''] = await used('pvc-1', 'pvc-2');
    await emulator.addFault({
      action: 'CreateSnapshotGroup',
      times: 1,
      effect: { type: 'snapshot', outcome: 'failed-before-cut', diskId: second },
    });
    const failed = new RegExp(`the snapshot of ${second} failed`);
    const name = await refuse([first, second], GrpcStatus.INTERNAL, failed);
    const { snapshots } = await createGroup(plugin.client, name, [first, second]);
    expect(snapshots).to.have.length(2);
  });

  it('answers ABORTED with one text until it is whole', async () => {
    const name = newName();
    const ids = await used('pvc-1', 'pvc-2');
    await emulator.configure({ cutMs: 60_000 });
    const attempt = () => failureOf(createGroup(plugin.client, name, ids, { timeLimitMs: 1500 }));
    const [first, second] = [await attempt(), await attempt()];
    expect(GrpcStatus[first.code]).to.equal('ABORTED');
    expect(first.details).to.match(/^snapshot group ssg-\w+ is not complete yet; ECS is still at it$/);
    expect([second.code, second.details]).to.deep.equal([first.code, first.details]);
    expect(await sent('CreateSnapshotGroup')).to.equal(1);
    await emulator.control('POST', '/clock', { advanceMs: 60_000 });
    await emulator.configure({ cutMs: 20 });
    expect((await createGroup(plugin.client, name, ids)).readyToUse).to.equal(true);
  });

  describe('to be deleted', () => {
    const made = async () => {
      const volumes = await used('pvc-1', 'pvc-2');
      const { groupSnapshotId, snapshots } = await createGroup(plugin.client, newName(), volumes);
      const [first = '', second = ''] = snapshots.map(({ snapshotId }) => snapshotId);
      return { groupSnapshotId, first, second, volumes };
    };

    it('refuses ids of other snapshots, for Get and Delete, and deletes nothing', async () => {
      const { groupSnapshotId, first, second, volumes } = await made();
      const single = { name: 'snapshot-1', sourceVolumeId: volumes[0] ?? '' };
      const { snapshot } = await invoke(plugin.client.controller, 'CreateSnapshot', single);
      for (const wrong of [snapshot?.snapshotId ?? '', 's-nowhere']) {
        const ids = [first, second, wrong];
        const text = new RegExp(`${wrong} do not belong to snapshot group ${groupSnapshotId}`);
        await expectFailure(getGroup(plugin.client, groupSnapshotId, ids), INVALID_ARGUMENT, text);
        await expectFailure(deleteGroup(plugin.client, groupSnapshotId, ids), INVALID_ARGUMENT, text);
      }
      expect(await emulator.counts()).to.deep.include({ groups: 1, snapshots: 3 });
    });

    it('reports the member that an image needs, and what to do', async () => {
      const { groupSnapshotId, first, second } = await made();
      await emulator.control('POST', `/snapshots/${first}`, { isUsedByImage: true });
      const text = new RegExp(`snapshot ${first}: .*SnapshotCreatedImage.*delete the image first`);
      const attempt = () => deleteGroup(plugin.client, groupSnapshotId, [first, second]);
      await expectFailure(attempt(), FAILED_PRECONDITION, text);
      await expectFailure(attempt(), FAILED_PRECONDITION, text);
      await emulator.control('POST', `/snapshots/${first}`, { isUsedByImage: false });
      await attempt();
      expect(await emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
    });

    for (const deleteGroupWithUsedMembers of ['keep', 'delete']) {
      it(`goes although a disk was made from a member (ECS: ${deleteGroupWithUsedMembers})`, async () => {
        await emulator.configure({ deleteGroupWithUsedMembers });
        const { groupSnapshotId, first, second } = await made();
        await createVolume(plugin.client, 'pvc-restored', { snapshotId: first });
        await deleteGroup(plugin.client, groupSnapshotId, [first, second]);
        expect(await emulator.counts()).to.deep.include({ groups: 0, snapshots: 0, disks: 3 });
      });
    }

    for (const deleteMissingGroup of [
      'ignore',
      'InvalidSnapshotId.NotFound',
      'InvalidSnapshotGroupId.NotFound',
    ]) {
      it(`is deleted when it is absent (ECS: ${deleteMissingGroup})`, async () => {
        await emulator.configure({ deleteMissingGroup });
        await deleteGroup(plugin.client, 'ssg-bp1nothere');
        await deleteGroup(plugin.client, 'not-a-group');
      });
    }

    it('is not taken for absent when it is hidden', async () => {
      const { groupSnapshotId } = await made();
      await emulator.configure({
        ramPolicies: [{ accessKeyId: 'emulator-access-key', deniedActions: [], isInvisible: true }],
      });
      const text = /snapshot group ssg-\w+ exists, but ECS does not show it.*RAM rights/;
      await expectFailure(deleteGroup(plugin.client, groupSnapshotId), UNAVAILABLE, text);
      await expectFailure(getGroup(plugin.client, groupSnapshotId), UNAVAILABLE, text);
      await emulator.configure({ ramPolicies: [] });
      expect(await emulator.counts()).to.deep.include({ groups: 1, snapshots: 2 });
    });

    it('is deleted while it is being made', async () => {
      const ids = await used('pvc-1', 'pvc-2');
      await emulator.configure({ cutMs: 60_000 });
      await failureOf(createGroup(plugin.client, newName(), ids, { timeLimitMs: 1000 }));
      const state = await emulator.control<{ groups: { id: string }[] }>('GET', '/state');
      await emulator.configure({ cutMs: 20 });
      await deleteGroup(plugin.client, state.groups[0]?.id ?? '');
      expect(await emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
    });

    it('keeps its members from DeleteSnapshot as long as it lives', async () => {
      const { groupSnapshotId, first } = await made();
      const remove = () => invoke(plugin.client.controller, 'DeleteSnapshot', { snapshotId: first });
      await expectFailure(
        remove(),
        INVALID_ARGUMENT,
        new RegExp(`member of snapshot group ${groupSnapshotId}`),
      );
      await deleteGroup(plugin.client, groupSnapshotId);
      await untilItSucceeds(remove);
    });
  });
});
