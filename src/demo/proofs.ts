/** A claim, and whether it turned out to hold. */
export interface Proof {
  readonly step: number;
  readonly claim: string;
  readonly passed: boolean;
  /** What was found, in figures and ids. */
  readonly evidence: string;
  /** Time since the proof before it, or since the step began: how long it took to establish. */
  readonly durationMs: number;
}

export interface ProofsParts {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Told of each proof as it comes. */
  readonly show: (proof: Proof) => void;
}

/** Collects proofs. One that fails is kept like any other: nothing is thrown, the story goes on. */
export class Proofs {
  readonly #parts: ProofsParts;
  readonly #proofs: Proof[] = [];
  #step = 0;
  #since: number;

  constructor(parts: ProofsParts) {
    this.#parts = parts;
    this.#since = parts.now();
  }

  /** From now on proofs belong to this step. */
  beginStep(step: number): void {
    this.#step = step;
    this.#since = this.#parts.now();
  }

  that(claim: string, passed: boolean, evidence: string): void {
    const now = this.#parts.now();
    const proof = { step: this.#step, claim, passed, evidence, durationMs: now - this.#since };
    this.#since = now;
    this.#proofs.push(proof);
    this.#parts.show(proof);
  }

  /** Both values are shown when they differ. */
  equal(claim: string, found: string | number, expected: string | number): void {
    const passed = found === expected;
    this.that(claim, passed, passed ? `${found}` : `found ${found}, expected ${expected}`);
  }

  all(): readonly Proof[] {
    return this.#proofs;
  }

  /** 0 if there are proofs and all of them passed, else 1. */
  exitStatus(): 0 | 1 {
    return this.#proofs.length > 0 && this.#proofs.every(({ passed }) => passed) ? 0 : 1;
  }
}
