import { expect } from 'chai';
import type { DiskError } from '../../../src/disk/disk-error.ts';
import { call, rejection, setUp, volumeObject } from './set-up.ts';

describe('Volumes by disk, kept by a watch', () => {
  it('finds the volume of a disk, with all that the guards ask for', async () => {
    await using setup = await setUp();
    const { metadata } = await setup.api.put(volumeObject('d-1'));
    await setup.follow();

    const volume = await setup.cluster.findVolume('d-1', call());

    expect(volume).to.deep.equal({
      name: 'pv-d-1',
      uid: metadata.uid,
      diskId: 'd-1',
      storageClass: 'alicloud-datasafe-essd',
      attributes: new Map([['type', 'cloud_essd']]),
      volumeMode: 'Filesystem',
      claim: { namespace: 'shop', name: 'data', uid: 'uid-of-claim' },
    });
  });

  it('asks the API server nothing for a look, be it a hit or a miss', async () => {
    await using setup = await setUp();
    await setup.api.put(volumeObject('d-1'));
    await setup.follow();
    await setup.api.clearRequests();

    expect((await setup.cluster.findVolume('d-1', call()))?.name).to.equal('pv-d-1');
    expect(await setup.cluster.findVolume('d-2', call())).to.equal(undefined);
    expect(await setup.api.requests()).to.deep.equal([]);
  });

  it('reads a list of more than one page', async () => {
    await using setup = await setUp();
    await Promise.all(Array.from({ length: 501 }, (_, index) => setup.api.put(volumeObject(`d-${index}`))));
    await setup.follow();

    expect(await setup.api.requests({ verb: 'list' })).to.have.length(2);
    for (const diskId of ['d-0', 'd-99', 'd-500']) {
      expect((await setup.cluster.findVolume(diskId, call()))?.diskId).to.equal(diskId);
    }
  });

  it('leaves volumes of other drivers out', async () => {
    await using setup = await setUp();
    const csi = { driver: 'other.csi.example.com', volumeHandle: 'd-1' };
    await setup.api.put(volumeObject('d-1', 'pv-other', { csi }));
    await setup.follow();

    expect(await setup.cluster.findVolume('d-1', call())).to.equal(undefined);
  });

  it('learns of new, changed and removed volumes from the watch alone', async () => {
    await using setup = await setUp();
    await setup.follow();
    await setup.api.clearRequests();
    const find = async () => await setup.cluster.findVolume('d-1', call());

    await setup.api.put(volumeObject('d-1'));
    await setup.until(async () => (await find()) !== undefined, 'the new volume is known');
    const claimRef = { namespace: 'shop', name: 'other', uid: 'u-2' };
    await setup.api.put(volumeObject('d-1', 'pv-d-1', { claimRef }));
    await setup.until(async () => (await find())?.claim?.name === 'other', 'the change is known');
    await setup.api.take('persistentvolumes', 'pv-d-1');
    await setup.until(async () => (await find()) === undefined, 'the removal is known');

    expect(await setup.api.requests({ verb: 'list' })).to.deep.equal([]);
  });

  it('goes on from where it was when the server ends the watch', async () => {
    await using setup = await setUp();
    await setup.follow();
    await setup.api.clearRequests();
    await setup.clock.advance(5_000);
    await setup.api.endWatches('close');
    await setup.api.put(volumeObject('d-1'));

    await setup.until(
      async () => (await setup.cluster.findVolume('d-1', call())) !== undefined,
      'the volume is known',
    );
    expect(await setup.api.requests({ verb: 'list' })).to.deep.equal([]);
    expect(setup.cluster.problems()).to.deep.equal([]);
  });

  it('comes back with a new list after the connection broke, and has missed nothing', async () => {
    await using setup = await setUp();
    await setup.api.put(volumeObject('d-1'));
    await setup.follow();
    await setup.api.setAvailable(false);
    await setup.until(() => setup.cluster.problems().length > 0, 'the break is noticed');
    await setup.api.take('persistentvolumes', 'pv-d-1');
    await setup.api.put(volumeObject('d-2'));
    await setup.api.clearRequests();
    await setup.api.setAvailable(true);
    await setup.until(() => setup.cluster.problems().length === 0, 'contact is back');

    expect(await setup.cluster.findVolume('d-1', call())).to.equal(undefined);
    expect((await setup.cluster.findVolume('d-2', call()))?.name).to.equal('pv-d-2');
    expect((await setup.api.requests()).map(({ verb }) => verb)[0]).to.equal('list');
  });

  for (const how of ['in an event', 'as the status of the answer']) {
    it(`lists again when the server says ${how} that the old version is gone`, async () => {
      await using setup = await setUp();
      await setup.follow();
      await setup.clock.advance(5_000);
      if (how === 'in an event') {
        await setup.api.compact();
      } else {
        const effect = { type: 'error', status: 410, reason: 'Expired' } as const;
        await setup.api.addFault({ verb: 'watch', effect, times: 1 });
      }
      await setup.api.clearRequests();
      await setup.api.endWatches('close');

      await setup.until(
        async () => (await setup.api.requests({ verb: 'list' })).length > 0,
        'the volumes are listed, without anybody asking for one',
      );
      await setup.until(async () => (await setup.api.watchCount()) === 1, 'they are watched');
      expect((await setup.api.requests()).map(({ verb }) => verb)).to.deep.equal(['watch', 'list', 'watch']);
    });
  }

  it('keeps its place by the bookmarks of the server', async () => {
    await using setup = await setUp();
    await setup.follow();
    const [first] = await setup.api.requests({ verb: 'watch' });
    await setup.api.putNamespace('unrelated');
    await setup.api.sendBookmarks();
    await setup.api.clearRequests();
    await setup.clock.advance(5_000);
    await setup.api.endWatches('close');

    await setup.until(
      async () => (await setup.api.requests({ verb: 'watch' })).length > 0,
      'it watches again',
    );
    const [again] = await setup.api.requests({ verb: 'watch' });
    expect(Number(again?.query['resourceVersion'])).to.be.greaterThan(
      Number(first?.query['resourceVersion']),
    );
  });

  it('opens a watch anew that has said nothing for long', async () => {
    await using setup = await setUp();
    await setup.follow();
    await setup.api.clearRequests();

    await setup.clock.advance(101_000);

    await setup.until(
      async () => (await setup.api.requests({ verb: 'watch' })).length > 0,
      'it watches again',
    );
    expect(await setup.api.requests({ verb: 'list' })).to.deep.equal([]);
  });

  it('lists again after a line that is no event', async () => {
    await using setup = await setUp();
    await setup.api.addFault({ verb: 'watch', effect: { type: 'garbage', body: '<html>\n' }, times: 1 });
    await setup.follow();

    expect((await setup.api.requests({ verb: 'list' })).length).to.equal(2);
  });

  it('does not ask a server without a pause that ends each watch at once', async () => {
    await using setup = await setUp();
    await setup.api.addFault({ verb: 'watch', effect: { type: 'garbage', body: '' } });
    setup.cluster.start(AbortSignal.timeout(20_000));
    await setup.until(() => setup.cluster.problems().length > 0, 'the failure is noticed');
    const before = (await setup.api.requests({ verb: 'watch' })).length;
    await setup.clock.advance(0);

    expect((await setup.api.requests({ verb: 'watch' })).length).to.equal(before);
  });
});

