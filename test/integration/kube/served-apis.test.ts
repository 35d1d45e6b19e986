import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { setUp, type Setup } from './set-up.ts';

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
];

describe('The APIs that the cluster serves', () => {
  for (const { title, served, says, advice } of cases) {
    it(`${title}: told as a problem, in the log and in an event, until it is over`, async () => {
      await using setup = await setUp({ needsGroupSnapshots: true });
      const { cluster, log, api } = setup;
      await api.serveGroups(served);
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

      await api.serveGroups({ [snapshots]: ['v1'], [groups]: ['v1beta2'] });
      await setup.until(() => cluster.problems().length === 0, 'the problem is over');
    });
  }

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
    while (looks.filter((resource) => resource.endsWith('.k8s.io')).length < 2) {
      await setImmediate();
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
