import { emulatorOf, type Product } from './product.ts';
import { retypedKubectl, retypeWhenAway } from './retyped.ts';
import {
  tagsOfNamespace,
  type Interruption,
  type Manner,
  type Moment,
  type Story,
  type World,
} from './story.ts';
import { createStrikes, type Strikes } from './strikes.ts';
import { createInterruptions, type Interruptions } from './moments.ts';
import { tell, type Stage, type Telling } from './telling.ts';
import { atOnce, isSociable } from './together.ts';
import { victims, type PlaceOfDeath, type Victim } from './victims.ts';

/** A story, told with somebody killed in its middle. */
export interface InterruptedStory {
  readonly title: string;
  readonly story: Story;
  readonly victim: Victim;
  readonly interruption: Exclude<Interruption, { readonly noneBecause: string }>;
  /** Of the request at its first moment: held before it is carried out, or afterwards. */
  readonly firstIs: 'before' | 'after';
  readonly name: string;
}

/** So many are told at a time. They wait most of it, but for two processors it is enough. */
const atATime = 14;
/** Whoever is killed again and again is slower; whoever waits for him must be more patient. */
const patience = 3;

/** Each story with each victim, but for those that say why not. */
export function interruptedStories(stories: readonly Story[]): InterruptedStory[] {
  return victims.flatMap((victim) =>
    stories.flatMap((story, index) => {
      const { interruption } = story;
      if ('noneBecause' in interruption) {
        return [];
      }
      const moments = momentsFor(victim, interruption.moments, index);
      const title = `kill -9 of ${victim.name} during: ${story.title}`;
      const name = `story-${index + 1}-${victim.word}`;
      const firstIs = (index + victims.indexOf(victim)) % 2 === 0 ? ('after' as const) : ('before' as const);
      return [{ title, story, victim, interruption: { ...interruption, moments }, firstIs, name }];
    }),
  );
}

/** All of them, or one, which is another one for each story. */
function momentsFor({ isOnce }: Victim, moments: readonly Moment[], index: number): readonly Moment[] {
  const chosen = index % moments.length;
  return isOnce ? moments.slice(chosen, chosen + 1) : moments;
}

/** One round for each victim: first the stories that are told together, then those that must be alone. */
export async function tellInterrupted(
  all: readonly InterruptedStory[],
  stage: Stage,
  stopped: AbortSignal,
): Promise<void> {
  const { product, controlPlane } = stage.scene;
  for (const victim of victims) {
    const chosen = all.filter((one) => one.victim === victim);
    const place: Place = { controlPlane, products: new Set([product]) };
    const strikes = createStrikes(victim, place);
    const tellOne = async (one: InterruptedStory) => {
      stopped.throwIfAborted();
      await tell(tellingOf(one, { stage, place, strikes }), stage);
    };
    await atOnce(atATime, chosen.filter(isSociable), tellOne);
    await atOnce(
      1,
      chosen.filter((one) => !isSociable(one)),
      tellOne,
    );
    await strikes.untilRecovered();
    if (chosen.length > 0) {
      stage.report.note(strikes.summary());
    }
  }
}

interface Round {
  readonly stage: Stage;
  readonly place: Place;
  readonly strikes: Strikes;
}

interface Place extends PlaceOfDeath {
  readonly products: Set<Product>;
}

function tellingOf({ title, story, interruption, firstIs, name }: InterruptedStory, round: Round): Telling {
  const { scene } = round.stage;
  const { apiServer, kubectl } = scene.controlPlane;
  const retype = retypeWhenAway(apiServer);
  let interruptions: Interruptions | undefined;
  let say: World['say'] = () => undefined;
  const arm = (ecs: World['ecs'], tags: Readonly<Record<string, string>>) => {
    const watched = { ecs, tags, strikes: round.strikes, say };
    interruptions = createInterruptions(firstIs, watched);
    interruption.moments.forEach((moment) => void interruptions?.add(moment));
  };
  const manner: Manner = {
    kubectl: retypedKubectl(kubectl, retype, patience),
    retype,
    patience,
    isInterrupted: true,
    interruptAt: (moment) => interruptions?.add(moment) ?? Promise.resolve(),
    async install(installation) {
      const product = await scene.install(installation);
      round.place.products.add(product);
      const end = async () => {
        round.place.products.delete(product);
        await product[Symbol.asyncDispose]();
      };
      if (interruption.inOwnInstallation === true) {
        arm(emulatorOf(product), {});
      }
      return { ...product, [Symbol.asyncDispose]: end };
    },
  };
  return {
    title,
    name,
    manner,
    async tell(world) {
      say = world.say;
      try {
        if (interruption.inOwnInstallation !== true) {
          arm(scene.ecs, tagsOfNamespace(interruption.inNamespace ?? name));
        }
        await story.tell(world);
        await interruptions?.untilAllCame();
      } finally {
        interruptions?.stop();
      }
    },
  };
}
