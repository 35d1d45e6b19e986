import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { registerNodes, type ClusterNode } from './nodes.ts';
import { install, installProduct, type Installation, type Place, type Product } from './product.ts';
import type { Programs } from './programs.ts';
import { createWorld, undisturbed, type World } from './story.ts';

/** A cluster of another kind than most: what its users do, and what they must see. Each is told in one of its own. */
export interface ClusterStory {
  readonly title: string;
  tell(cluster: BareCluster): Promise<void>;
}

/** A control plane, a cloud and nodes. There are no snapshot CRDs yet, and nothing is installed. */
export interface BareCluster extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  readonly ecs: Emulator;
  readonly nodes: readonly ClusterNode[];
  readonly place: Place;
  /** `helm install`, as for the other stories, with more values. */
  install(set: readonly string[], isUp?: Installation['isUp']): Promise<Product>;
  /** Where the users of the product act, in a namespace of their own. */
  world(product: Product): Promise<World>;
}

const namespace = 'shop';

/** Starts it in a folder of its own. All of it ends when it goes out of scope. */
export async function startBareCluster(
  { programs, moreSidecars }: { readonly programs: Programs; readonly moreSidecars: Programs },
  directory: string,
): Promise<BareCluster> {
  mkdirSync(directory, { recursive: true });
  await using started = new AsyncDisposableStack();
  const controlPlane = started.use(await startControlPlane(programs, directory));
  const ecs = started.use(await startEmulator());
  const nodes = await registerNodes(controlPlane.kubectl, ecs);
  const place: Place = { programs, moreSidecars, controlPlane, directory };
  const running = started.move();
  return {
    controlPlane,
    ecs,
    nodes,
    place,
    async install(set, isUp) {
      const product = await installProduct(place, ecs, isUp === undefined ? { set } : { set, isUp });
      running.use(product);
      return product;
    },
    async world(product) {
      await controlPlane.kubectl.run(`create namespace ${namespace}`);
      const scene = {
        ...{ ecs, nodes, product, controlPlane },
        install: (installation: Installation) => install(place, installation),
      };
      return createWorld(scene, namespace, join(directory, 'story.log'), undisturbed(scene));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
