import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kubectl } from './kubectl.ts';
import type { Report } from './report.ts';
import { atOnce, isSociable } from './together.ts';
import { createWorld, undisturbed, type Manner, type Scene, type Story, type World } from './story.ts';

/** Where stories are told, and who writes down how that goes. */
export interface Stage {
  readonly scene: Scene;
  readonly report: Report;
  readonly directory: string;
}

/** A story on its way to be told. */
export interface Telling {
  readonly title: string;
  /** Its namespace, and the name of its log. */
  readonly name: string;
  readonly manner: Manner;
  tell(world: World): Promise<void>;
}

/** Of those that are told together. */
const atATime = 4;
/** A story for which longer than this is too long, however often somebody is killed. */
const limitMs = 5 * 60_000;

/** First those that must be alone and come first, then the rest together. */
export async function tellUndisturbed(
  stories: readonly Story[],
  stage: Stage,
  stopped: AbortSignal,
): Promise<void> {
  const numbered = stories.map((story, index) => ({ ...story, name: `story-${index + 1}` }));
  const tellOne = async ({ title, name, ...story }: Story & { readonly name: string }) => {
    stopped.throwIfAborted();
    await tell({ title, name, manner: undisturbed(stage.scene), tell: (world) => story.tell(world) }, stage);
  };
  await atOnce(
    1,
    numbered.filter((one) => !isSociable(one)),
    tellOne,
  );
  await atOnce(atATime, numbered.filter(isSociable), tellOne);
}

/** Tells it in a namespace of its own, and keeps what is there when it fails. */
export async function tell(telling: Telling, { scene, report, directory }: Stage): Promise<void> {
  const { title, name, manner } = telling;
  const home = join(directory, 'stories');
  mkdirSync(home, { recursive: true });
  const world = createWorld(scene, name, join(home, `${name}.log`), manner);
  world.say(title);
  await report.add(title, async () => {
    try {
      await world.kubectl.run(`create namespace ${name}`);
      // Without it no pod is let in.
      await world.kubectl.run(`wait serviceaccount/default --for=create -n ${name} --timeout=60s`);
      await Promise.race([telling.tell(world), tooLate()]);
    } catch (error) {
      world.say(`failed: ${String(error)}`);
      await keepObjects(world.kubectl, join(home, name));
      throw error;
    } finally {
      await world.ecs.clearFaults();
      await world.kubectl.run(`delete pods --all -n ${name} --grace-period=0 --force`).catch(() => undefined);
      await world.kubectl.run(`delete namespace ${name} --wait=false`).catch(() => undefined);
    }
  });
}

async function tooLate(): Promise<never> {
  return await new Promise((_, reject) => {
    setTimeout(() => {
      reject(new Error(`the story was not at its end after ${limitMs / 60_000} minutes`));
    }, limitMs).unref();
  });
}

/** What the API server holds at the moment of a failure. */
async function keepObjects(kubectl: Kubectl, path: string): Promise<void> {
  const kinds = [
    'pvc,pv,volumeattachments,volumesnapshots,volumesnapshotcontents',
    'volumegroupsnapshots,volumegroupsnapshotcontents,pods,leases',
    'events',
  ];
  for (const [index, kind] of kinds.entries()) {
    const text = await kubectl.run(`get ${kind} -A -o yaml`).catch(String);
    writeFileSync(`${path}-objects-${index}.yaml`, text);
  }
}