describe('A look for a volume without contact to the API server', () => {
  it('answers a hit from what it has', async () => {
    await using setup = await setUp();
    await setup.api.put(volumeObject('d-1'));
    await setup.follow();
    await setup.api.setAvailable(false);
    await setup.until(() => setup.cluster.problems().length > 0, 'the break is noticed');

    expect((await setup.cluster.findVolume('d-1', call()))?.name).to.equal('pv-d-1');
  });

  it('does not take a miss for an answer, and says so', async () => {
    await using setup = await setUp();
    await setup.follow();
    await setup.api.setAvailable(false);
    await setup.until(() => setup.cluster.problems().length > 0, 'the break is noticed');

    const looking = rejection(setup.cluster.findVolume('d-1', call()));
    let error: unknown;
    void looking.then((one) => (error = one));
    await setup.until(() => error !== undefined, 'the look gives up');
    expect((error as DiskError).kind).to.equal('outcome-unknown');
    expect((error as DiskError).message).to.contain('no contact');
  });

  it('answers a miss from a new list as soon as there is one', async () => {
    await using setup = await setUp();
    await setup.follow();
    await setup.api.setAvailable(false);
    await setup.until(() => setup.cluster.problems().length > 0, 'the break is noticed');
    await setup.api.put(volumeObject('d-1'));
    const looks = Promise.all(['d-1', 'd-2'].map(async (id) => await setup.cluster.findVolume(id, call())));
    let found: unknown[] | undefined;
    void looks.then((all) => (found = all.map((one) => one?.name)));
    await setup.api.clearRequests();
    await setup.api.setAvailable(true);

    await setup.until(() => found !== undefined, 'the looks are answered');
    expect(found).to.deep.equal(['pv-d-1', undefined]);
    expect((await setup.api.requests({ verb: 'list' })).length).to.equal(1);
  });

  it('rejects before the first list, after a bounded wait', async () => {
    await using setup = await setUp();
    let error: unknown;
    void rejection(setup.cluster.findVolume('d-1', call())).then((one) => (error = one));

    await setup.until(() => error !== undefined, 'the look gives up');
    expect((error as DiskError).kind).to.equal('outcome-unknown');
    expect((error as DiskError).message).to.equal('the list of PersistentVolumes has not been read yet');
    expect(setup.cluster.isSynced()).to.equal(false);
  });

  it('ends with the reason of the caller when he goes first', async () => {
    await using setup = await setUp();
    const gone = new AbortController();
    const looking = rejection(setup.cluster.findVolume('d-1', { signal: gone.signal, requestId: 'r' }));
    const reason = new Error('caller gone');
    gone.abort(reason);

    expect(await looking).to.equal(reason);
  });

  it('names the right that is missing, and does not ask for it again and again', async () => {
    await using setup = await setUp();
    await setup.api.deny('list persistentvolumes');
    const early = rejection(setup.cluster.findVolume('d-1', call()));
    setup.cluster.start(AbortSignal.timeout(20_000));
    const error = (await early) as DiskError;
    expect(error.kind).to.equal('denied');
    expect(error.message).to.contain('grant list on persistentvolumes');
    expect(setup.cluster.problems()).to.deep.equal([error.message]);
    const before = (await setup.api.requests()).length;

    expect(await rejection(setup.cluster.findVolume('d-1', call()))).to.equal(error);
    expect(await setup.api.requests()).to.have.length(before);
  });

  it('refuses a kubeconfig file that is not there, by its name', async () => {
    await using setup = await setUp();
    expect(() => setup.another({ access: { mode: 'kubeconfig', path: '/nowhere/config' } })).to.throw(
      '/nowhere/config',
    );
  });
});
