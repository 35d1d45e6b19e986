import { appendFileSync } from 'node:fs';
import type { Emulator } from '../../support/emulator.ts';
import type { ControlPlane } from './control-plane.ts';
import type { KubeObject, Kubectl } from './kubectl.ts';
import type { ClusterNode } from './nodes.ts';
import type { Installation, Product } from './product.ts';
import { eventually } from './wait.ts';

/** What a user does and what he must see. Each story has a namespace of its own, which is removed at its end. */
export interface Story {
  readonly title: string;
  tell(world: World): Promise<void>;
}

export interface World {
  readonly kubectl: Kubectl;
  /** The cloud, as its console shows it. */
  readonly ecs: Emulator;
  readonly nodes: readonly ClusterNode[];
  readonly product: Product;
  readonly controlPlane: ControlPlane;
  readonly install: Scene['install'];
  /** The namespace of this story. */
  readonly namespace: string;
  /** Writes a line into the log of this story. */
  readonly say: (text: string) => void;
  /** `kubectl wait --for=jsonpath=<path>=<value> <object>` in the namespace of the story, unless another one is given. */
  readonly waitFor: (object: string, pathIsValue: string, options?: WaitOptions) => Promise<void>;
  /** Waits until a Warning or Normal event of this reason is on the object. @returns its message. */
  readonly event: (object: string, reason: string, containing?: string) => Promise<string>;
  /** Waits until the answer is something else than undefined or false. */
  readonly eventually: typeof eventually;
}

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
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** The world of one story: a fresh namespace, and a log with every kubectl call. */
export function createWorld(scene: Scene, namespace: string, logFile: string): World {
  const say = (text: string) => {
    appendFileSync(logFile, `${new Date().toISOString()} ${text}\n`);
  };
  const kubectl = logged(scene.controlPlane.kubectl, say);
  return {
    ...scene,
    kubectl,
    namespace,
    say,
    async waitFor(object, pathIsValue, { namespace: other = namespace, seconds = 90 } = {}) {
      const limit = `-n ${other} --timeout=${seconds}s`;
      await kubectl.run(`wait ${object} --for=create ${limit}`);
      await kubectl.run(`wait ${object} --for=jsonpath=${pathIsValue} ${limit}`);
    },
    event: (object, reason, containing = '') =>
      eventually(
        `event ${reason} on ${object}`,
        async () => {
          const { items } = await scene.controlPlane.kubectl.json<{ items: EventObject[] }>(
            `get events -A --field-selector reason=${reason}`,
          );
          const [kind = '', name = ''] = object.split('/');
          const found = items.find(
            (event) =>
              event.involvedObject.kind.toLowerCase() === kind.toLowerCase() &&
              event.involvedObject.name === name &&
              event.message.includes(containing),
          );
          if (found !== undefined) {
            say(`event ${reason} on ${object}: ${found.message}`);
          }
          return found?.message;
        },
        120_000,
      ),
    eventually,
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
