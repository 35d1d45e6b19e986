import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as realTime } from 'node:timers/promises';
import { startApp } from '../../../src/app.ts';
import { serveConfigFrom } from '../../../src/config/serve-config.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { emulatorEnvironment, type Emulator } from '../../support/emulator.ts';
import { FakeClock, settle } from '../../unit/ecs/fake-clock.ts';

const started = ['http.client.request.start'];
const ended = ['http.client.response.finish', 'http.client.request.error'];
/** So many looks in a row must find nothing under way. */
const calmLooks = 4;

const longestStepMs = 1_000;

/**
 * The time of the emulator and of a plugin in this process: it stands still unless it is stepped, for both at once.
 * Requests are signed by the system's clock, with which the emulator compares their date, as it does for every client.
 */
export class SteppedTime implements Disposable {
  readonly clock: FakeClock;
  readonly #emulator: Emulator;
  /** Requests of the SDK that have no answer yet. */
  #underWay = 0;
  readonly #onStart = () => (this.#underWay += 1);
  readonly #onEnd = () => (this.#underWay -= 1);

  private constructor(emulator: Emulator, nowMs: number) {
    this.#emulator = emulator;
    this.clock = new FakeClock(nowMs);
    started.forEach((channel) => subscribe(channel, this.#onStart));
    ended.forEach((channel) => subscribe(channel, this.#onEnd));
  }

  static async freeze(emulator: Emulator): Promise<SteppedTime> {
    const { now } = await emulator.control<{ now: string }>('POST', '/clock', { frozen: true });
    return new SteppedTime(emulator, Date.parse(now));
  }

  get nowMs(): number {
    return this.clock.now();
  }

  /** Goes on to the next moment at which the plugin has something to do, and lets it do that; `longestMs` at most. */
  async step(longestMs: number): Promise<void> {
    const nextMs = (this.clock.nextAt ?? Infinity) - this.nowMs;
    const advanceMs = Math.max(1, Math.ceil(Math.min(nextMs, longestMs)));
    await this.#emulator.control('POST', '/clock', { advanceMs });
    await this.clock.advance(advanceMs);
    await this.untilCalm();
  }

  /** Steps until the promise settles. */
  async during<T>(promise: Promise<T>): Promise<T> {
    const running = new Set([promise]);
    const settling = promise.finally(() => running.clear());
    settling.catch(() => undefined);
    await this.untilCalm();
    while (running.size > 0) {
      await this.step(longestStepMs);
    }
    return await settling;
  }

  /** Whatever needs no time has happened: no request is under way, and nothing comes of the last answers. */
  async untilCalm(): Promise<void> {
    for (let looks = 0; looks < calmLooks; looks += 1) {
      await realTime(1);
      await settle();
      if (this.#underWay > 0) {
        looks = 0;
      }
    }
  }

  [Symbol.dispose](): void {
    started.forEach((channel) => unsubscribe(channel, this.#onStart));
    ended.forEach((channel) => unsubscribe(channel, this.#onEnd));
  }
}

/** The whole plugin in this process, on the stepped time; its requests go to the emulator as to ECS. */
export async function startSteppedPlugin(
  socket: string,
  emulator: Emulator,
  time: SteppedTime,
  more: readonly string[] = [],
) {
  const args = [
    ...['--endpoint', `unix://${socket}`, '--http-endpoint', 'off', '--region', 'cn-hangzhou'],
    ...['--cluster-id', 'test-cluster', '--default-zone', 'cn-hangzhou-h', '--kubernetes', 'off'],
    ...['--ecs-endpoint', emulator.endpoint, '--ecs-protocol', 'http', '--poll-interval', '1s'],
    ...['--automatic-snapshots', 'true', ...more],
  ];
  const config = serveConfigFrom(args, emulatorEnvironment);
  if ('help' in config) {
    throw new Error('no help was asked for');
  }
  return await startApp(config, createLogger({ level: 'silent' }), 'test', time.clock);
}
