import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { setUp, type LoggedLine, type Setup } from './set-up.ts';

const snapshots = 'snapshot.storage.k8s.io';
const groups = 'groupsnapshot.storage.k8s.io';

function stopAtEnd(): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController();
  return { signal: stop.signal, [Symbol.dispose]: () => stop.abort() };
}

async function eventsOf({ api }: Setup) {
  const all = await api.objects('events');
  return all.filter(({ reason }) => reason === 'ApiNotServed');
}

const cases = [
  {
    title: 'no snapshot CRDs',
    served: { [groups]: ['v1'] },
    says: `the cluster does not serve ${snapshots}`,
    advice: 'install the snapshot CRDs',
  },
  {
    title: 'snapshot CRDs of another version',
    served: { [snapshots]: ['v1beta1'], [groups]: ['v1'] },
    says: `the cluster serves ${snapshots} as v1beta1 only, and v1 is needed`,
    advice: 'install the snapshot CRDs',
  },
  {
    title: 'no group snapshot CRDs',
    served: { [snapshots]: ['v1'] },
    says: `the cluster does not serve ${groups}`,
    advice: 'close the gate EnableVolumeGroupSnapshots',
  },
  {
    title: 'group snapshot CRDs of an older version',
    served: { [snapshots]: ['v1'], [groups]: ['v1alpha1', 'v1beta1'] },
    says: `the cluster serves ${groups} as v1alpha1, v1beta1 only, and v1 or v1beta2 is needed`,
    advice: 'close the gate EnableVolumeGroupSnapshots',
  },
  {
    title: 'one of the snapshot CRDs alone',
    served: { [snapshots]: ['v1'], [groups]: ['v1'] },
    missing: ['volumesnapshotcontents'],
    says: `the cluster serves ${snapshots}/v1 without volumesnapshotcontents`,
    advice: 'install the snapshot CRDs',
  },
];

const isSaid = (text: string) => (line: LoggedLine) => line.message.includes(text);

describe('The APIs that the cluster serves', () => {
  for (const { title, served, missing = [], says, advice } of cases) {
    it(`${title}: told as a problem, in the log and in an event, until it is over`, async () => {
      await using setup = await setUp({ needsGroupSnapshots: true });
      const { cluster, log, api } = setup;
      await api.serveGroups(served);
      await api.withoutCrds(...missing);
      await setup.follow();
      await setup.until(() => cluster.problems().length > 0, 'there is a problem');

      const [problem = '', ...others] = cluster.problems();
      expect(others).to.deep.equal([]);
      expect(problem).to.include(says).and.include(advice);
      const warnings = log.lines.filter(({ message }) => message === problem);
      expect(warnings).to.have.lengthOf(1);
      await setup.until(async () => (await eventsOf(setup)).length > 0, 'there is an event');
      const [event] = await eventsOf(setup);
      expect(event).to.include({ type: 'Warning', message: problem });
      expect(event?.['involvedObject']).to.include({
        kind: 'CSIDriver',
        name: 'diskplugin.csi.alibabacloud.com',
      });

      expect(log.lines.filter(isSaid('serves this API now'))).to.deep.equal([]);
      await api.serveGroups({ [snapshots]: ['v1'], [groups]: ['v1beta2'] });
      await api.withoutCrds();
      await setup.until(() => cluster.problems().length === 0, 'the problem is over');
      expect(log.lines.filter(isSaid('serves this API now'))).to.have.lengthOf(1);
    });
  }

  it('are not called served when only what is wrong with them changes', async () => {
    await using setup = await setUp({ needsGroupSnapshots: true });
    const { cluster, log, api } = setup;
    await api.serveGroups({ [snapshots]: ['v1'], [groups]: ['v1alpha1'] });
    await setup.follow();
    await setup.until(() => cluster.problems().length > 0, 'there is a problem');
    await api.serveGroups({ [snapshots]: ['v1'] });
    await setup.until(() => cluster.problems().join().includes('does not serve'), 'there is another one');

    expect(cluster.problems()).to.have.lengthOf(1);
    expect(log.lines.filter(isSaid('serves this API now'))).to.deep.equal([]);
  });

  for (const [isGuarding, says] of [
    [true, 'VolumeSnapshots cannot be made, and protected disks are not deleted;'],
    [false, 'VolumeSnapshots cannot be made, and the guards are off, so that disks are deleted without one;'],
  ] as const) {
    it(`say what becomes of deletions with the guards ${isGuarding ? 'on' : 'off'}`, async () => {
      await using setup = await setUp({ isGuarding });
      await setup.api.serveGroups({});
      await setup.follow();
      await setup.until(() => setup.cluster.problems().length > 0, 'there is a problem');
      expect(setup.cluster.problems().join()).to.include(says);
    });
  }

  it('are a problem, told once in the log, while we may not look', async () => {
    await using setup = await setUp({ needsGroupSnapshots: true });
    const { cluster, log, api, clock } = setup;
    await api.deny('get /apis/*');
    await setup.follow();
    await setup.until(() => cluster.problems().length === 2, 'both are told');
    const says = `whether the cluster serves ${snapshots} cannot be told: get /apis/${snapshots}/v1: refused`;
    expect(cluster.problems()[0]).to.include(says).and.include(`grant get on /apis/${snapshots}/v1`);
    const later = clock.now() + 3 * 60_000;
    await setup.until(() => clock.now() > later, 'three minutes are over');
    expect(log.lines.filter(isSaid(says))).to.have.lengthOf(1);
    expect(await eventsOf(setup), 'nobody knows that it is not served').to.deep.equal([]);

    await api.deny();
    await setup.until(() => cluster.problems().length === 0, 'it is over');
  });

  it('are not missed where nobody needs them', async () => {
    await using setup = await setUp();
    await setup.api.serveGroups({ [snapshots]: ['v1'] });
    await setup.follow();
    const until = setup.clock.now() + 3 * 60_000;
    await setup.until(() => setup.clock.now() > until, 'three minutes are over');
    expect(setup.cluster.problems()).to.deep.equal([]);
  });

  it('are told of only when two looks agree, and not when the server cannot be asked', async () => {
    const looks: string[] = [];
    const onCall = ({ resource }: { readonly resource: string }) => void looks.push(resource);
    await using setup = await setUp({ needsGroupSnapshots: true, onCall });
    const { cluster, api, clock } = setup;
    await api.serveGroups({});
    using stop = stopAtEnd();
    cluster.start(stop.signal);
    const patience = AbortSignal.timeout(10_000);
    while (looks.filter((resource) => resource.startsWith('/apis/')).length < 2) {
      await setImmediate(undefined, { signal: patience });
    }
    await api.serveGroups({ [snapshots]: ['v1'], [groups]: ['v1'] });
    const later = clock.now() + 3 * 60_000;
    await setup.until(() => clock.now() > later, 'three minutes are over');
    expect(cluster.problems()).to.deep.equal([]);
    expect(await eventsOf(setup)).to.deep.equal([]);

    await api.serveGroups({ [groups]: ['v1'] });
    await setup.until(() => cluster.problems().length === 1, 'there is a problem');
    await api.setAvailable(false);
    const muchLater = clock.now() + 3 * 60_000;
    await setup.until(() => clock.now() > muchLater, 'three more minutes are over');
    expect(cluster.problems().join('\n')).to.include(`does not serve ${snapshots}`);
  });
});
