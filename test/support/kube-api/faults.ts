import type { StatusDetails } from './api-status.ts';

/** What a fault rule does to a request. */
export type FaultEffect =
  | {
      readonly type: 'error';
      readonly status: number;
      readonly reason?: string;
      readonly message?: string;
      readonly details?: StatusDetails;
    }
  | { readonly type: 'hang' }
  | { readonly type: 'drop' }
  | { readonly type: 'garbage'; readonly status?: number; readonly body?: string };

export interface FaultRule {
  readonly id: string;
  /** As RBAC names it; `*` is every verb but `watch`, which never ends by itself. */
  readonly verb: string;
  /** The plural, or `*`. */
  readonly resource: string;
  /** Before the request is carried out, or after it but before the answer. */
  readonly when: 'before' | 'after';
  readonly effect: FaultEffect;
  /** So many matching requests are let through first. */
  readonly skip: number;
  /** So many requests are then hit; 0 for no limit. */
  readonly times: number;
  /** Only requests for an object of this name; one that ends in `*` is a prefix. */
  readonly name?: string;
}

/** What a fault rule is matched with. */
export interface FaultTarget {
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
}

interface Live {
  readonly rule: FaultRule;
  matched: number;
  hits: number;
}

/** The fault rules in force, and how often each was hit. */
export class Faults {
  #live: Live[] = [];
  #waiting: { readonly ruleId: string; readonly resolve: () => void }[] = [];

  add(rule: FaultRule): void {
    this.#live.push({ rule, matched: 0, hits: 0 });
  }

  clear(): void {
    this.#live = [];
  }

  list(): (FaultRule & { readonly matched: number; readonly hits: number })[] {
    return this.#live.map(({ rule, matched, hits }) => ({ ...rule, matched, hits }));
  }

  hitsOf(id: string): number | undefined {
    return this.#live.find(({ rule }) => rule.id === id)?.hits;
  }

  /** The first rule that hits this request at this point, counted as a hit. */
  hit(when: FaultRule['when'], target: FaultTarget): FaultRule | undefined {
    let first: FaultRule | undefined;
    for (const live of this.#live.filter(({ rule }) => rule.when === when && isMeant(rule, target))) {
      live.matched += 1;
      const isDue = live.matched > live.rule.skip && (live.rule.times === 0 || live.hits < live.rule.times);
      if (isDue && first === undefined) {
        live.hits += 1;
        first = live.rule;
        this.#wake(live.rule.id);
      }
    }
    return first;
  }

  /** Resolves at the next hit of the rule, or when the signal aborts. */
  async nextHit(ruleId: string, signal: AbortSignal): Promise<void> {
    if (!signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push({ ruleId, resolve });
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  #wake(ruleId: string): void {
    this.#waiting.filter((one) => one.ruleId === ruleId).forEach(({ resolve }) => resolve());
    this.#waiting = this.#waiting.filter((one) => one.ruleId !== ruleId);
  }
}

function isMeant(rule: FaultRule, { verb, resource, name }: FaultTarget): boolean {
  const isVerb = rule.verb === '*' ? verb !== 'watch' : rule.verb === verb;
  const isResource = rule.resource === '*' || rule.resource === resource;
  return isVerb && isResource && (rule.name === undefined || isName(rule.name, name));
}

function isName(wanted: string, name: string): boolean {
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : wanted === name;
}
