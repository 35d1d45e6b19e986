import { DiskError } from '../../../../src/disk/disk-error.ts';
import { wantedSizeOf } from '../../../../src/disk/guards/guard-snapshot.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import type { Fault } from '../../../support/fake-disk-cloud.ts';
import {
  expandOnce,
  expectOnePerSize,
  keep,
  liveGuards,
  passTime,
  takeUserSnapshot,
  watchGrowth,
  worldOf,
  type ChangeParts,
  type GuardingPolicy,
} from './interleavings-expansion.ts';
import { persist, undecided, type Outcome } from './interleavings-play.ts';
import { watchPromises } from './interleavings-promises.ts';
import type { Schedule } from './interleavings-schedule.ts';
import type { World } from './interleavings-world.ts';

const wantedGiB = 40;

function drawCircumstances({ random, pick }: Schedule) {
  return {
    isFaultless: random() < 0.4,
    mayDie: random() < 0.4,
    /** The user wants more, or less, after the failure; with less he may want the first size no more. */
    otherSizeGiB: pick(wantedGiB, wantedGiB, 30, 50),
    givesUpAfter: random() < 0.3 ? Math.floor(random() * 6) : Infinity,
    refusals: Math.floor(random() * 9),
    marking: pick<Fault>(
      'none',
      'none',
      'lost-reply',
      'lost-request',
      new DiskError('denied', 'Forbidden.RAM'),
    ),
    isMarkingBrokenForLong: random() < 0.3,
    hasThirdReplica: random() < 0.3,
    timePasses: random() < 0.7,
    hasUserSnapshot: random() < 0.3,
    hasKeeper: random() < 0.5,
  };
}

type Circumstances = ReturnType<typeof drawCircumstances>;

/**
 * ECS refuses some of the resizes for good, and allows one in the end. What the events promise of the snapshots is kept
 * meanwhile, whoever else is at work; and there are two at most, the one that is kept and the one that counts.
 */
export async function playRefusedExpansion(
  seed: number,
  policy: GuardingPolicy,
  changeParts: ChangeParts = (parts) => parts,
): Promise<Outcome & { readonly promises: number }> {
  const world = worldOf(seed, policy);
  const { schedule } = world;
  const drawn = drawCircumstances(schedule);
  world.growsAtOnce = true;
  world.cluster.expansion = schedule.pick('pending', 'pending', 'complete');
  world.addFaults(drawn.isFaultless ? 0 : 6);
  addRefusals(world, drawn);
  watchGrowth(world, policy);
  const promises = watchPromises(world);
  const diesAt = () =>
    drawn.mayDie && schedule.random() < 0.2 ? schedule.step + Math.floor(schedule.random() * 60) : Infinity;
  const replica = (sizeGiB: number) => {
    const parts = changeParts(world.parts);
    let attempts = 0;
    const expand = async () => {
      attempts += 1;
      // Somebody else is asked for another size from now on.
      const isOver = sizeGiB !== drawn.otherSizeGiB && attempts > drawn.givesUpAfter;
      await (isOver ? Promise.resolve() : expandOnce(world, sizeGiB, parts));
    };
    return persist(world, [...undecided, 'quota'], expand, { diesAt, backOffSeconds: 300 });
  };
  const sizes = [wantedGiB, drawn.otherSizeGiB, ...(drawn.hasThirdReplica ? [wantedGiB] : [])];
  await schedule.play([
    ...sizes.map(replica),
    ...(drawn.timePasses ? [passTime(world), passTime(world)] : []),
    ...(drawn.hasUserSnapshot ? [takeUserSnapshot(world)] : []),
    ...(drawn.hasKeeper ? [keep(world, 3)] : []),
  ]);
  await expectOneAndTheKept(world);
  await expectReleased(world);
  return { violations: world.violations, unavoidable: 0, promises: promises.count };
}

function addRefusals({ schedule, cloud }: World, drawn: Circumstances): void {
  for (let left = drawn.refusals; left > 0; left -= 1) {
    const full = new DiskError('quota', 'no capacity left (QuotaExceed.DiskCapacity)');
    cloud.failNext('resizeDisk', schedule.pick<Fault>('none', full, full));
  }
  const times = drawn.isMarkingBrokenForLong ? 20 : 1;
  cloud.failNext('tagSnapshot', ...Array.from({ length: times }, () => drawn.marking));
}

async function expectOneAndTheKept(world: World): Promise<void> {
  await world.schedule.play([keep(world, 8)]);
  const guards = liveGuards(world);
  const kept = guards.filter(({ tags }) => tags.get(tagKeys.guardOutcome) === 'resize-failed');
  expectOnePerSize(
    world,
    guards.filter((guard) => !kept.includes(guard)),
  );
  if (kept.length > 1) {
    world.violations.push(`${kept.length} guard snapshots are kept after a failure`);
  }
}

/** Once the file system has grown, only what was made for a size that nobody wants any more is left. */
async function expectReleased(world: World): Promise<void> {
  world.cluster.expansion = 'complete';
  await world.schedule.play([keep(world, 8)]);
  const size = world.cloud.disks.get('d-1')?.sizeGiB ?? 0;
  const left = liveGuards(world).filter((guard) => (wantedSizeOf(guard) ?? 0) <= size);
  if (left.length > 0) {
    world.violations.push(`the keeper left ${left.length} guard snapshots`);
  }
}
