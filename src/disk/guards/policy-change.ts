import type { Disk, Tag } from '../disk.ts';
import { report, type Guarded, type GuardParts } from './guard-parts.ts';
import {
  deleteRetentionOf,
  expandPolicies,
  expandPolicyOf,
  hasInstantAccess,
  type Policy,
} from './policy.ts';

/** What is about to change about a disk, as far as its protection goes. */
export interface ProtectionChange {
  /** Tags that the disk gets. */
  readonly tags: readonly Tag[];
  /** The category that it gets, if another. */
  readonly category: string | undefined;
}

/**
 * Tells on the claim what a change does to the protection of a volume: who weakens it may do so, but never unseen. Told
 * before it is done, so that a crash in between leaves no change without its event.
 */
export function reportPolicyChange(parts: GuardParts, guarded: Guarded, change: ProtectionChange): void {
  const { disk, volume } = guarded;
  const after = changed(disk, change);
  const differences = [
    differenceOfExpand(expandPolicyOf(disk, volume), expandPolicyOf(after, volume)),
    differenceOfDelete(deleteRetentionOf(disk, volume), deleteRetentionOf(after, volume)),
  ].filter((difference) => difference !== undefined);
  const isWeaker = differences.some((difference) => difference.isWeaker);
  const texts = differences.map(({ text }) => text);
  if (losesInstantAccess(guarded, after)) {
    const text = `it becomes ${after.category}, which has no instant access snapshots, so that no protection takes effect`;
    tell(parts, guarded, 'weaker', [...texts, text]);
  } else if (differences.length > 0) {
    tell(parts, guarded, isWeaker ? 'weaker' : 'stronger', texts);
  }
  reportNoEffect(parts, { disk: after, volume }, change);
}

function changed(disk: Disk, { tags, category }: ProtectionChange): Disk {
  const after = new Map([...disk.tags, ...tags.map(({ key, value }) => [key, value] as const)]);
  return { ...disk, tags: after, category: category ?? disk.category };
}

interface Difference {
  readonly isWeaker: boolean;
  readonly text: string;
}

function differenceOfExpand(
  before: Policy<(typeof expandPolicies)[number]>,
  after: Policy<(typeof expandPolicies)[number]>,
): Difference | undefined {
  const [from, to] = [textOf(before), textOf(after)];
  const strength = (text: string) => expandPolicies.toReversed().findIndex((policy) => policy === text);
  return from === to
    ? undefined
    : {
        isWeaker: strength(to) < strength(from),
        text: `volumeExpandAutoSnapshot goes from ${from} to ${to}`,
      };
}

function differenceOfDelete(
  before: Policy<number | undefined>,
  after: Policy<number | undefined>,
): Difference | undefined {
  const [from, to] = [textOf(before), textOf(after)];
  // A value that means nothing stops every deletion: nothing protects more.
  const strength = (policy: Policy<number | undefined>) =>
    'invalid' in policy ? Number.POSITIVE_INFINITY : (policy.value ?? 0);
  return from === to
    ? undefined
    : {
        isWeaker: strength(after) < strength(before),
        text: `volumeDeleteSnapshotRetentionDays goes from ${from} to ${to}`,
      };
}

function textOf(policy: Policy<string | number | undefined>): string {
  return 'invalid' in policy ? `"${policy.invalid}" (no policy)` : String(policy.value ?? 'none');
}

function isProtected({ disk, volume }: Guarded): boolean {
  const expand = expandPolicyOf(disk, volume);
  const days = deleteRetentionOf(disk, volume);
  return ('value' in expand && expand.value !== 'closed') || ('value' in days && days.value !== undefined);
}

function losesInstantAccess(guarded: Guarded, after: Disk): boolean {
  return hasInstantAccess(guarded.disk) && !hasInstantAccess(after) && isProtected(guarded);
}

function tell(
  parts: GuardParts,
  guarded: Guarded,
  how: 'weaker' | 'stronger',
  texts: readonly string[],
): void {
  const message = `the protection of disk ${guarded.disk.id} changes with its VolumeAttributesClass: ${texts.join('; ')}`;
  if (how === 'weaker') {
    report(parts, guarded, { type: 'Warning', reason: 'ProtectionWeakened', on: 'claim', message });
  } else {
    report(parts, guarded, { type: 'Normal', reason: 'ProtectionStrengthened', on: 'claim', message });
  }
}

/** A wish that nothing acts on is told when it is made, not only when it would have been needed. */
function reportNoEffect(parts: GuardParts, after: Guarded, { tags }: ProtectionChange): void {
  if (tags.length === 0 || !isProtected(after)) {
    return;
  }
  const { disk } = after;
  if (!parts.isSwitchedOn) {
    const message = `the VolumeAttributesClass of disk ${disk.id} asks for automatic snapshots, which are switched off (VOLUME_DEL_AUTO_SNAP): none will be taken`;
    report(parts, after, { type: 'Warning', reason: 'ProtectionSwitchedOff', on: 'claim', message });
  } else if (!hasInstantAccess(disk)) {
    const message = `the VolumeAttributesClass of disk ${disk.id} asks for automatic snapshots, which have no effect on ${disk.category}: only ESSDs have instant access snapshots`;
    report(parts, after, { type: 'Warning', reason: 'ProtectionNotPossible', on: 'claim', message });
  }
}
