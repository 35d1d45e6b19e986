import { expect } from 'chai';
import type { DiskError } from '../../../src/disk/disk-error.ts';
import { call, rejection, setUp, volumeObject, type Setup } from './set-up.ts';

const byHand = (diskId: string) => volumeObject(diskId, `pv-by-hand-of-${diskId}`);

/** Follows the volumes until one of `d-1` is known, and then loses them. */
async function loseWatch(setup: Setup, ...denied: string[]): Promise<void> {
  await setup.api.put(volumeObject('d-1', 'pv-d-1', { claimRef: null }));
  await setup.follow();
  await setup.api.deny(...denied.map((verb) => `${verb} persistentvolumes`));
  await setup.api.endWatches('cut');
  await setup.until(() => setup.cluster.problems().length > 0, 'the loss is noticed');
}

describe('A look for a volume in the API server itself', () => {
  it('finds what was made since the watch was lost, and the copy does not know', async () => {
    await using setup = await setUp();
    await loseWatch(setup, 'watch');
    await setup.api.put(byHand('d-1'));

    expect(await setup.cluster.findVolumeNow('d-1', call())).to.deep.include({
      name: 'pv-by-hand-of-d-1',
      boundAmongSeveral: ['pv-by-hand-of-d-1', 'pv-d-1'],
    });
    expect(await setup.cluster.findVolumeNow('d-2', call())).to.equal(undefined);
  });

  it('is refused where the right is missing, though the copy knows the volume', async () => {
    await using setup = await setUp();
    await loseWatch(setup, 'watch', 'list');

    expect((await setup.cluster.findVolume('d-1', call()))?.name).to.equal('pv-d-1');
    const error = (await rejection(setup.cluster.findVolumeNow('d-1', call()))) as DiskError;
    expect(error.kind).to.equal('denied');
    expect(error.message).to.contain('grant list on persistentvolumes');
  });

  it('does not know while the API server is away, and does once it is back', async () => {
    await using setup = await setUp();
    await setup.api.put(volumeObject('d-1'));
    await setup.follow();
    await setup.api.setAvailable(false);
    const error = (await rejection(setup.cluster.findVolumeNow('d-1', call()))) as DiskError;
    expect(error.kind).to.equal('outcome-unknown');
    await setup.api.setAvailable(true);

    expect((await setup.cluster.findVolumeNow('d-1', call()))?.name).to.equal('pv-d-1');
  });

  it('shares a list with all that ask before it begins, and reads pages to the end', async () => {
    await using setup = await setUp();
    await Promise.all(Array.from({ length: 501 }, (_, index) => setup.api.put(volumeObject(`d-${index}`))));
    const ids = Array.from({ length: 501 }, (_, index) => `d-${index}`);

    const found = await Promise.all(ids.map((id) => setup.cluster.findVolumeNow(id, call())));

    expect(found.map((volume) => volume?.diskId)).to.deep.equal(ids);
    expect(await setup.api.requests({ verb: 'list' })).to.have.length(2);
  });

  it('takes no list that had begun before it was asked', async () => {
    await using setup = await setUp();
    const held = { verb: 'list', effect: { type: 'hang' }, when: 'after', times: 1 } as const;
    const rule = await setup.api.addFault(held);
    const gone = new AbortController();
    const first = rejection(setup.cluster.findVolumeNow('d-1', { signal: gone.signal, requestId: 'r' }));
    await setup.api.waitForFault(rule);
    await setup.api.put(byHand('d-1'));
    const later = ['d-1', 'd-2'].map((id) => setup.cluster.findVolumeNow(id, call()));

    const reason = new Error('caller gone');
    gone.abort(reason);

    expect(await first).to.equal(reason);
    const names = (await Promise.all(later)).map((volume) => volume?.name);
    expect(names).to.deep.equal(['pv-by-hand-of-d-1', undefined]);
    expect(await setup.api.requests({ verb: 'list' })).to.have.length(2);
  });

  it('goes on for the others when one of those that wait has gone', async () => {
    await using setup = await setUp();
    await setup.api.put(volumeObject('d-1'));
    const gone = new AbortController();
    const first = rejection(setup.cluster.findVolumeNow('d-2', { signal: gone.signal, requestId: 'r' }));
    const second = setup.cluster.findVolumeNow('d-1', call());
    gone.abort(new Error('caller gone'));

    await first;
    expect((await second)?.name).to.equal('pv-d-1');
  });
});
