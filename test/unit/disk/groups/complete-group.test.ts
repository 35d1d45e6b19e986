import { expect } from 'chai';
import { doubtAfterMs, Sightings } from '../../../../src/disk/sightings.ts';
import { rejectionOf } from '../../../support/builders.ts';
import { startScene } from './set-up.ts';

describe('takeGroup, once the group is there', () => {
  it('waits for a member whose size or moment does not show yet', async () => {
    const { take, cloud } = startScene();
    const { snapshots } = await take();
    const [{ id } = { id: '' }] = snapshots;
    const { cutAt } = cloud.snapshots.get(id) ?? {};
    cloud.snapshots.set(id, { cutAt: undefined });
    cloud.snapshots.change(id, { cutAt }, 3);

    expect((await take()).snapshots[0]?.cutAt).to.deep.equal(cutAt);
  });

  it('waits for a member that is not listed yet, though all that are listed can be restored', async () => {
    const { take, cloud } = startScene({ rounds: 3, looks: { uploading: 100 } });
    const { id, snapshots } = await take();
    const late = snapshots[1]?.id ?? '';
    const whole = cloud.groups.get(id);
    cloud.groups.set(id, { memberIds: [snapshots[0]?.id ?? ''] });
    expect((await rejectionOf(take())).message).to.contain('is not complete yet');
    cloud.groups.set(id, { memberIds: whole?.memberIds ?? [] });
    expect((await take()).snapshots.map((one) => one.id)).to.include(late);
  });

  it('waits for a member that a complete group lists late, and takes it for lost only after a while', async () => {
    let nowMs = 0;
    const { take, cloud } = startScene({}, new Sightings(() => nowMs));
    const { id } = await take();
    const whole = cloud.groups.get(id)?.memberIds ?? [];
    cloud.groups.set(id, { memberIds: whole.slice(1) });
    for (nowMs = 0; nowMs < doubtAfterMs; nowMs += doubtAfterMs / 4) {
      const error = await rejectionOf(take());
      const message = `snapshot group ${id} is not complete yet; ECS is still at it`;
      expect(error).to.include({ kind: 'busy', message });
    }
    expect((await rejectionOf(take())).message).to.contain('lacks the snapshots of d-1');
    cloud.groups.set(id, { memberIds: whole });
    expect((await take()).snapshots).to.have.length(2);
  });

  it('says that ECS hides a member, rather than that it is still at it', async () => {
    const { take, cloud } = startScene();
    const { snapshots } = await take();
    const [{ id } = { id: '' }] = snapshots;
    cloud.snapshots.hide(id);
    const error = await rejectionOf(take());
    expect(error).to.have.property('kind', 'unreadable');
    expect(error.message).to.contain(`snapshot ${id} exists, but ECS does not show it`);
  });

  it('keeps a group that has lost a member, and says so each time: nobody else may lose the others', async () => {
    let nowMs = 0;
    const { take, cloud } = startScene({}, new Sightings(() => nowMs));
    const { id, snapshots } = await take();
    cloud.snapshots.remove(snapshots[1]?.id ?? '');
    await rejectionOf(take());
    nowMs = doubtAfterMs;
    const error = await rejectionOf(take());
    expect(error).to.have.property('kind', 'busy');
    expect(error.message).to.contain(`snapshot group ${id} lacks the snapshots of d-2`);
    expect(cloud.countOf('deleteSnapshotGroup')).to.equal(0);
  });
});
