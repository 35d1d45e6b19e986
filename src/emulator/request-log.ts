/** One ECS request as the log keeps it. Times are those of the wall clock, in milliseconds since 1970. */
export interface LoggedRequest {
  readonly seq: number;
  /** Time of the emulator's clock at the start. */
  readonly at: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly requestId: string;
  accessKeyId: string;
  /** `OK`, an error code, `garbage`, `no-answer` when it was cut off, or empty while it runs. */
  code: string;
  status: number;
  /** Ids of the fault rules that hit it. */
  faultApplied: string[];
  readonly startedAt: number;
  finishedAt: number | null;
}

const secretParameters = new Set(['Password']);

/** The last requests, in a ring. */
export class RequestLog {
  private readonly capacity: number;
  private requests: LoggedRequest[] = [];
  private lastSeq = 0;

  constructor(capacity = 50_000) {
    this.capacity = capacity;
  }

  start(
    request: Pick<LoggedRequest, 'at' | 'action' | 'parameters' | 'requestId' | 'startedAt'>,
  ): LoggedRequest {
    this.lastSeq += 1;
    const shown = Object.entries(request.parameters).map(([name, value]) => [
      name,
      secretParameters.has(name) ? '***' : value,
    ]);
    const entry: LoggedRequest = {
      ...request,
      parameters: Object.fromEntries(shown) as Record<string, string>,
      seq: this.lastSeq,
      accessKeyId: '',
      code: '',
      status: 0,
      faultApplied: [],
      finishedAt: null,
    };
    this.requests.push(entry);
    if (this.requests.length > this.capacity + 1000) {
      this.requests = this.requests.slice(-this.capacity);
    }
    return entry;
  }

  /** The requests after number `seq`, oldest first. */
  since(seq: number): LoggedRequest[] {
    return this.requests.slice(-this.capacity).filter((request) => request.seq > seq);
  }

  clear(): void {
    this.requests = [];
  }

  /** How often each action ended with each code; `pending` for those that still run. */
  summary(): Record<string, Record<string, number>> {
    const counts: Record<string, Record<string, number>> = {};
    for (const { action, code } of this.requests) {
      const byCode = (counts[action] ??= {});
      const key = code === '' ? 'pending' : code;
      byCode[key] = (byCode[key] ?? 0) + 1;
    }
    return counts;
  }
}
