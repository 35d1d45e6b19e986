import { DiskError, type DiskErrorKind } from '../../../../src/disk/disk-error.ts';
import { expandDisk } from '../../../../src/disk/expand-disk.ts';
import { guardBeforeExpand, releaseAfterExpand } from '../../../../src/disk/guards/before-expand.ts';
import type { ExpandGuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import type { GuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import { isGuardSnapshot } from '../../../../src/disk/guards/guard-snapshot.ts';
import { Keeper } from '../../../../src/disk/guards/keeper.ts';
import { removeDisk, type BeforeDelete } from '../../../../src/disk/remove-disk.ts';
import { isReady, type Snapshot } from '../../../../src/disk/snapshot.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall, aNewSnapshot } from '../../../support/builders.ts';
import { asReplica, World } from './interleavings-world.ts';

const maxTries = 80;
const wantedGiB = 40;
/** After these a sidecar asks again and forgets nothing. */
const undecided: readonly DiskErrorKind[] = [
  ...(['busy', 'throttled', 'timed-out', 'outcome-unknown', 'unreadable'] as const),
];

export interface Outcome {
  readonly violations: readonly string[];
  /** Losses that nobody can prevent: what the user did after the very last look. */
  readonly unavoidable: number;
}

/** Repeats as a sidecar does; every error must be one of these kinds. */
async function persist(
  world: World,
  kinds: readonly DiskErrorKind[],
  attempt: () => Promise<unknown>,
): Promise<void> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const error = await attemptOnce(attempt);
    if (error === undefined) {
      return;
    }
    if (!kinds.includes(error.kind)) {
      world.violations.push(`an attempt ended in ${error.kind}: ${error.message}`);
    }
    world.tick(1 + Math.floor(world.schedule.random() * 20));
    await world.schedule.travel();
  }
  world.violations.push(`not done after ${maxTries} tries`);
}

async function attemptOnce(attempt: () => Promise<unknown>): Promise<DiskError | undefined> {
  try {
    await asReplica(attempt);
    return undefined;
  } catch (error) {
    if (!(error instanceof DiskError)) {
      throw error;
    }
    return error;
  }
}

/** Two replicas delete one protected disk, while its user does what users do. */
export async function playDeletion(
  seed: number,
  makeGuard: (parts: GuardParts) => BeforeDelete,
): Promise<Outcome> {
  const world = new World(seed);
  const tags = new Map([[tagKeys.deleteSnapshotRetentionDays, '3']]);
  const lastDetachedAt = world.tick();
  world.tick();
  world.cloud.addDisk({ id: 'd-1', category: 'cloud_essd', wasEverAttached: true, lastDetachedAt, tags });
  world.cluster.addVolume('d-1');
  world.addFaults(6);
  world.onChange = () => {
    if (world.lastStates().length === 0) {
      if (world.isUnavoidable()) {
        world.unavoidable += 1;
      } else {
        world.violations.push('the disk is deleted, and no snapshot holds its last state');
      }
    }
  };
  const remove = () => removeDisk(world.cloud, 'd-1', aCall(), makeGuard(world.parts));
  const { random } = world.schedule;
  await world.schedule.play([
    persist(world, [...undecided, 'in-use', 'wrong-state'], remove),
    persist(world, [...undecided, 'in-use', 'wrong-state'], remove),
    ...(random() < 0.6 ? [world.useDisk()] : []),
    ...(random() < 0.3 ? [world.useDisk()] : []),
    ...(random() < 0.5 ? [world.deleteObjects()] : []),
    ...(random() < 0.2 ? [world.deleteSnapshot()] : []),
  ]);
  if (world.cloud.disks.get('d-1') !== undefined) {
    world.violations.push('the disk is still there');
  }
  return world;
}

/** Two replicas expand one disk, while its user takes a snapshot of it and a keeper makes its rounds. */
export async function playExpansion(
  seed: number,
  policy: 'forced' | 'besteffort',
  changeParts: (parts: ExpandGuardParts) => ExpandGuardParts = (parts) => parts,
): Promise<Outcome> {
  const world = new World(seed);
  const { cloud, cluster, schedule } = world;
  const tags = new Map([[tagKeys.expandPolicy, policy]]);
  const attachments = [{ instanceId: 'i-1', device: '/dev/xvdb' }];
  const status = 'In_use';
  cloud.addDisk({ id: 'd-1', category: 'cloud_essd', wasEverAttached: true, status, attachments, tags });
  cluster.addVolume('d-1');
  cluster.expansion = 'pending';
  const isFaultless = world.schedule.random() < 0.3;
  world.addFaults(isFaultless ? 0 : 6);
  let grown = 0;
  world.onChange = () => {
    grown += 1;
    if (policy === 'forced' && !cloud.snapshots.values().some(isReady)) {
      world.violations.push('the disk is resized, and no snapshot of it can be restored');
    }
  };
  const expand = () => expandOnce(world, changeParts(world.parts));
  await schedule.play([
    persist(world, undecided, expand),
    persist(world, undecided, expand),
    ...(schedule.random() < 0.7 ? [passTime(world)] : []),
    ...(schedule.random() < 0.5 ? [takeUserSnapshot(world)] : []),
    ...(schedule.random() < 0.5 ? [keep(world, 3)] : []),
  ]);
  if (cloud.disks.get('d-1')?.sizeGiB !== wantedGiB || grown !== 1) {
    world.violations.push(`the disk was grown ${grown} times`);
  }
  await expectOneGuard(world, isFaultless);
  await expectReleased(world);
  return world;
}

async function expectOneGuard(world: World, isFaultless: boolean): Promise<void> {
  if (!isFaultless) {
    // What could not be deleted at once is left to the keeper.
    await world.schedule.play([keep(world, 8)]);
  }
  if (liveGuards(world).length > 1) {
    world.violations.push(`${liveGuards(world).length} guard snapshots live at once`);
  }
}

async function expandOnce(world: World, parts: ExpandGuardParts): Promise<void> {
  const call = aCall();
  const expansion = { diskId: 'd-1', sizeGiB: wantedGiB, maxSizeGiB: undefined };
  const disk = await expandDisk(world.cloud, expansion, call, guardBeforeExpand(parts, wantedGiB));
  await releaseAfterExpand(parts, disk, true, call);
}

function liveGuards({ cloud }: World): Snapshot[] {
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
async function passTime(world: World): Promise<void> {
  for (let times = Math.floor(world.schedule.random() * 4); times >= 0; times -= 1) {
    await world.pause(25);
    world.tick(Math.floor(world.schedule.random() * 400));
  }
}

async function takeUserSnapshot(world: World): Promise<void> {
  await world.pause();
  await attemptOnce(() =>
    world.cloud.createSnapshot(aNewSnapshot({ diskId: 'd-1', clientToken: 'user' }), aCall()),
  );
}

async function keep(world: World, rounds: number): Promise<void> {
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
