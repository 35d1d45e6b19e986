/** What travels with every call into the cloud: how to stop it, and which request it belongs to. */
export interface Call {
  /**
   * Aborted when the caller has gone or when its time is nearly up; `signal.reason` is then a DiskError of kind
   * `cancelled` or `timed-out`. Aborting stops the waiting, never a request that ECS has already got.
   */
  readonly signal: AbortSignal;
  /** Joins the log lines of one CSI request. */
  readonly requestId: string;
}
