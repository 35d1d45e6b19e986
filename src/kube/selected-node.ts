import type { NodeSearch, SelectedNode } from '../disk/cluster.ts';
import type { Clock } from './clock.ts';
import type { KubeLog } from './log.ts';
import { claims, nodes } from './objects.ts';
import type { ObjectStore } from './store.ts';

export interface NodeLookUpOptions {
  readonly store: ObjectStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: KubeLog;
  /** The longest time for one look-up. */
  readonly patienceMs: number;
}

export interface NodeLookUp {
  /** Never rejects. */
  find(search: NodeSearch, signal: AbortSignal): Promise<SelectedNode | undefined>;
}

/** Written by the scheduler when a claim waits for its first consumer. */
const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node';
/** Written by the node plugin, one for each category that its instance can attach. */
const categoryLabel = 'node.csi.alibabacloud.com/disktype.';
/** What an instance can attach changes with its type, and so hardly ever. */
const rememberedForMs = 60_000;
const mostRemembered = 5_000;

interface Remembered {
  readonly categories: readonly string[];
  readonly at: number;
}

/** Looks up what a chosen node can attach: at most two reads by name, and one while the node is remembered. */
export function createNodeLookUp({ store, clock, log, patienceMs }: NodeLookUpOptions): NodeLookUp {
  const remembered = new Map<string, Remembered>();

  const nameOf = async ({ nodeName, claim }: NodeSearch, signal: AbortSignal) => {
    if (nodeName !== undefined || claim === undefined) {
      return nodeName;
    }
    const found = await store.find(claims, claim, { signal });
    const name = found?.metadata.annotations[selectedNodeAnnotation];
    return name === '' ? undefined : name;
  };
  const categoriesOf = async (name: string, signal: AbortSignal): Promise<readonly string[]> => {
    const known = remembered.get(name);
    if (known !== undefined && clock.now() - known.at < rememberedForMs) {
      return known.categories;
    }
    const node = await store.find(nodes, { name }, { signal });
    const categories = Object.entries(node?.metadata.labels ?? {})
      .filter(([label, value]) => label.startsWith(categoryLabel) && value === 'available')
      .map(([label]) => label.slice(categoryLabel.length));
    if (categories.length > 0) {
      remember(remembered, name, { categories, at: clock.now() });
    }
    return categories;
  };
  return {
    async find(search, signal) {
      try {
        const limited = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
        const nodeName = await nameOf(search, limited);
        const categories = nodeName === undefined ? [] : await categoriesOf(nodeName, limited);
        // A node without such labels has no node plugin that sets them: it says nothing of what it can attach.
        return nodeName === undefined || categories.length === 0 ? undefined : { nodeName, categories };
      } catch (error) {
        log.warn(
          { err: error, ...search },
          'what the chosen node can attach is not known; any category may do',
        );
        return undefined;
      }
    },
  };
}

function remember(all: Map<string, Remembered>, name: string, what: Remembered): void {
  all.delete(name);
  all.set(name, what);
  const [oldest] = all.keys();
  if (all.size > mostRemembered && oldest !== undefined) {
    all.delete(oldest);
  }
}
