import { raceSignal } from './race-signal.ts';

/**
 * Requests that were sent and not answered yet, by the resource that they change. A call that is over may have left one
 * behind, which ECS carries out later: the next call must not ask before, or it would be overtaken.
 */
export class UnansweredRequests {
  readonly #bySubject = new Map<string, Promise<unknown>>();

  /** Resolves when nothing that was sent about the subject is unanswered; rejects when the signal aborts first. */
  async answered(subject: string, signal: AbortSignal): Promise<void> {
    await raceSignal(this.#bySubject.get(subject) ?? Promise.resolve(), signal);
  }

  /** Remembers a request until it is answered, or has failed. */
  track<T>(subject: string, request: Promise<T>): Promise<T> {
    const all = Promise.allSettled([this.#bySubject.get(subject), request]).then(() => {
      if (this.#bySubject.get(subject) === all) {
        this.#bySubject.delete(subject);
      }
    });
    this.#bySubject.set(subject, all);
    return request;
  }
}
