import { DiskError, type DiskErrorKind } from '../../../../src/disk/disk-error.ts';
import type { GuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import { removeDisk, type BeforeDelete } from '../../../../src/disk/remove-disk.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall } from '../../../support/builders.ts';
import { asReplica, Death, World } from './interleavings-world.ts';

const maxTries = 80;
/** After these a sidecar asks again and forgets nothing. */
export const undecided: readonly DiskErrorKind[] = [
  ...(['busy', 'throttled', 'timed-out', 'outcome-unknown', 'unreadable'] as const),
];

export interface Outcome {
  readonly violations: readonly string[];
  /** Losses that nobody can prevent: what the user did after the very last look. */
  readonly unavoidable: number;
}

export interface Persistence {
  /** The step at which the process of the next attempt dies. */
  readonly diesAt?: () => number;
  /** The longest time between two attempts. */
  readonly backOffSeconds?: number;
}

/** Repeats as a sidecar does; every error must be one of these kinds. */
export async function persist(
  world: World,
  kinds: readonly DiskErrorKind[],
  attempt: () => Promise<unknown>,
  { diesAt = () => Infinity, backOffSeconds = 20 }: Persistence = {},
): Promise<void> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const error = await attemptOnce(attempt, diesAt());
    if (error === undefined) {
      return;
    }
    if (!kinds.includes(error.kind)) {
      world.violations.push(`an attempt ended in ${error.kind}: ${error.message}`);
    }
    world.tick(1 + Math.floor(world.schedule.random() * backOffSeconds));
    await world.schedule.travel();
  }
  world.violations.push(`not done after ${maxTries} tries`);
}

export async function attemptOnce(
  attempt: () => Promise<unknown>,
  diesAt?: number,
): Promise<DiskError | undefined> {
  try {
    await asReplica(attempt, diesAt);
    return undefined;
  } catch (error) {
    if (error instanceof Death) {
      return new DiskError('outcome-unknown', 'the process has died');
    }
    if (!(error instanceof DiskError)) {
      throw error;
    }
    return error;
  }
}

/**
 * Two replicas delete one protected disk, while its user does what users do.
 * @param isRefused ECS makes no snapshot at first, and each refusal uses up its token.
 */
export async function playDeletion(
  seed: number,
  makeGuard: (parts: GuardParts) => BeforeDelete,
  { isRefused = false } = {},
): Promise<Outcome & { readonly made: number }> {
  const world = new World(seed, { refusalsUseTokens: isRefused });
  let made = 0;
  world.onMade = () => (made += 1);
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
  const remover = (parts: GuardParts) => () => removeDisk(world.cloud, 'd-1', aCall(), makeGuard(parts));
  const { random } = world.schedule;
  world.snapshotsAllowedAtStep = isRefused ? Math.floor(random() * 120) : 0;
  await world.schedule.play([
    persist(world, [...undecided, 'in-use', 'wrong-state'], remover(world.parts)),
    persist(world, [...undecided, 'in-use', 'wrong-state'], remover(world.parts)),
    ...(random() < 0.6 ? [world.useDisk()] : []),
    ...(random() < 0.3 ? [world.useDisk()] : []),
    ...(random() < 0.5 ? [world.deleteObjects()] : []),
    // Of two snapshots, who deletes the one on record has to clear that away too.
    ...(random() < 0.2 && !isRefused ? [world.deleteSnapshot()] : []),
  ]);
  if (world.cloud.disks.get('d-1') !== undefined) {
    world.violations.push('the disk is still there');
  }
  return { violations: world.violations, unavoidable: world.unavoidable, made };
}
