import { expect } from 'chai';

import { EmulatorClock, isoSeconds } from './clock.ts';

describe('Clock of the emulator', () => {
  it('runs with the wall clock from where it was stepped to', () => {
    let wallMs = 1000;
    const clock = new EmulatorClock(() => wallMs);
    clock.advance(500);
    wallMs += 20;
    expect(clock.now()).to.equal(1520);
  });

  it('stands still when frozen, and goes on from there when thawed', () => {
    let wallMs = 1000;
    const clock = new EmulatorClock(() => wallMs);
    clock.setFrozen(true);
    wallMs += 100;
    expect(clock.now()).to.equal(1000);
    clock.advance(5);
    expect(clock.now()).to.equal(1005);
    clock.setFrozen(false);
    expect(clock.now()).to.equal(1005);
    wallMs += 1;
    expect(clock.now()).to.equal(1006);
  });

  it('does not jump when it is frozen or thawed twice', () => {
    let wallMs = 1000;
    const clock = new EmulatorClock(() => wallMs);
    clock.setFrozen(false);
    clock.setFrozen(true);
    wallMs += 100;
    clock.setFrozen(true);
    expect(clock.now()).to.equal(1000);
  });

  it('writes times with seconds', () => {
    expect(isoSeconds(Date.parse('2026-11-22T10:00:00.999Z'))).to.equal('2026-11-22T10:00:00Z');
  });
});
