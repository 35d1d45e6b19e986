import { expect } from 'chai';
import { Proofs, type Proof } from '../../../src/demo/proofs.ts';

function collect() {
  const shown: Proof[] = [];
  const clock = { nowMs: 1000 };
  const proofs = new Proofs({ now: () => clock.nowMs, show: (proof) => void shown.push(proof) });
  return { proofs, shown, clock };
}

describe('Proofs', () => {
  it('ends with exit status 0 when all proofs pass', () => {
    const { proofs } = collect();
    proofs.that('it holds', true, 'seen');
    proofs.equal('it is the same', 'd-1', 'd-1');

    expect(proofs.exitStatus()).to.equal(0);
  });

  it('ends with exit status 1 when one proof of many fails', () => {
    const { proofs } = collect();
    proofs.that('it holds', true, 'seen');
    proofs.that('it does not', false, 'missing');
    proofs.that('it holds again', true, 'seen');

    expect(proofs.exitStatus()).to.equal(1);
  });

  it('ends with exit status 1 when nothing was proven at all', () => {
    expect(collect().proofs.exitStatus()).to.equal(1);
  });

  it('keeps a failed proof and goes on', () => {
    const { proofs, shown } = collect();
    proofs.equal('the volume has its size', '20 GiB', '25 GiB');
    proofs.that('the next one', true, 'seen');

    expect(proofs.all().map(({ passed }) => passed)).to.deep.equal([false, true]);
    expect(shown).to.deep.equal(proofs.all());
  });

  it('shows both values when they differ, and the one when they do not', () => {
    const { proofs } = collect();
    proofs.equal('disks', 2, 1);
    proofs.equal('disks', 1, 1);

    expect(proofs.all().map(({ evidence }) => evidence)).to.deep.equal(['found 2, expected 1', '1']);
  });

  it('takes the time from the beginning of the step, and then from proof to proof', () => {
    const { proofs, clock } = collect();
    clock.nowMs += 5000;
    proofs.beginStep(3);
    clock.nowMs += 40;
    proofs.that('first', true, '');
    clock.nowMs += 2;
    proofs.that('second', true, '');

    expect(proofs.all().map(({ step, durationMs }) => [step, durationMs])).to.deep.equal([
      [3, 40],
      [3, 2],
    ]);
  });
});
