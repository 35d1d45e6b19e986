import { execFile } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Emulator, EmulatorClient } from '../../support/emulator.ts';
import type { ControlPlane } from './control-plane.ts';
import type { KubeObject, Kubectl } from './kubectl.ts';
import type { ClusterNode } from './nodes.ts';
import type { Installation, Product } from './product.ts';
import type { Retype } from './retyped.ts';
import { eventually, usualLimitMs } from './wait.ts';

/** What a user does and what he must see. Each story has a namespace of its own, which is removed at its end. */
export interface Story {
  readonly title: string;
  /** The story is told again with somebody killed in its middle: when that is. */
  readonly interruption: Interruption;
  tell(world: World): Promise<void>;
}

/** While such a request to ECS about something of this story is under way. */
export interface Moment {
  readonly action: string;
  /** So many such requests are let through first. */
  readonly skip?: number;
  /** Parameters that the request has. */
  readonly match?: Readonly<Record<string, string>>;
  /** The request names nothing that has been made for a claim of the story: its parameters tell that it is meant. */
  readonly isUntagged?: boolean;
}

export type Interruption =
  | {
      readonly moments: readonly Moment[];
      /** Why nothing else may be told meanwhile. */
      readonly aloneBecause?: string;
      /** What it makes is in this namespace instead of its own. */
      readonly inNamespace?: string;
      /** The requests go to the emulator of the installation that the story makes. */
      readonly inOwnInstallation?: boolean;
    }
  | { readonly noneBecause: string };

export interface World {
  readonly kubectl: Kubectl;
  /** The cloud, as its console shows it. Faults that are added here hit what belongs to the claims of this story. */
  readonly ecs: EmulatorClient;
  readonly nodes: readonly ClusterNode[];
  readonly product: Product;
  readonly controlPlane: ControlPlane;
  readonly install: Scene['install'];
  /** The namespace of this story. */
  readonly namespace: string;
  /** The same world, for a story that is about a namespace of a given name. */
  readonly inNamespace: (namespace: string) => World;
  /** Writes a line into the log of this story. */
  readonly say: (text: string) => void;
  /** `kubectl wait --for=jsonpath=<path>=<value> <object>` in the namespace of the story, unless another one is given. */
  readonly waitFor: (object: string, pathIsValue: string, options?: WaitOptions) => Promise<void>;
  /** Waits until a Warning or Normal event of this reason is on the object. @returns its message. */
  readonly event: (object: string, reason: string, containing?: string) => Promise<string>;
  /** Waits until the answer is something else than undefined or false. */
  readonly eventually: typeof eventually;
  /** Somebody is killed in the middle of it. */
  readonly isInterrupted: boolean;
  /** A further moment, for what is known only now. Resolves once it has come, and at once where nobody is killed. */
  readonly interruptAt: (moment: Moment) => Promise<void>;
  /** Runs a program as a user does. @returns what it prints. */
  readonly run: (program: string, args: readonly string[], env?: Environment) => Promise<string>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface WaitOptions {
  readonly namespace?: string;
  readonly seconds?: number;
}

export interface Scene {
  /** Installs the chart once more. */
  readonly install: (installation: Installation) => Promise<Product>;
  readonly ecs: Emulator;
  readonly nodes: readonly ClusterNode[];
  readonly product: Product;
  readonly controlPlane: ControlPlane;
}

interface EventObject extends KubeObject {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly namespace?: string };
}

/** How a story is told. */
export interface Manner {
  readonly kubectl: Kubectl;
  readonly retype: Retype;
  /** All time limits are so many times longer. */
  readonly patience: number;
  readonly install: Scene['install'];
  readonly isInterrupted: boolean;
  readonly interruptAt: World['interruptAt'];
}

export function undisturbed({ controlPlane, install }: Scene): Manner {
  return {
    kubectl: controlPlane.kubectl,
    retype: (act) => act(false),
    // Others are told meanwhile.
    patience: 2,
    install,
    isInterrupted: false,
    interruptAt: () => Promise.resolve(),
  };
}

/** Tags of whatever was made for a claim of this namespace. */
export function tagsOfNamespace(namespace: string): Readonly<Record<string, string>> {
  return { 'kubernetes.io/created-for/pvc/namespace': namespace };
}

/** The world of one story: a fresh namespace, and a log with every kubectl call. */
export function createWorld(scene: Scene, namespace: string, logFile: string, manner: Manner): World {
  const { patience, retype, install, interruptAt, isInterrupted } = manner;
  const say = (text: string) => {
    appendFileSync(logFile, `${new Date().toISOString()} ${text}\n`);
  };
  const kubectl = logged(manner.kubectl, say);
  const patiently: typeof eventually = (what, ask, timeoutMs) =>
    eventually(what, ask, (timeoutMs ?? usualLimitMs) * patience);
  return {
    ...scene,
    install,
    isInterrupted,
    interruptAt,
    ecs: ownFaults(scene.ecs, tagsOfNamespace(namespace)),
    kubectl,
    namespace,
    inNamespace: (other) => createWorld(scene, other, logFile, manner),
    say,
    async waitFor(object, pathIsValue, { namespace: other = namespace, seconds = 90 } = {}) {
      const limit = `-n ${other} --timeout=${seconds}s`;
      await kubectl.run(`wait ${object} --for=create ${limit}`);
      await kubectl.run(`wait ${object} --for=jsonpath=${pathIsValue} ${limit}`);
    },
    event: (object, reason, containing = '') =>
      patiently(
        `event ${reason} on ${object}`,
        async () => {
          const { items } = await manner.kubectl.json<{ items: EventObject[] }>(
            `get events -A --field-selector reason=${reason}`,
          );
          const [kind = '', name = ''] = object.split('/');
          const found = items.find(
            ({ involvedObject: it, message }) =>
              it.kind.toLowerCase() === kind.toLowerCase() &&
              it.name === name &&
              // Objects of the cluster have no namespace; those of other stories may have the same name.
              [undefined, namespace].includes(it.namespace) &&
              message.includes(containing),
          );
          if (found !== undefined) {
            say(`event ${reason} on ${object}: ${found.message}`);
          }
          return found?.message;
        },
        120_000,
      ),
    eventually: patiently,
    run: (program, args, env) =>
      retype(async () => {
        say(`$ ${program} ${args.join(' ')}`);
        const { stdout } = await promisify(execFile)(program, args, env === undefined ? {} : { env });
        return stdout;
      }),
  };
}

/** A story makes nothing fail but its own, and mends nothing but that. */
function ownFaults(ecs: EmulatorClient, tags: Readonly<Record<string, string>>): EmulatorClient {
  const rules = new Set<string>();
  return {
    ...ecs,
    async addFault(rule) {
      const id = await ecs.addFault({ ...rule, tags });
      rules.add(id);
      return id;
    },
    async clearFaults() {
      for (const id of rules) {
        await ecs.control('DELETE', `/faults/${id}`);
      }
      rules.clear();
    },
  };
}

function logged(kubectl: Kubectl, say: (text: string) => void): Kubectl {
  const call = async (args: readonly string[], input?: string) => {
    say(`$ kubectl ${args.join(' ')}${input === undefined ? '' : `\n${input}`}`);
    const printed = await kubectl.call(args, input);
    say(printed.length > 2_000 ? `${printed.slice(0, 2_000)}…` : printed);
    return printed;
  };
  const run = (words: string, input?: string) => call(words.trim().split(/\s+/), input);
  return {
    call,
    run,
    json: async <T>(words: string) => JSON.parse(await run(`${words} -o json`)) as T,
    apply: (yaml) => run('apply -f -', yaml),
  };
}
