/** What a guard did in one row of a table: seen from outside, and what is left behind. */
export interface Outcome {
  /** The gRPC status of each call, up to OK or to a status that is not asked again. */
  readonly replies: readonly string[];
  /** What was changed at ECS and how ECS answered, in order; `no answer` for a reply that got lost. */
  readonly calls: readonly string[];
  /** The reasons of the events, in order, an event that is repeated once. */
  readonly events: readonly string[];
  readonly left: {
    /** `undefined` when the disk is gone. */
    readonly sizeGiB: number | undefined;
    /** For how many days each snapshot of the disk is kept. */
    readonly snapshotDays: readonly number[];
  };
}

/** A part of what happens: parts that come after each other add up. */
export type Part = Partial<Pick<Outcome, 'replies' | 'calls' | 'events'>>;

export function inOrder(parts: readonly Part[]): Pick<Outcome, 'replies' | 'calls' | 'events'> {
  return {
    replies: parts.flatMap(({ replies = [] }) => replies),
    calls: parts.flatMap(({ calls = [] }) => calls),
    events: parts.flatMap(({ events = [] }) => events),
  };
}
