/** Time, passed in so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason, leaving no timer behind, when the signal aborts first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
