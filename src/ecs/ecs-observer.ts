/** One request to ECS that has come to its end. */
export interface FinishedEcsCall {
  readonly action: string;
  /** `OK`, the ECS error code, or the kind of the DiskError where ECS gave no code. */
  readonly code: string;
  readonly durationMs: number;
  /** The id ECS gave the request; `undefined` when no readable answer came. */
  readonly requestId: string | undefined;
  /** The id of the CSI request that asked for it, or of the shared round that served several. */
  readonly callRequestId: string;
  readonly resourceId?: string | undefined;
  /** Nobody waited any more when the request ended; what it did, it did all the same. */
  readonly abandoned?: boolean | undefined;
}

/** What the adapter tells the outside about its work, for metrics and logs. Nothing in here is secret. */
export interface EcsObserver {
  callFinished(call: FinishedEcsCall): void;
  throttled(action: string): void;
  /** So many ids, after dropping duplicates, went into one Describe request. */
  batchSize(action: string, size: number): void;
  /** ECS answered with a 4xx code that has no row in the error table. */
  unlistedError(action: string, code: string): void;
  /** New credentials could not be fetched; the old ones are in use for as long as they are valid. */
  credentialRefreshFailed(credentialKind: string, reason: string): void;
}
