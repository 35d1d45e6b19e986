import type { ExpansionState } from '../../../../src/disk/cluster.ts';
import { expandDisk } from '../../../../src/disk/expand-disk.ts';
import { guardBeforeExpand, releaseAfterExpand } from '../../../../src/disk/guards/before-expand.ts';
import type { ExpandGuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import { isGuardSnapshot, wantedSizeOf } from '../../../../src/disk/guards/guard-snapshot.ts';
import { Keeper } from '../../../../src/disk/guards/keeper.ts';
import { isReady, type Snapshot } from '../../../../src/disk/snapshot.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall, aNewSnapshot } from '../../../support/builders.ts';
import { attemptOnce, persist, undecided, type Outcome } from './interleavings-play.ts';
import type { Schedule } from './interleavings-schedule.ts';
import { asReplica, World } from './interleavings-world.ts';

const firstGiB = 20;
const wantedGiB = 40;

export type ChangeParts = (parts: ExpandGuardParts) => ExpandGuardParts;
export type GuardingPolicy = 'forced' | 'besteffort';

/** Two replicas expand one disk, while its user takes a snapshot of it and a keeper makes its rounds. */
export async function playExpansion(
  seed: number,
  policy: GuardingPolicy,
  changeParts: ChangeParts = (parts) => parts,
): Promise<Outcome> {
  const world = worldOf(seed, policy);
  const { schedule } = world;
  world.cluster.expansion = 'pending';
  const isFaultless = schedule.random() < 0.3;
  world.addFaults(isFaultless ? 0 : 6);
  const grown = watchGrowth(world, policy);
  const expander = (parts: ExpandGuardParts) => () => expandOnce(world, wantedGiB, changeParts(parts));
  await schedule.play([
    persist(world, undecided, expander(world.parts)),
    persist(world, undecided, expander(world.parts)),
    ...(schedule.random() < 0.7 ? [passTime(world)] : []),
    ...(schedule.random() < 0.5 ? [takeUserSnapshot(world)] : []),
    ...(schedule.random() < 0.5 ? [keep(world, 3)] : []),
  ]);
  if (world.cloud.disks.get('d-1')?.sizeGiB !== wantedGiB || grown.times !== 1) {
    world.violations.push(`the disk was grown ${grown.times} times`);
  }
  await expectOneGuard(world, isFaultless);
  await expectReleased(world);
  return world;
}

/** What one schedule of the harsh play is made of. */
function drawCircumstances({ random, pick }: Schedule) {
  return {
    expansion: pick<ExpansionState>('pending', 'pending', 'complete'),
    isFaultless: random() < 0.4,
    mayDie: random() < 0.4,
    /** The user changes his mind about the size. */
    otherSizeGiB: random() < 0.3 ? 30 : wantedGiB,
    hasThirdReplica: random() < 0.2,
    timePasses: random() < 0.8,
    hasUserSnapshot: random() < 0.2,
    hasKeeper: random() < 0.4,
  };
}

type Circumstances = ReturnType<typeof drawCircumstances>;

/**
 * As before, with more that may happen: the user changes the size meanwhile, so that two sizes are asked for at once;
 * processes die anywhere; minutes go by in the middle of calls; the file system may have grown when the disk has.
 */
export async function playHarshExpansion(
  seed: number,
  policy: GuardingPolicy,
  changeParts: ChangeParts = (parts) => parts,
): Promise<Outcome> {
  const world = worldOf(seed, policy);
  const { schedule } = world;
  const drawn = drawCircumstances(schedule);
  world.growsAtOnce = true;
  world.cluster.expansion = drawn.expansion;
  world.addFaults(drawn.isFaultless ? 0 : 6);
  watchGrowth(world, policy);
  if (drawn.otherSizeGiB === wantedGiB) {
    watchMaking(world, drawn.isFaultless && !drawn.mayDie);
  }
  const chanceOfDeath = drawn.mayDie ? 0.2 : 0;
  const diesAt = () =>
    schedule.random() < chanceOfDeath ? schedule.step + Math.floor(schedule.random() * 60) : Infinity;
  const replica = (sizeGiB: number) => {
    const parts = changeParts(world.parts);
    return persist(world, undecided, () => expandOnce(world, sizeGiB, parts), { diesAt });
  };
  const sizes = [wantedGiB, drawn.otherSizeGiB, ...(drawn.hasThirdReplica ? [wantedGiB] : [])];
  await schedule.play([...sizes.map(replica), ...bystanders(world, drawn)]);
  await expectOneGuard(world, drawn.isFaultless);
  const isKept = drawn.expansion === 'pending' && policy === 'forced' && !drawn.hasUserSnapshot;
  expectGrown(world, isKept);
  await expectReleased(world);
  return world;
}

function bystanders(world: World, drawn: Circumstances): Promise<void>[] {
  return [
    ...(drawn.timePasses ? [passTime(world)] : []),
    ...(drawn.hasUserSnapshot ? [takeUserSnapshot(world)] : []),
    ...(drawn.hasKeeper ? [keep(world, 3)] : []),
  ];
}

function expectGrown(world: World, isKept: boolean): void {
  if (world.cloud.disks.get('d-1')?.sizeGiB !== wantedGiB) {
    world.violations.push('the disk has not grown');
  }
  const before = liveGuards(world).filter(({ sourceDiskSizeGiB }) => sourceDiskSizeGiB === firstGiB);
  if (isKept && before.length === 0) {
    world.violations.push(
      'no guard snapshot from before the growth is left, and the file system has still to grow',
    );
  }
}

export function worldOf(seed: number, policy: GuardingPolicy): World {
  const world = new World(seed);
  const tags = new Map([[tagKeys.expandPolicy, policy]]);
  const attachments = [{ instanceId: 'i-1', device: '/dev/xvdb' }];
  const status = 'In_use';
  world.cloud.addDisk({
    id: 'd-1',
    category: 'cloud_essd',
    wasEverAttached: true,
    status,
    attachments,
    tags,
  });
  world.cluster.addVolume('d-1');
  return world;
}

export function watchGrowth(world: World, policy: GuardingPolicy): { times: number } {
  const grown = { times: 0 };
  world.onChange = () => {
    grown.times += 1;
    const isProtected = world.cloud.snapshots.values().some((one) => isReady(one) && one.status !== 'failed');
    if (policy === 'forced' && !isProtected) {
      world.violations.push('the disk is resized, and no snapshot of it can be restored');
    }
  };
  return grown;
}

/**
 * No guard snapshot is made beside one that would do. Where one has failed, and is removed, nothing is left to tell
 * whether it has a successor; there may be two then, until one is dropped.
 */
function watchMaking(world: World, isQuiet: boolean): void {
  world.onMade = (made) => {
    const { maxAgeMs, now } = world.parts;
    if (!isGuardSnapshot(made, 'expand') || world.hasFailedSnapshots) {
      return;
    }
    const others = liveGuards(world);
    const isYoung = ({ cutAt }: Snapshot) => cutAt === undefined || now() - cutAt.getTime() <= maxAgeMs;
    const wouldDo = others.filter(
      (other) => isYoung(other) && (wantedSizeOf(other) ?? 0) >= (wantedSizeOf(made) ?? Infinity),
    );
    if (wouldDo.length > 0) {
      world.violations.push('a guard snapshot is made beside one that would do');
    }
    if (isQuiet && others.length > 1) {
      world.violations.push(`a guard snapshot is made beside ${others.length} others`);
    }
  };
}

async function expectOneGuard(world: World, isFaultless: boolean): Promise<void> {
  if (!isFaultless) {
    // What could not be deleted at once is left to the keeper.
    await world.schedule.play([keep(world, 8)]);
  }
  expectOnePerSize(world, liveGuards(world));
}

/** While a file system has still to grow, the restore point of each size that the disk had stays. */
export function expectOnePerSize(world: World, guards: readonly Snapshot[]): void {
  const sizes = new Set(guards.map(({ sourceDiskSizeGiB }) => sourceDiskSizeGiB)).size;
  const allowed = world.cluster.expansion === 'pending' ? sizes : Math.min(sizes, 1);
  if (guards.length > allowed) {
    world.violations.push(`${guards.length} guard snapshots of ${sizes} sizes live at once`);
  }
}

export async function expandOnce(world: World, sizeGiB: number, parts: ExpandGuardParts): Promise<void> {
  const call = aCall();
  const expansion = { diskId: 'd-1', sizeGiB, maxSizeGiB: undefined };
  const disk = await expandDisk(world.cloud, expansion, call, guardBeforeExpand(parts, sizeGiB));
  await releaseAfterExpand(parts, disk, true, call);
}

export function liveGuards({ cloud }: World): Snapshot[] {
  return cloud.snapshots
    .values()
    .filter((snapshot) => isGuardSnapshot(snapshot, 'expand') && snapshot.status !== 'failed');
}

/** Once the file system has grown, the keeper takes everything away that the guard has left. */
async function expectReleased(world: World): Promise<void> {
  world.cluster.expansion = 'complete';
  await world.schedule.play([keep(world, 8)]);
  const left = world.cloud.snapshots.values().filter((snapshot) => isGuardSnapshot(snapshot, 'expand'));
  if (left.length > 0) {
    world.violations.push(`the keeper left ${left.length} guard snapshots`);
  }
}

/** Minutes pass between one request and the next. */
export async function passTime(world: World): Promise<void> {
  for (let times = Math.floor(world.schedule.random() * 4); times >= 0; times -= 1) {
    await world.pause(25);
    world.tick(Math.floor(world.schedule.random() * 400));
  }
}

export async function takeUserSnapshot(world: World): Promise<void> {
  await world.pause();
  await attemptOnce(() =>
    world.cloud.createSnapshot(aNewSnapshot({ diskId: 'd-1', clientToken: 'user' }), aCall()),
  );
}

export async function keep(world: World, rounds: number): Promise<void> {
  const keeper = new Keeper({
    ...world.parts,
    isDryRun: false,
    onAct: () => undefined,
    onProblem: () => undefined,
  });
  for (let round = 0; round < rounds; round += 1) {
    await world.pause(20);
    await asReplica(() => keeper.round(aCall()));
  }
}
