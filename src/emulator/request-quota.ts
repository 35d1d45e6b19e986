import { EcsError } from './errors.ts';
import type { Settings } from './settings.ts';

/** Counts requests per account, action and minute of the emulator's clock. */
export class RequestQuota {
  private minute = -1;
  private counts = new Map<string, number>();

  /** Counts one request; throws Throttling when the action's quota of this minute is used up. */
  count(action: string, accountId: string, now: { nowMs: number; settings: Settings }): void {
    const limit = now.settings.requestsPerMinute[action] ?? now.settings.requestsPerMinute['*'];
    if (limit === undefined) {
      return;
    }
    const minute = Math.floor(now.nowMs / 60_000);
    if (minute !== this.minute) {
      this.minute = minute;
      this.counts = new Map();
    }
    const key = `${accountId} ${action}`;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    if (count > limit) {
      throw new EcsError('Throttling', `${action} has a quota of ${limit} requests a minute.`);
    }
  }
}
