import { expect } from 'chai';
import { assertNoMember, groupIdsMarkedOn, groupsOfMembers } from '../../../../src/disk/groups/membership.ts';
import { aCall, aSnapshot, rejectionOf } from '../../../support/builders.ts';
import { FakeGroupCloud } from '../../../support/fake-group-cloud.ts';

const markedWith = (groupId: string) => ({ description: `Created_from_${groupId}` });

describe('The mark of a group on a snapshot', () => {
  const marks: [name: string | undefined, description: string | undefined, groupIds: string[]][] = [
    [undefined, 'Created_from_ssg-1', ['ssg-1']],
    ['Created_from_ssg-1', undefined, ['ssg-1']],
    ['Created_from_ssg-1', 'Created_from_ssg-1', ['ssg-1']],
    ['Created_from_ssg-1', 'Created_from_ssg-2', ['ssg-1', 'ssg-2']],
    ['nightly', 'by hand', []],
    ['Created_from_', 'Created_from_s-1', []],
    [undefined, undefined, []],
  ];
  for (const [name, description, groupIds] of marks) {
    it(`in name ${name ?? '(none)'} and description ${description ?? '(none)'}: ${groupIds.join(', ') || 'none'}`, () => {
      expect(groupIdsMarkedOn(aSnapshot({ name, description }))).to.deep.equal(groupIds);
    });
  }
});

describe('groupsOfMembers', () => {
  it('tells of members of living groups, not of fakes, nor of groups that are gone', async () => {
    const cloud = new FakeGroupCloud();
    const member = cloud.addSnapshot({ id: 's-member' });
    const groupId = cloud.addGroup({ memberIds: [member.id] });
    cloud.snapshots.set(member.id, markedWith(groupId));
    const fake = cloud.addSnapshot({ id: 's-fake', ...markedWith(groupId) });
    const orphan = cloud.addSnapshot({ id: 's-orphan', ...markedWith('ssg-gone') });
    const plain = cloud.addSnapshot({ id: 's-plain' });

    const all = [cloud.snapshots.get(member.id) ?? member, fake, orphan, plain];
    const found = await groupsOfMembers(cloud, all, aCall());

    expect([...found].map(([id, group]) => [id, group.id])).to.deep.equal([[member.id, groupId]]);
    expect(cloud.argumentsOf('findSnapshotGroups')).to.deep.equal([[groupId, 'ssg-gone']]);
  });

  it('asks nothing for snapshots without a mark', async () => {
    const cloud = new FakeGroupCloud();
    expect(await groupsOfMembers(cloud, [aSnapshot()], aCall())).to.deep.equal(new Map());
    expect(cloud.calls).to.deep.equal([]);
  });
});

describe('assertNoMember', () => {
  it('refuses a member of a living group, and says what to delete instead', async () => {
    const cloud = new FakeGroupCloud();
    const { id } = cloud.addSnapshot();
    const groupId = cloud.addGroup({ memberIds: [id] });
    const error = await rejectionOf(
      assertNoMember(cloud, aSnapshot({ id, ...markedWith(groupId) }), aCall()),
    );
    expect(error).to.have.property('kind', 'invalid');
    expect(error.message).to.contain(id).and.to.contain(groupId).and.to.contain('VolumeGroupSnapshot');
  });

  it('lets pass what no group knows: a fake mark, a group that is gone, no mark', async () => {
    const cloud = new FakeGroupCloud();
    const groupId = cloud.addGroup({ memberIds: [cloud.addSnapshot().id] });
    await assertNoMember(cloud, aSnapshot({ id: 's-other', ...markedWith(groupId) }), aCall());
    await assertNoMember(cloud, aSnapshot(markedWith('ssg-gone')), aCall());
    await assertNoMember(cloud, aSnapshot(), aCall());
  });

  it('is not sure as long as the group is merely hidden', async () => {
    const cloud = new FakeGroupCloud();
    const { id } = cloud.addSnapshot();
    const groupId = cloud.addGroup({ memberIds: [id] });
    cloud.groups.hide(groupId);
    const error = await rejectionOf(
      assertNoMember(cloud, aSnapshot({ id, ...markedWith(groupId) }), aCall()),
    );
    expect(error).to.have.property('kind', 'unreadable');
  });

  it('sees a true mark beside a fake one', async () => {
    const cloud = new FakeGroupCloud();
    const { id } = cloud.addSnapshot();
    const groupId = cloud.addGroup({ memberIds: [id] });
    const snapshot = aSnapshot({ id, name: 'Created_from_ssg-gone', ...markedWith(groupId) });
    expect(await rejectionOf(assertNoMember(cloud, snapshot, aCall()))).to.have.property('kind', 'invalid');
  });
});
