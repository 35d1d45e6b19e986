import type { FaultRule } from '../../../support/emulator.ts';

/** Something that goes wrong with one request to ECS. */
export interface FaultKind {
  readonly name: string;
  readonly rule: Pick<FaultRule, 'when' | 'effect'>;
  /** The time limit of the call that meets it, where that is to end first. */
  readonly timeLimitMs?: number;
  /** ECS has refused, so the refusal may be final. */
  readonly mayBeFinal?: boolean;
}

/** Longer than the call may take. */
const slowMs = 1000;
const shortLimitMs = 500;

/** What ECS answers to whoever may see nothing: a list, and nothing in it. It fits every action that lists. */
const emptyLists = JSON.stringify({
  RequestId: '00000000-0000-0000-0000-000000000000',
  NextToken: '',
  TotalCount: 0,
  Disks: { Disk: [] },
  Snapshots: { Snapshot: [] },
  SnapshotGroups: { SnapshotGroup: [] },
  TagResources: { TagResource: [] },
});

export const emptyAnswer = {
  type: 'garbage',
  status: 200,
  body: emptyLists,
  contentType: 'application/json;charset=utf-8',
} as const;

export const faultKinds: readonly FaultKind[] = [
  { name: 'throttled', rule: { when: 'before', effect: { type: 'error', code: 'Throttling' } } },
  { name: '503', rule: { when: 'before', effect: { type: 'error', code: 'ServiceUnavailable' } } },
  {
    name: '500, though carried out',
    rule: { when: 'after', effect: { type: 'error', code: 'InternalError' } },
  },
  { name: 'no connection', rule: { when: 'before', effect: { type: 'drop' } } },
  { name: 'reply lost', rule: { when: 'after', effect: { type: 'drop' } } },
  { name: 'page of a proxy, though carried out', rule: { when: 'after', effect: { type: 'garbage' } } },
  {
    name: 'slower than the call may take',
    rule: { when: 'after', effect: { type: 'delay', ms: slowMs } },
    timeLimitMs: shortLimitMs,
  },
  {
    name: 'denied',
    rule: { when: 'before', effect: { type: 'error', code: 'Forbidden.RAM' } },
    mayBeFinal: true,
  },
  { name: 'empty, though carried out', rule: { when: 'after', effect: emptyAnswer } },
];
