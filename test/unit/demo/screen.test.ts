import { expect } from 'chai';
import { Screen } from '../../../src/demo/screen.ts';
import { summaryOf } from '../../../src/demo/summary.ts';

const failedProof = {
  step: 1,
  claim: 'it holds',
  passed: false,
  evidence: 'found 1, expected 2',
  durationMs: 5,
};
const passedProof = { ...failedProof, passed: true, evidence: '2' };

function screenOf(isTTY: boolean) {
  const written: string[] = [];
  const clock = { nowMs: 0 };
  const screen = new Screen({ isTTY, write: (text) => written.push(text) }, () => clock.nowMs);
  return { screen, clock, text: () => written.join('') };
}

describe('Screen', () => {
  it('writes no control characters where it is not a terminal', () => {
    const { screen, clock, text } = screenOf(false);
    screen.heading('1  Start');
    screen.say('asked', 'CreateVolume');
    screen.fields({ name: 'pvc-1', parameters: 'a=1\nb=2' });
    clock.nowMs += 10_000;
    screen.progress('half');
    screen.proof(passedProof);
    screen.proof(failedProof);

    expect(text()).to.match(/^[\x20-\x7e\n]+$/);
    expect(text()).to.include('PROVEN').and.to.include('FAILED').and.to.include('half\n');
  });

  it('aligns the lines of one value', () => {
    const { screen, text } = screenOf(false);
    screen.fields({ parameters: 'a=1\nb=2' });

    const [first = '', second = ''] = text().split('\n');
    expect(first.indexOf('a=1')).to.equal(second.indexOf('b=2'));
  });

  it('shows progress only now and then where a line cannot be rewritten', () => {
    const { screen, clock, text } = screenOf(false);
    for (let percent = 0; percent < 100; percent += 1) {
      clock.nowMs += 50;
      screen.progress(`${percent} %`);
    }

    expect(text().trim().split('\n')).to.have.lengthOf(2);
  });

  it('takes progress away on a terminal before the next line', () => {
    const { screen, text } = screenOf(true);
    screen.progress('half');
    screen.line('done');

    expect(text().endsWith('half\r\u001b[2Kdone\n')).to.equal(true);
  });

  it('writes nothing any more once it is muted', () => {
    const { screen, text } = screenOf(false);
    screen.mute();
    screen.line('late');

    expect(text()).to.equal('');
  });
});

describe('summaryOf', () => {
  it('lists every proof and counts them in the last line', () => {
    const lines = summaryOf([passedProof, passedProof], ['Start']);

    expect(lines.filter((line) => line.includes('passed '))).to.have.lengthOf(2);
    expect(lines.at(-1)).to.equal('demo: 2 proofs, 2 passed, 0 failed');
  });

  it('repeats what failed, with step and evidence, before the last line', () => {
    const lines = summaryOf([passedProof, failedProof], ['Start']);

    expect(lines.slice(-2)).to.deep.equal([
      'failed in step 1 (Start): it holds: found 1, expected 2',
      'demo: 2 proofs, 1 passed, 1 failed',
    ]);
  });
});
