import type { CsiClient } from '../../support/csi-client.ts';
import type { Emulator } from '../../support/emulator.ts';
import { untilItSucceeds, untilReady } from '../../support/volumes.ts';
import { startPlugin, type Plugin, type SocketDirectory } from '../../support/plugin.ts';

/** A flow that is interrupted at every point at which it speaks to ECS. */
export interface CrashFlow<State> {
  /** Brings the cloud to where the flow starts; runs anew for each point. */
  readonly prepare: (client: CsiClient, emulator: Emulator, point: string) => Promise<State>;
  /** The one RPC under test, exactly as a sidecar repeats it. */
  readonly run: (client: CsiClient, state: State) => Promise<void>;
  /** What must hold once the repeated RPC has succeeded. */
  readonly verify: (client: CsiClient, emulator: Emulator, state: State) => Promise<void>;
}

const maxPoints = 60;
/**
 * Kills the plugin (SIGKILL) before and after its first request to ECS, then its second, and so on until the flow ends
 * before the next one; restarts it each time and repeats the RPC as a sidecar does.
 * @returns how many points were tried.
 */
export async function killAtEveryRequest<State>(
  flow: CrashFlow<State>,
  emulator: Emulator,
  directory: SocketDirectory,
): Promise<number> {
  const start = () => startReadyPlugin(emulator, directory);
  let plugin = await start();
  let points = 0;
  try {
    for (const when of ['before', 'after'] as const) {
      for (let request = 0; ; request += 1) {
        if (request > maxPoints) {
          throw new Error(`the flow sends more than ${maxPoints} requests`);
        }
        const point = `${when}-${request}`;
        await emulator.control('POST', '/reset');
        const state = await flow.prepare(plugin.client, emulator, point);
        const wasHit = await interrupt(flow, { plugin, emulator, state, when, request });
        if (!wasHit) {
          await flow.verify(plugin.client, emulator, state);
          break;
        }
        points += 1;
        await plugin[Symbol.asyncDispose]();
        await emulator.clearFaults();
        plugin = await start();
        await untilItSucceeds(() => flow.run(plugin.client, state));
        await flow.verify(plugin.client, emulator, state);
      }
    }
    return points;
  } finally {
    await plugin[Symbol.asyncDispose]();
  }
}

interface Interruption<State> {
  readonly plugin: Plugin;
  readonly emulator: Emulator;
  readonly state: State;
  readonly when: 'before' | 'after';
  readonly request: number;
}

/** Starts the RPC and kills the plugin at the given request. @returns false when the RPC ended before that request. */
async function interrupt<State>(flow: CrashFlow<State>, at: Interruption<State>): Promise<boolean> {
  const { plugin, emulator, state, when, request } = at;
  const ruleId = await emulator.addFault({
    action: '*',
    when,
    effect: { type: 'hang' },
    skip: request,
    times: 1,
  });
  const ended = flow.run(plugin.client, state).then(
    () => false,
    (error: unknown) => {
      throw new Error(`the flow failed at point ${when}-${request} without being killed`, { cause: error });
    },
  );
  const waiting = new AbortController();
  const hit = emulator.waitForFault(ruleId, waiting.signal).then(() => true);
  const wasHit = await Promise.race([hit, ended]);
  if (wasHit) {
    ended.catch(() => undefined);
    await plugin.process.end('SIGKILL');
  } else {
    hit.catch(() => undefined);
    waiting.abort();
    await emulator.clearFaults();
  }
  return wasHit;
}

async function startReadyPlugin(emulator: Emulator, directory: SocketDirectory): Promise<Plugin> {
  const plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket });
  await untilReady(plugin.client);
  return plugin;
}
