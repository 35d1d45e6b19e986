import { expect } from 'chai';
import { finding } from '../../../src/demo/stage.ts';
import { runSteps, type Step } from '../../../src/demo/steps.ts';
import { stageForTests } from './stage-for-tests.ts';

const goodStep: Step = {
  title: 'A step that works',
  run: ({ proofs }) => {
    proofs.that('it works', true, 'seen');
    return Promise.resolve();
  },
};

function stepThat(run: Step['run']): Step {
  return { title: 'A step', run };
}

describe('runSteps', () => {
  it('counts a step that throws as a failed proof and runs the rest', async () => {
    const { stage } = stageForTests();
    const broken = stepThat(() => Promise.reject(new Error('no answer')));

    await runSteps([goodStep, broken, goodStep], stage, new AbortController().signal);

    const results = stage.proofs.all().map(({ step, passed, evidence }) => [step, passed, evidence]);
    expect(results).to.deep.equal([
      [1, true, 'seen'],
      [2, false, 'no answer'],
      [3, true, 'seen'],
    ]);
    expect(stage.proofs.exitStatus()).to.equal(1);
  });

  it('fails a step that needs what an earlier one did not bring about', async () => {
    const { stage } = stageForTests();
    const needy = stepThat((given) => Promise.resolve(void finding(given, 'volumeId')));

    await runSteps([needy], stage, new AbortController().signal);

    expect(stage.proofs.all()[0]?.evidence).to.equal('not possible without the volumeId of an earlier step');
  });

  it('stops after the running step when it is interrupted', async () => {
    const { stage } = stageForTests();
    const interruption = new AbortController();
    const interrupted = stepThat(() => {
      interruption.abort();
      return Promise.resolve();
    });

    await runSteps([interrupted, goodStep], stage, interruption.signal);

    expect(stage.proofs.all()).to.deep.equal([]);
  });
});
