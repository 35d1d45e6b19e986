import type { Call } from '../disk/call.ts';
import type { Snapshot } from '../disk/snapshot.ts';
import { raceSignal } from './race-signal.ts';
import { runShared } from './shared-call.ts';
import type { SharedCallLimits } from './shared-call.ts';

/** Some of the snapshots that carry the owner tag, and whether these are all. */
export interface OwnedSnapshots {
  readonly snapshots: readonly Snapshot[];
  readonly complete: boolean;
}

export interface SnapshotNameLookUpOptions {
  /** One request for one name. */
  readonly findByName: (name: string, call: Call) => Promise<readonly Snapshot[]>;
  /** Lists what carries the owner tag, with at most so many requests. */
  readonly listOwned: (maxRequests: number, call: Call) => Promise<OwnedSnapshots>;
  readonly limits: SharedCallLimits;
}

/** Look-ups are gathered for so long. */
const gatherMs = 5;
/** From so many on, a listing by the owner tag serves them all. */
const minToShare = 4;

interface LookUp {
  readonly name: string;
  readonly call: Call;
  readonly resolve: (snapshots: Snapshot[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Finds snapshots by their exact name. ECS takes one name per request, so when many names are wanted at once, the snapshots
 * that carry the owner tag are listed instead, a hundred to a request; never with more requests than there are names. Names
 * that a listing cut short did not show are then asked for one by one.
 */
export class SnapshotNameLookUp {
  readonly #options: SnapshotNameLookUpOptions;
  #waiting: LookUp[] = [];
  #gathering = false;

  constructor(options: SnapshotNameLookUpOptions) {
    this.#options = options;
  }

  find(name: string, call: Call): Promise<Snapshot[]> {
    const found = new Promise<Snapshot[]>((resolve, reject) => {
      this.#waiting.push({ name, call, resolve, reject });
    });
    void this.#gather();
    return raceSignal(found, call.signal);
  }

  /** With a request of its own, whatever others look for at the time. */
  async findAlone(name: string, call: Call): Promise<Snapshot[]> {
    return withName(await this.#options.findByName(name, call), name);
  }

  /** One listing at a time: who comes during one waits for the next, and shares it. */
  async #gather(): Promise<void> {
    if (this.#gathering) {
      return;
    }
    this.#gathering = true;
    while (this.#waiting.length > 0) {
      await this.#options.limits.clock.sleep(gatherMs);
      const batch = this.#waiting.filter(({ call }) => !call.signal.aborted);
      this.#waiting = [];
      if (batch.length < minToShare) {
        batch.forEach((lookUp) => void this.#findAlone(lookUp));
      } else {
        await this.#findTogether(batch);
      }
    }
    this.#gathering = false;
  }

  async #findAlone({ name, call, resolve, reject }: LookUp): Promise<void> {
    try {
      resolve(await this.findAlone(name, call));
    } catch (error) {
      reject(error);
    }
  }

  async #findTogether(batch: readonly LookUp[]): Promise<void> {
    const requestId = `${String(batch[0]?.call.requestId)}+${String(batch.length - 1)}`;
    try {
      const owned = await runShared(this.#options.limits, requestId, (call) =>
        this.#options.listOwned(batch.length, call),
      );
      batch.forEach((lookUp) => this.#answer(lookUp, owned));
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    }
  }

  #answer(lookUp: LookUp, owned: OwnedSnapshots): void {
    const found = withName(owned.snapshots, lookUp.name);
    if (found.length > 0 || owned.complete) {
      lookUp.resolve(found);
    } else {
      void this.#findAlone(lookUp);
    }
  }
}

/** ECS may take a name for a pattern. */
function withName(snapshots: readonly Snapshot[], name: string): Snapshot[] {
  return snapshots.filter((snapshot) => snapshot.name === name);
}
