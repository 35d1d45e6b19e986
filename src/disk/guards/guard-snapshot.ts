import type { Tag } from '../disk.ts';
import type { Snapshot } from '../snapshot.ts';
import { originTags, tagKeys, toTagValue } from '../tags.ts';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Which guard a snapshot is for. `inherited`: made for one of the two, and now the protection of a deleted disk that was made
 * from it. What it holds of the disk of which it was taken says nothing about the last state of that one.
 */
export type GuardKind = 'expand' | 'delete' | 'inherited';

/** What a guard writes down about its snapshot, in tags: a restarted or other process reads it there. */
export interface GuardMarks {
  readonly kind: GuardKind;
  /** What the snapshot was made for, such as `20-30` for an expansion from 20 to 30 GiB. */
  readonly intent: string;
  readonly round: number;
}

export function guardTags({ kind, intent, round }: GuardMarks, clusterId: string | undefined): Tag[] {
  return [
    ...originTags(clusterId),
    { key: tagKeys.forceDelete, value: 'true' },
    { key: tagKeys.guard, value: kind },
    { key: tagKeys.guardIntent, value: toTagValue(intent) },
    { key: tagKeys.guardRound, value: String(round) },
  ];
}

export const inheritedTag = { key: tagKeys.guard, value: 'inherited' } as const satisfies Tag;

export function isGuardSnapshot(snapshot: Snapshot, kind: GuardKind): boolean {
  return snapshot.tags.get(tagKeys.guard) === kind;
}

/** What the tag `guardOutcome` says once ECS has refused, for good, a resize under the snapshot. */
export const outcomes = {
  /** The first time: the snapshot is kept for its day. */
  failed: 'resize-failed',
  /** Another one is kept since an earlier failure. */
  failedAgain: 'resize-failed-again',
} as const;

export function isKeptAfterFailure(snapshot: Snapshot): boolean {
  return snapshot.tags.get(tagKeys.guardOutcome) === outcomes.failed;
}

function intentOf(snapshot: Snapshot): string | undefined {
  return snapshot.tags.get(tagKeys.guardIntent);
}

/** The size in GiB to which the guarded expansion leads; `undefined` when the mark means nothing. */
export function wantedSizeOf(snapshot: Snapshot): number | undefined {
  const wantedGiB = Number(intentOf(snapshot)?.split('-')[1]);
  return Number.isSafeInteger(wantedGiB) ? wantedGiB : undefined;
}

/** What the tag `guardRound` says once ECS has refused a resize though nothing was left to upload: no round is used up. */
export const noRound = 0;

/** How many fresh snapshots, this one too, were taken while ECS did not keep up with the uploads. */
export function roundOf(snapshot: Snapshot): number {
  const text = snapshot.tags.get(tagKeys.guardRound) ?? '';
  return /^\d{1,3}$/.test(text) ? Number(text) : 1;
}

/** When ECS deletes the snapshot; `undefined` when it never does, or the cut is not made yet. */
export function expiryOf({ cutAt, retentionDays }: Snapshot): Date | undefined {
  return cutAt === undefined || retentionDays === undefined
    ? undefined
    : new Date(cutAt.getTime() + retentionDays * dayMs);
}

/** Retries within one window ask for a snapshot with the very same parameters: the name holds its start. */
export const windowMs = 60_000;

/** The end of the window in which the guard of an expansion was asked for; `undefined` when its name does not tell. */
export function requestedBefore({ name }: Snapshot): Date | undefined {
  const [, day, time] = /-(\d{4}-\d\d-\d\d)-(\d\d:\d\d:\d\d)$/.exec(name ?? '') ?? [];
  const startMs = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(startMs) ? undefined : new Date(startMs + windowMs);
}

/** `2026-11-22-21:03:12`, as the names of these snapshots have always had it (UTC). */
export function nameStamp(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', '-');
}
