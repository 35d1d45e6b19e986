import { expect } from 'chai';
import { doubtAfterMs, presentAnd, Sightings } from '../../../src/disk/sightings.ts';

describe('Sightings', () => {
  it('doubts what has been missing for long, from its first absence on', () => {
    let nowMs = 0;
    const sightings = new Sightings(() => nowMs);
    expect(sightings.isMissingForLong('d-1')).to.equal(false);
    nowMs = doubtAfterMs - 1;
    expect(sightings.isMissingForLong('d-1')).to.equal(false);
    nowMs = doubtAfterMs;
    expect(sightings.isMissingForLong('d-1')).to.equal(true);
    expect(sightings.isMissingForLong('d-2')).to.equal(false);
  });

  it('begins anew once it was seen', () => {
    let nowMs = 0;
    const sightings = new Sightings(() => nowMs);
    sightings.isMissingForLong('d-1');
    nowMs = doubtAfterMs;
    sightings.seen('d-1');
    expect(sightings.isMissingForLong('d-1')).to.equal(false);
  });

  it('awaits what was missed, until that is so long ago that it would show', () => {
    let nowMs = 0;
    const sightings = new Sightings(() => nowMs);
    expect(sightings.isAwaited('g-1')).to.equal(false);
    sightings.isMissingForLong('g-1');
    nowMs = doubtAfterMs - 1;
    expect(sightings.isAwaited('g-1')).to.equal(true);
    nowMs = doubtAfterMs;
    expect(sightings.isAwaited('g-1')).to.equal(false);
  });

  it('needs no time for what we have removed', () => {
    const sightings = new Sightings(() => 0);
    sightings.removed('s-1');
    expect(sightings.isMissingForLong('s-1')).to.equal(true);
  });

  it('forgets the oldest rather than grow without end', () => {
    let nowMs = 0;
    const sightings = new Sightings(() => nowMs);
    for (let id = 0; id <= 10_000; id += 1) {
      sightings.isMissingForLong(`d-${id}`);
    }
    nowMs = doubtAfterMs;
    expect(sightings.isMissingForLong('d-0')).to.equal(false);
    expect(sightings.isMissingForLong('d-9999')).to.equal(true);
  });
});

describe('presentAnd', () => {
  it('looks at the condition while the resource is there', () => {
    const until = presentAnd(new Sightings(() => 0), 'd-1', (value: number) => value > 1);
    expect([1, 2].map(until)).to.deep.equal([false, true]);
  });

  it('holds once the resource has been missing for long without a break', () => {
    let nowMs = 0;
    const until = presentAnd(new Sightings(() => nowMs), 'd-1', () => false);
    expect(until(undefined)).to.equal(false);
    nowMs = doubtAfterMs - 1;
    expect(until(1)).to.equal(false);
    expect(until(undefined)).to.equal(false);
    nowMs += doubtAfterMs;
    expect(until(undefined)).to.equal(true);
  });
});
