import type { ControlPlane } from './control-plane.ts';
import type { Pod } from './pod.ts';
import type { Product } from './product.ts';
import { eventually } from './wait.ts';

/** Who is killed in the middle of a story. */
export interface Victim {
  /** For titles: "kill -9 of <name> during: …". */
  readonly name: string;
  /** For names of namespaces. */
  readonly word: string;
  /** So long other stories get to have a request under way as well, so that one death interrupts them all. */
  readonly companyMs: number;
  /** It dies once in each story, at one of its moments; otherwise at all of them. */
  readonly isOnce: boolean;
  /** SIGKILL; resolves once every one of them is dead, or has been. */
  kill(place: PlaceOfDeath): Promise<void>;
  /** Resolves once they can be killed again: what is dead already cannot be in the middle of something. */
  untilRecovered(place: PlaceOfDeath): Promise<void>;
}

export interface PlaceOfDeath {
  readonly controlPlane: ControlPlane;
  /** Every installation that runs. */
  readonly products: ReadonlySet<Product>;
}

const notSidecars = new Set(['plugin', 'emulator']);

function podsOf({ products }: PlaceOfDeath): Pod[] {
  return [...products].flatMap(({ pods }) => pods);
}

interface Target {
  readonly pod: Pod;
  readonly container: string;
}

function targets(place: PlaceOfDeath, isOne: (containerName: string) => boolean): Target[] {
  return podsOf(place).flatMap((pod) =>
    pod.containers.filter(({ name }) => isOne(name)).map(({ name }) => ({ pod, container: name })),
  );
}

async function killAll(all: readonly Target[]): Promise<void> {
  await Promise.all(all.map(({ pod, container }) => pod.kill(container)));
}

/** Of those that are still wanted: an installation may end before its dead have come back. */
async function untilAll(
  place: PlaceOfDeath,
  isOne: (containerName: string) => boolean,
  isWell: (target: Target) => Promise<boolean>,
): Promise<void> {
  await eventually('whoever was killed is there again', async () => {
    const well = await Promise.all(targets(place, isOne).map(async (target) => await isWell(target)));
    return well.every(Boolean);
  });
}

const isRunning = ({ pod, container }: Target) => Promise.resolve(pod.isRunning(container));
const isPlugin = (name: string) => name === 'plugin';
const isSidecar = (name: string) => !notSidecars.has(name);

export const victims: readonly Victim[] = [
  {
    // Both replicas: with one alive, whatever it knows in memory would survive.
    name: 'the plugin',
    word: 'plugin',
    companyMs: 1_500,
    isOnce: false,
    kill: (place) => killAll(targets(place, isPlugin)),
    untilRecovered: (place) =>
      untilAll(
        place,
        isPlugin,
        async ({ pod, container }) => (await pod.probe(container, 'livenessProbe')).status === 200,
      ),
  },
  {
    // All of them, the snapshot-controller too: leaders and those who would take over at once.
    name: 'every sidecar',
    word: 'sidecars',
    companyMs: 1_500,
    isOnce: false,
    kill: (place) => killAll(targets(place, isSidecar)),
    untilRecovered: (place) => untilAll(place, isSidecar, isRunning),
  },
  {
    name: 'the API server',
    word: 'api-server',
    // Whoever watches it comes back the later the oftener it dies in two minutes: up to a minute after its return.
    companyMs: 5_000,
    isOnce: true,
    kill: ({ controlPlane }) => controlPlane.restartApiServer(),
    untilRecovered: ({ controlPlane }) => controlPlane.apiServer.untilBack(),
  },
];
