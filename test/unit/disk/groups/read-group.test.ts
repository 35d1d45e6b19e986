import { expect } from 'chai';
import { readGroup } from '../../../../src/disk/groups/read-group.ts';
import { markOfDisks } from '../../../../src/disk/groups/snapshot-group.ts';
import type { Snapshot } from '../../../../src/disk/snapshot.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall, rejectionOf } from '../../../support/builders.ts';
import { FakeGroupCloud } from '../../../support/fake-group-cloud.ts';

function startWithGroup(...members: Partial<Snapshot>[]) {
  const cloud = new FakeGroupCloud();
  const memberIds = members.map((member) => cloud.addSnapshot(member).id);
  const groupId = cloud.addGroup({ memberIds });
  const read = (snapshotIds: readonly string[] = []) => readGroup(cloud, groupId, snapshotIds, aCall());
  return { cloud, memberIds, groupId, read };
}

const later = new Date('2026-01-01T00:00:01Z');

describe('readGroup', () => {
  it('reads a group, whoever made it, with its earliest cut', async () => {
    const { groupId, memberIds, read } = startWithGroup({ cutAt: later }, {});
    for (const known of [[], memberIds, memberIds.toReversed(), memberIds.slice(1)]) {
      const group = await read(known);
      expect(group).to.deep.include({ id: groupId, isReady: true, cutAt: new Date('2026-01-01T00:00:00Z') });
      expect(group.snapshots.map(({ id }) => id)).to.deep.equal(memberIds.toSorted());
    }
  });

  it('is ready only when all members are', async () => {
    const { read } = startWithGroup({}, { status: 'progressing', available: false });
    expect(await read()).to.have.property('isReady', false);
  });

  it('waits for the cut of every member', async () => {
    const { read, groupId } = startWithGroup(
      {},
      { status: 'progressing', available: false, cutAt: undefined },
    );
    const error = await rejectionOf(read());
    const message = `snapshot group ${groupId} is not complete yet; ECS is still at it`;
    expect(error).to.include({ kind: 'busy', message });
  });

  it('refuses ids of others', async () => {
    const { cloud, memberIds, read } = startWithGroup({}, {});
    const [first = '', second = ''] = memberIds;
    const stranger = cloud.addSnapshot().id;
    const wrong = await rejectionOf(read([first, second, stranger]));
    expect(wrong).to.have.property('kind', 'invalid');
    expect(wrong.message).to.contain(`${stranger} do not belong`);
  });

  it('tells a group that does not exist from one that is hidden', async () => {
    const { cloud, groupId, read } = startWithGroup({});
    expect(await rejectionOf(readGroup(cloud, 'ssg-9', [], aCall()))).to.have.property('kind', 'not-found');
    cloud.groups.hide(groupId);
    expect(await rejectionOf(read())).to.have.property('kind', 'unreadable');
  });

  describe('a group that was made of more disks than it has snapshots of', () => {
    const startWithGap = (made: number) => {
      const scene = startWithGroup({ sourceDiskId: 'd-1' }, { sourceDiskId: 'd-3' });
      const mark = markOfDisks(['d-1', 'd-2', 'd-3'].slice(0, made));
      scene.cloud.groups.set(scene.groupId, { tags: new Map([[tagKeys.groupDisks, mark]]) });
      return scene;
    };

    it('is never ready, and says what is left of how many', async () => {
      const { groupId, read } = startWithGap(3);
      const { isReady, gap, snapshots } = await read();
      expect([isReady, snapshots.length]).to.deep.equal([false, 2]);
      expect(gap).to.contain(
        `${groupId} was made of 3 disks and has lost the snapshots of 1: those of d-1; d-3`,
      );
    });

    it('is another one than a whole one, and one of which nobody knows', async () => {
      expect(await startWithGap(2).read()).to.include({ isReady: true, gap: undefined });
      expect(await startWithGroup({}).read()).to.include({ isReady: true, gap: undefined });
    });
  });

  it('does not hand out a group that failed', async () => {
    const { read } = startWithGroup({}, { status: 'failed', available: false });
    expect(await rejectionOf(read())).to.have.property('kind', 'wrong-state');
  });
});
