import { expect } from 'chai';
import type { Spec } from './ginkgo-report.ts';
import { judge, partOnly, type Evidence } from './judge.ts';

function spec(name: string, state: Spec['state'], message = ''): Spec {
  return { name, state, message, location: '', startedAt: new Date(0), endedAt: new Date(1) };
}

/** A run in which all is well. */
function evidence(change: Partial<Evidence> = {}): Evidence {
  return {
    specs: [
      spec('Controller creates', 'passed'),
      spec('Controller clones', 'skipped', 'Cloning not supported'),
      spec('Node stages', 'skipped'),
      spec('Controller pages', 'pending'),
    ],
    leftOut: [{ specs: 'Node ', reason: 'there is none' }],
    notAnnounced: [
      { capability: 'CLONE_VOLUME', sanitySays: ['Cloning not supported'], reason: 'ECS cannot' },
    ],
    announced: new Set(['CREATE_DELETE_VOLUME']),
    ranFloor: 1,
    ...change,
  };
}

describe('the verdict on a run of csi-sanity', () => {
  it('finds nothing wrong when every skipped spec has a reason and every reason a skipped spec', () => {
    const { passed, failed, skipped, problems } = judge(evidence());
    expect(passed.map(({ name }) => name)).to.deep.equal(['Controller creates']);
    expect(failed).to.deep.equal([]);
    expect(problems).to.deep.equal([]);
    expect(skipped).to.deep.equal([
      { name: 'Controller clones', reason: 'CLONE_VOLUME is not announced: ECS cannot' },
      { name: 'Node stages', reason: 'there is none' },
      { name: 'Controller pages', reason: 'switched off in csi-sanity itself' },
    ]);
  });

  it('lists the specs that failed', () => {
    const { failed } = judge(evidence({ specs: [...evidence().specs, spec('Controller breaks', 'failed')] }));
    expect(failed.map(({ name }) => name)).to.deep.equal(['Controller breaks']);
  });

  it('names a spec that was skipped for a reason that nobody wrote down', () => {
    const surprise = spec('Controller expands', 'skipped', 'Expansion not supported');
    const { problems, skipped } = judge(evidence({ specs: [...evidence().specs, surprise] }));
    expect(problems).to.deep.equal([
      'skips.ts does not say why "Controller expands" is skipped (Expansion not supported)',
    ]);
    expect(skipped.map(({ name }) => name)).not.to.include('Controller expands');
  });

  it('names an entry that has no spec to leave out any more', () => {
    const specs = evidence().specs.filter(({ name }) => name !== 'Node stages');
    const { problems } = judge(evidence({ specs }));
    expect(problems).to.deep.equal(['"Node" in skips.ts has nothing to skip any more: take it out']);
  });

  it('names a message of csi-sanity that is not heard any more', () => {
    const specs = evidence().specs.filter(({ name }) => name !== 'Controller clones');
    const { problems } = judge(evidence({ specs }));
    expect(problems).to.deep.equal([
      '"Cloning not supported" in skips.ts has nothing to skip any more: take it out',
    ]);
  });

  it('does not take the lack of a capability for a reason when the plugin announces it', () => {
    const { problems } = judge(evidence({ announced: new Set(['CLONE_VOLUME']) }));
    expect(problems).to.deep.equal([
      'specs are skipped for the lack of CLONE_VOLUME, which the plugin announces',
    ]);
  });

  it('finds fault with a run in which too few specs ran', () => {
    const { problems } = judge(evidence({ ranFloor: 2 }));
    expect(problems).to.deep.equal(['only 1 specs ran; at least 2 should']);
  });

  it('of a part of the run, counts only what was asked for', () => {
    const specs = [
      spec('Controller creates', 'passed'),
      spec('Controller pages', 'pending'),
      spec('Node x', 'skipped'),
    ];
    const { passed, skipped, problems } = judge(partOnly(evidence({ specs, ranFloor: 50 })));
    expect([passed.length, skipped.length, problems]).to.deep.equal([1, 0, []]);
  });
});
