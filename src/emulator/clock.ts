/** Where the clock stands: moving along with the wall clock at an offset, or frozen at a moment. */
export interface ClockState {
  readonly offsetMs: number;
  readonly frozenAtMs: number | null;
}

/** The emulator's time, in milliseconds since 1970: the wall clock plus what was stepped, or frozen. */
export class EmulatorClock {
  private readonly wallClock: () => number;
  private offsetMs = 0;
  private frozenAtMs: number | null = null;

  constructor(wallClock: () => number) {
    this.wallClock = wallClock;
  }

  now(): number {
    return this.frozenAtMs ?? this.wallClock() + this.offsetMs;
  }

  /** Moves the time forward; it never goes back. */
  advance(ms: number): void {
    if (this.frozenAtMs === null) {
      this.offsetMs += ms;
    } else {
      this.frozenAtMs += ms;
    }
  }

  /** Frozen, the time moves only by `advance`; thawed, it goes on from where it stood. */
  setFrozen(frozen: boolean): void {
    if (frozen) {
      this.frozenAtMs ??= this.now();
    } else if (this.frozenAtMs !== null) {
      this.offsetMs = this.frozenAtMs - this.wallClock();
      this.frozenAtMs = null;
    }
  }

  state(): ClockState {
    return { offsetMs: this.offsetMs, frozenAtMs: this.frozenAtMs };
  }

  restore(state: ClockState): void {
    this.offsetMs = state.offsetMs;
    this.frozenAtMs = state.frozenAtMs;
  }
}

/** A time in the form that ECS writes: `2026-11-22T10:00:00Z`. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
