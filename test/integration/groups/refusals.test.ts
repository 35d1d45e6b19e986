import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import {
  createGroup,
  createUsedVolumes,
  deleteGroup,
  getGroup,
  groupsOn,
} from '../../support/group-snapshots.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import {
  createVolume,
  essdParameters,
  expectFailure,
  failureOf,
  untilItSucceeds,
} from '../../support/volumes.ts';

const { FAILED_PRECONDITION, INVALID_ARGUMENT, ALREADY_EXISTS, NOT_FOUND, UNAVAILABLE } = GrpcStatus;

describe('A group snapshot that cannot be', () => {
  const site = siteOfSuite({ args: groupsOn });

  const used = (...names: string[]) => createUsedVolumes(site.client, site.emulator, names);
  /** A volume of other parameters, attached and written to. */
  const usedOf = async (name: string, parameters: Record<string, string>) => {
    const volumeId = await createVolume(site.client, name, { parameters });
    await site.emulator.attach(volumeId);
    await site.emulator.writeDisk(volumeId, 0, Buffer.from('data'));
    return volumeId;
  };
  let names = 0;
  const newName = () => `groupsnapshot-${(names += 1)}`;
  /** @returns the name, which is a new one: only the first refusal of a name is answered at once. */
  const refuse = async (ids: string[], code: GrpcStatus, text: RegExp, parameters = {}) => {
    const name = newName();
    await expectFailure(createGroup(site.client, name, ids, { parameters }), code, text);
    expect(await site.emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
    return name;
  };
  const sent = async (action: string) => (await site.emulator.requests(action)).length;

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
    const fresh = await createVolume(site.client, 'pvc-2');
    await refuse([first, fresh], FAILED_PRECONDITION, new RegExp(`disk ${fresh} was never attached`));
    expect(await sent('CreateSnapshotGroup')).to.equal(0);
  });

  it('names the disk that does not exist, and the one that is merely hidden', async () => {
    const [first = ''] = await used('pvc-1');
    await refuse([first, 'd-nowhere'], NOT_FOUND, /disk d-nowhere does not exist/);
    await site.emulator.configure({
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
    await site.emulator.configure({ groupDisks: 2 });
    await refuse(ids, FAILED_PRECONDITION, /There are 3, the limit is 2 \(NumberExceed\.TooManyDisks\)/);
    await site.emulator.configure({ groupDisks: 16, groupCapacityGiB: 50 });
    await refuse(ids, FAILED_PRECONDITION, /60 GiB, the limit is 50.*CapacityExceed\.TooManyDisks/);
  });

  it('leaves the number of volumes to ECS: 16 are fine here, 17 are not', async () => {
    const ids = await used(...Array.from({ length: 17 }, (_, index) => `pvc-${index}`));
    const name = await refuse(ids, FAILED_PRECONDITION, /There are 17, the limit is 16/);
    const { snapshots } = await createGroup(site.client, name, ids.slice(1));
    expect(snapshots.map(({ sourceVolumeId }) => sourceVolumeId)).to.deep.equal(ids.slice(1));
  });

  it('refuses retentionDays, unknown parameters, and reserved tags', async () => {
    const ids = await used('pvc-1');
    await refuse(ids, INVALID_ARGUMENT, /retentionDays is not possible/, { retentionDays: '7' });
    await refuse(ids, INVALID_ARGUMENT, /ttl is not known/, { ttl: '7' });
    await refuse(ids, INVALID_ARGUMENT, /reserved/, { 'snapshotTags/csi.alibabacloud.com/guard': 'x' });
  });

  it('makes a group of one volume', async () => {
    expect((await createGroup(site.client, newName(), await used('pvc-1'))).snapshots).to.have.length(1);
  });

  it('answers the first refusal of a name at once, and holds the next as long as the caller has time', async () => {
    const ids = [await createVolume(site.client, 'pvc-1')];
    const name = await refuse(ids, FAILED_PRECONDITION, /was never attached/);
    const startedAt = performance.now();
    const again = await failureOf(createGroup(site.client, name, ids, { timeLimitMs: 2_000 }));
    expect(GrpcStatus[again.code]).to.equal('FAILED_PRECONDITION');
    expect(performance.now() - startedAt).to.be.greaterThan(1_000);
  });

  it('refuses a name that stands for other volumes', async () => {
    const [first = '', second = '', third = ''] = await used('pvc-1', 'pvc-2', 'pvc-3');
    for (const ids of [[first], [first, third], [first, second, third]]) {
      const name = newName();
      await createGroup(site.client, name, [first, second]);
      await expectFailure(createGroup(site.client, name, ids), ALREADY_EXISTS, /of other disks/);
    }
    expect(await sent('CreateSnapshotGroup')).to.equal(3);
  });

  it('leaves nothing behind when ECS fails to make it, says of which disk, and works the next time', async () => {
    const [first = '', second = ''] = await used('pvc-1', 'pvc-2');
    await site.emulator.addFault({
      action: 'CreateSnapshotGroup',
      times: 1,
      effect: { type: 'snapshot', outcome: 'failed-before-cut', diskId: second },
    });
    const failed = new RegExp(`the snapshot of ${second} failed`);
    const name = await refuse([first, second], GrpcStatus.INTERNAL, failed);
    const { snapshots } = await createGroup(site.client, name, [first, second]);
    expect(snapshots).to.have.length(2);
  });

  it('answers ABORTED with one text until it is whole', async () => {
    const name = newName();
    const ids = await used('pvc-1', 'pvc-2');
    await site.emulator.configure({ cutMs: 60_000 });
    const attempt = () => failureOf(createGroup(site.client, name, ids, { timeLimitMs: 1500 }));
    const [first, second] = [await attempt(), await attempt()];
    expect(GrpcStatus[first.code]).to.equal('ABORTED');
    expect(first.details).to.match(/^snapshot group ssg-\w+ is not complete yet; ECS is still at it$/);
    expect([second.code, second.details]).to.deep.equal([first.code, first.details]);
    expect(await sent('CreateSnapshotGroup')).to.equal(1);
    await site.emulator.control('POST', '/clock', { advanceMs: 60_000 });
    expect((await createGroup(site.client, name, ids)).readyToUse).to.equal(true);
  });

  describe('to be deleted', () => {
    const made = async () => {
      const volumes = await used('pvc-1', 'pvc-2');
      const { groupSnapshotId, snapshots } = await createGroup(site.client, newName(), volumes);
      const [first = '', second = ''] = snapshots.map(({ snapshotId }) => snapshotId);
      return { groupSnapshotId, first, second, volumes };
    };

    it('refuses ids of other snapshots, for Get and Delete, and deletes nothing', async () => {
      const { groupSnapshotId, first, second, volumes } = await made();
      const single = { name: 'snapshot-1', sourceVolumeId: volumes[0] ?? '' };
      const { snapshot } = await invoke(site.client.controller, 'CreateSnapshot', single);
      for (const wrong of [snapshot?.snapshotId ?? '', 's-nowhere']) {
        const ids = [first, second, wrong];
        const text = new RegExp(`${wrong} do not belong to snapshot group ${groupSnapshotId}`);
        await expectFailure(getGroup(site.client, groupSnapshotId, ids), INVALID_ARGUMENT, text);
        await expectFailure(deleteGroup(site.client, groupSnapshotId, ids), INVALID_ARGUMENT, text);
      }
      expect(await site.emulator.counts()).to.deep.include({ groups: 1, snapshots: 3 });
    });

    it('reports the member that an image needs, and what to do', async () => {
      const { groupSnapshotId, first, second } = await made();
      await site.emulator.control('POST', `/snapshots/${first}`, { isUsedByImage: true });
      const text = new RegExp(`snapshot ${first}: .*SnapshotCreatedImage.*delete the image first`);
      const attempt = () => deleteGroup(site.client, groupSnapshotId, [first, second]);
      await expectFailure(attempt(), FAILED_PRECONDITION, text);
      await expectFailure(attempt(), FAILED_PRECONDITION, text);
      await site.emulator.control('POST', `/snapshots/${first}`, { isUsedByImage: false });
      await attempt();
      expect(await site.emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
    });

    for (const deleteGroupWithUsedMembers of ['keep', 'delete']) {
      it(`goes although a disk was made from a member (ECS: ${deleteGroupWithUsedMembers})`, async () => {
        await site.emulator.configure({ deleteGroupWithUsedMembers });
        const { groupSnapshotId, first, second } = await made();
        await createVolume(site.client, 'pvc-restored', { snapshotId: first });
        await deleteGroup(site.client, groupSnapshotId, [first, second]);
        expect(await site.emulator.counts()).to.deep.include({ groups: 0, snapshots: 0, disks: 3 });
      });
    }

    for (const deleteMissingGroup of [
      'ignore',
      'InvalidSnapshotId.NotFound',
      'InvalidSnapshotGroupId.NotFound',
    ]) {
      it(`is deleted when it is absent (ECS: ${deleteMissingGroup})`, async () => {
        await site.emulator.configure({ deleteMissingGroup });
        await deleteGroup(site.client, 'ssg-bp1nothere');
        await deleteGroup(site.client, 'not-a-group');
      });
    }

    it('is not taken for absent when it is hidden', async () => {
      const { groupSnapshotId } = await made();
      await site.emulator.configure({
        ramPolicies: [{ accessKeyId: 'emulator-access-key', deniedActions: [], isInvisible: true }],
      });
      const text = /snapshot group ssg-\w+ exists, but ECS does not show it.*RAM rights/;
      await expectFailure(deleteGroup(site.client, groupSnapshotId), UNAVAILABLE, text);
      await expectFailure(getGroup(site.client, groupSnapshotId), UNAVAILABLE, text);
      expect(await site.emulator.counts()).to.deep.include({ groups: 1, snapshots: 2 });
    });

    it('is deleted while it is being made', async () => {
      const ids = await used('pvc-1', 'pvc-2');
      await site.emulator.configure({ cutMs: 60_000 });
      await failureOf(createGroup(site.client, newName(), ids, { timeLimitMs: 1000 }));
      const state = await site.emulator.control<{ groups: { id: string }[] }>('GET', '/state');
      await deleteGroup(site.client, state.groups[0]?.id ?? '');
      expect(await site.emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
    });

    it('keeps its members from DeleteSnapshot as long as it lives', async () => {
      const { groupSnapshotId, first } = await made();
      const remove = () => invoke(site.client.controller, 'DeleteSnapshot', { snapshotId: first });
      await expectFailure(
        remove(),
        INVALID_ARGUMENT,
        new RegExp(`member of snapshot group ${groupSnapshotId}`),
      );
      await deleteGroup(site.client, groupSnapshotId);
      await untilItSucceeds(remove);
    });
  });
});
