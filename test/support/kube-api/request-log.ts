/** A request as the log of the fake API server has it. */
export interface LoggedKubeRequest {
  readonly seq: number;
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The client's end of the connection: equal ports are one connection. */
  readonly port: number;
  /** 0 while it runs, or when it was cut off without an answer. */
  status: number;
  isFinished: boolean;
  faultApplied: string[];
}

/** Every API request since the start, or since the log was cleared. */
export class RequestLog {
  #requests: LoggedKubeRequest[] = [];
  #lastSeq = 0;

  start(
    request: Omit<LoggedKubeRequest, 'seq' | 'status' | 'isFinished' | 'faultApplied'>,
  ): LoggedKubeRequest {
    this.#lastSeq += 1;
    const entry = { ...request, seq: this.#lastSeq, status: 0, isFinished: false, faultApplied: [] };
    this.#requests.push(entry);
    return entry;
  }

  list(): LoggedKubeRequest[] {
    return [...this.#requests];
  }

  clear(): void {
    this.#requests = [];
  }
}
