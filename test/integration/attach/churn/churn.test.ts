import { expect } from 'chai';
import { randomFrom } from '../../../unit/disk/guards/interleavings-schedule.ts';
import { attachedTwice, codesOf, misplaced, overlappingAttaches } from './checks.ts';
import { play } from './play.ts';
import { startSite } from './site.ts';
import { addTroubles, stuckAttaches } from './trouble.ts';

const nodes = 50;
const volumes = 500;
const callsPerVolume = 4;
const calls = volumes * callsPerVolume;
const timeLimitMs = 240_000;

describe('Churn', () => {
  it(`${calls} calls for ${volumes} volumes at ${nodes} nodes by two plugins, with faults: every disk is where it belongs`, async function () {
    this.timeout(timeLimitMs);
    const seed = Number(process.env['CHURN_SEED'] ?? 1);
    console.log(`        seed ${seed} (CHURN_SEED)`);
    const random = randomFrom(seed);
    await using site = await startSite({ nodes, volumes });
    await addTroubles(site.emulator, random, calls);
    const startedAt = performance.now();

    const stuck = stuckAttaches(site.emulator, calls);
    const { lives, tally } = await play(site, random, callsPerVolume, stuck);

    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`        ${seconds} s`, Object.fromEntries(tally.calls), `refused: ${tally.refused}`);
    console.log('        repeated:', Object.fromEntries(tally.undecided));
    for (const action of ['AttachDisk', 'DetachDisk', 'DescribeDisks', 'DescribeInstances']) {
      console.log(`        ${action}`, await codesOf(site.emulator, action));
    }
    const log = await site.emulator.requests();
    expect(await misplaced(site, lives), 'misplaced').to.deep.equal([]);
    expect(attachedTwice(log), 'attached twice').to.deep.equal([]);
    expect(overlappingAttaches(log, site, tally.cutShort), 'out of turn').to.deep.equal([]);
    expect([...tally.calls.values()].reduce((sum, count) => sum + count, 0)).to.equal(calls);
  });
});
