import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import type { CsiClient } from '../../support/csi-client.ts';
import { invoke } from '../../support/csi-client.ts';
import type { Emulator } from '../../support/emulator.ts';
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

/** A server whose requests can be held up, so that the plugin is killed in the midst of one. */
export interface Interruptible {
  /** Lets some requests through, then leaves one without an answer. @returns the rule's id. */
  hang(when: 'before' | 'after', skip: number): Promise<string>;
  waitForFault(ruleId: string, signal: AbortSignal): Promise<void>;
  clearFaults(): Promise<void>;
}

export interface CrashOptions {
  /** More arguments of the plugin. */
  readonly args?: readonly string[];
  /** Whose requests are counted; those to ECS unless another server is given. */
  readonly server?: Interruptible;
}

const maxPoints = 60;
const maxRetries = 30;
/** The statuses after which every sidecar asks again and forgets nothing. */
const undecided = [
  GrpcStatus.CANCELLED,
  GrpcStatus.DEADLINE_EXCEEDED,
  GrpcStatus.UNAVAILABLE,
  GrpcStatus.ABORTED,
];

/**
 * Kills the plugin (SIGKILL) before and after its first request to ECS, then its second, and so on until the flow ends
 * before the next one; restarts it each time and repeats the RPC as a sidecar does.
 * @returns how many points were tried.
 */
export async function killAtEveryRequest<State>(
  flow: CrashFlow<State>,
  emulator: Emulator,
  directory: SocketDirectory,
  options: CrashOptions = {},
): Promise<number> {
  const server = options.server ?? requestsToEcs(emulator);
  const start = () => startReadyPlugin(emulator, directory, options.args);
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
        const wasHit = await interrupt(flow, { plugin, server, state, when, request });
        if (!wasHit) {
          await flow.verify(plugin.client, emulator, state);
          break;
        }
        points += 1;
        await plugin[Symbol.asyncDispose]();
        await server.clearFaults();
        plugin = await start();
        await repeatUntilDone(() => flow.run(plugin.client, state), point);
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
  readonly server: Interruptible;
  readonly state: State;
  readonly when: 'before' | 'after';
  readonly request: number;
}

/** Starts the RPC and kills the plugin at the given request. @returns false when the RPC ended before that request. */
async function interrupt<State>(flow: CrashFlow<State>, at: Interruption<State>): Promise<boolean> {
  const { plugin, server, state, when, request } = at;
  const ruleId = await server.hang(when, request);
  const ended = flow.run(plugin.client, state).then(
    () => false,
    (error: unknown) => {
      throw new Error(`the flow failed at point ${when}-${request} without being killed`, { cause: error });
    },
  );
  const waiting = new AbortController();
  const hit = server.waitForFault(ruleId, waiting.signal).then(() => true);
  const wasHit = await Promise.race([hit, ended]);
  if (wasHit) {
    ended.catch(() => undefined);
    await plugin.process.end('SIGKILL');
  } else {
    hit.catch(() => undefined);
    waiting.abort();
    await server.clearFaults();
  }
  return wasHit;
}

/** The requests that the plugin sends to ECS. */
export function requestsToEcs(emulator: Emulator): Interruptible {
  return {
    hang: (when, skip) => emulator.addFault({ action: '*', when, effect: { type: 'hang' }, skip, times: 1 }),
    waitForFault: (ruleId, signal) => emulator.waitForFault(ruleId, signal),
    clearFaults: () => emulator.clearFaults(),
  };
}

async function startReadyPlugin(
  emulator: Emulator,
  directory: SocketDirectory,
  args: readonly string[] = [],
): Promise<Plugin> {
  const plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket, args });
  await repeatUntilDone(async () => {
    const { ready } = await invoke(plugin.client.identity, 'Probe', {});
    if (ready?.value !== true) {
      throw Object.assign(new Error('not ready yet'), { code: GrpcStatus.UNAVAILABLE });
    }
  }, 'start');
  return plugin;
}

/** Repeats as a sidecar does: at once after an undecided status, never after a final one. */
async function repeatUntilDone(attempt: () => Promise<void>, point: string): Promise<void> {
  for (let retry = 1; ; retry += 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      const { code } = error as ServiceError;
      if (!undecided.includes(code) || retry >= maxRetries) {
        throw new Error(`point ${point}: attempt ${retry} ended in ${String(error)}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
