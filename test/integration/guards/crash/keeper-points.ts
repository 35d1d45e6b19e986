import { invoke } from '../../../support/csi-client.ts';
import { startPlugin } from '../../../support/plugin.ts';
import { eventually } from '../../../support/volumes.ts';
import type { Interruptible } from '../../crash/crash-points.ts';
import type { CrashSite } from './site.ts';

/** Work that is left to the keeper. */
export interface KeeperWork<State> {
  readonly prepare: (point: string) => Promise<State>;
  readonly isDone: (state: State) => Promise<boolean>;
  /** What must hold once another keeper has gone on where the first was killed. */
  readonly verify: (state: State) => Promise<void>;
}

const maxPoints = 60;
/** Each look takes time from the plugin that is starting. */
const lookEveryMs = 150;

/**
 * Kills a plugin before and after each request that it and its keeper send from their start until the work is done.
 * What is left is done by the keeper of another replica.
 * @returns how many points were tried.
 */
export async function killKeeperAtEveryRequest<State>(
  site: CrashSite,
  work: KeeperWork<State>,
  server: Interruptible,
): Promise<number> {
  let points = 0;
  for (const when of ['before', 'after'] as const) {
    for (let request = 0; ; request += 1) {
      if (request > maxPoints) {
        throw new Error(`the keeper sends more than ${maxPoints} requests and is not done`);
      }
      const state = await work.prepare(`${when}-${request}`);
      const wasHit = await killAt(site, server, { when, request }, () => work.isDone(state));
      if (!(await work.isDone(state))) {
        await site.keep(2);
      }
      await work.verify(state);
      if (!wasHit) {
        break;
      }
      points += 1;
    }
  }
  return points;
}

/** @returns false when the work was done before that request. */
async function killAt(
  { emulator, directory, args }: CrashSite,
  server: Interruptible,
  { when, request }: { readonly when: 'before' | 'after'; readonly request: number },
  isDone: () => Promise<boolean>,
): Promise<boolean> {
  const ruleId = await server.hang(when, request);
  const waiting = new AbortController();
  const hit = server.waitForFault(ruleId, waiting.signal).then(() => true);
  hit.catch(() => undefined);
  await using plugin = await startPlugin({
    ecsEndpoint: emulator.endpoint,
    socket: directory.socket,
    args: [...args, '--keeper', 'on', '--keeper-interval', '150ms'],
  });
  await invoke(plugin.client.identity, 'GetPluginInfo', {});
  let isOver = false;
  const isOverOrDone = async () => isOver || (await isDone());
  const done = eventually(isOverOrDone, 'the keeper is done', 60_000, lookEveryMs).then(() => false);
  const wasHit = await Promise.race([hit, done]);
  isOver = true;
  await done;
  await plugin.process.end('SIGKILL');
  waiting.abort();
  await server.clearFaults();
  return wasHit;
}
