import type { SnapshotPlan } from './action.ts';
import type { RawParameters } from './parameters/schema.ts';
import { hasTags } from './rules/find.ts';
import type { Tag } from './state/entities.ts';

/** What a fault rule does to a request. */
export type FaultEffect =
  | {
      readonly type: 'error';
      readonly code: string;
      readonly status?: number;
      readonly message?: string;
      readonly retryAfter?: number;
    }
  | { readonly type: 'hang' }
  | { readonly type: 'drop' }
  | {
      readonly type: 'garbage';
      readonly status?: number;
      readonly body?: string;
      readonly contentType?: string;
    }
  | { readonly type: 'delay'; readonly ms: number }
  | ({ readonly type: 'snapshot' } & SnapshotPlan);

export interface FaultRule {
  readonly id: string;
  /** Name of an action, or `*`. */
  readonly action: string;
  /** Before the action is carried out, or after it but before the answer. */
  readonly when: 'before' | 'after';
  readonly effect: FaultEffect;
  /** So many matching requests are let through first. */
  readonly skip: number;
  /** So many requests are then hit; 0 for no limit. */
  readonly times: number;
  /** Only requests with these parameters; a value that ends in `*` is a prefix. */
  readonly match: Readonly<Record<string, string>>;
  /** Only requests about something that carries all these tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A request as the rules see it. */
export interface FaultSubject {
  readonly action: string;
  readonly parameters: RawParameters;
  /** Of each thing that the request is about. */
  readonly tags: readonly (readonly Tag[])[];
}

export interface FaultState extends FaultRule {
  readonly matched: number;
  readonly hits: number;
}

interface Live {
  readonly rule: FaultRule;
  matched: number;
  hits: number;
}

/** The fault rules in force, oldest first, and how often each was hit. */
export class Faults {
  private live: Live[] = [];
  private waiting: { readonly ruleId: string; readonly resolve: () => void }[] = [];

  add(rule: FaultRule): void {
    this.live.push({ rule, matched: 0, hits: 0 });
  }

  list(): FaultState[] {
    return this.live.map(({ rule, matched, hits }) => ({ ...rule, matched, hits }));
  }

  /** Removes one rule, or all of them. */
  remove(id?: string): void {
    this.live = id === undefined ? [] : this.live.filter(({ rule }) => rule.id !== id);
  }

  /** The rules that hit this request at this point, counted as hits. */
  hit(when: FaultRule['when'], request: FaultSubject): FaultRule[] {
    const rules: FaultRule[] = [];
    for (const live of this.live) {
      if (live.rule.when === when && isMeant(live.rule, request)) {
        live.matched += 1;
        if (live.matched > live.rule.skip && (live.rule.times === 0 || live.hits < live.rule.times)) {
          live.hits += 1;
          rules.push(live.rule);
          this.wake(live.rule.id);
        }
      }
    }
    return rules;
  }

  hitsOf(id: string): number | undefined {
    return this.live.find(({ rule }) => rule.id === id)?.hits;
  }

  /** Resolves at the next hit of the rule, or when the signal aborts. */
  async nextHit(ruleId: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      return;
    }
    await new Promise<void>((resolve) => {
      this.waiting.push({ ruleId, resolve });
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private wake(ruleId: string): void {
    this.waiting.filter((one) => one.ruleId === ruleId).forEach(({ resolve }) => resolve());
    this.waiting = this.waiting.filter((one) => one.ruleId !== ruleId);
  }
}

function isMeant(rule: FaultRule, request: FaultSubject): boolean {
  if (rule.action !== '*' && rule.action !== request.action) {
    return false;
  }
  const hasParameters = Object.entries(rule.match).every(([name, wanted]) => {
    const value = request.parameters.get(name);
    return wanted.endsWith('*') ? value?.startsWith(wanted.slice(0, -1)) === true : value === wanted;
  });
  const wantedTags = Object.entries(rule.tags).map(([key, value]) => ({ key, value }));
  return hasParameters && (wantedTags.length === 0 || request.tags.some((tags) => hasTags(tags, wantedTags)));
}
