import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBareCluster, type BareCluster, type ClusterStory } from './bare-cluster.ts';
import { buildPrograms, v1beta2Programs, type Programs } from './programs.ts';
import type { Report } from './report.ts';

interface Telling {
  readonly programs: Programs;
  readonly report: Report;
  readonly directory: string;
  /** Rejects when everything is to end. */
  readonly stop: Promise<never>;
  readonly stopped: AbortSignal;
}

/** Tells each in a cluster of its own, one after the other. */
export async function tellClusterStories(
  stories: readonly ClusterStory[],
  { programs, report, directory, stop, stopped }: Telling,
): Promise<void> {
  if (stories.length === 0) {
    return;
  }
  const moreSidecars = buildPrograms(v1beta2Programs);
  for (const [index, story] of stories.entries()) {
    stopped.throwIfAborted();
    const home = join(directory, `cluster-${index + 1}`);
    await report.add(story.title, async () => {
      await using cluster = await startBareCluster({ programs, moreSidecars }, home);
      try {
        await Promise.race([stop, story.tell(cluster)]);
      } catch (error) {
        await keepObjects(cluster, join(home, 'objects'));
        throw error;
      }
    });
  }
}

/** What the API server holds at the moment of a failure. */
async function keepObjects({ controlPlane: { kubectl }, ecs }: BareCluster, path: string): Promise<void> {
  mkdirSync(path, { recursive: true });
  const kinds = ['pvc,pv,volumeattachments,pods,leases', 'events', 'crd'];
  const snapshotKinds = ['volumesnapshots,volumesnapshotcontents', 'vgs,vgsc,vgsclass'];
  for (const [index, kind] of [...kinds, ...snapshotKinds].entries()) {
    const text = await kubectl.run(`get ${kind} -A -o yaml`).catch(String);
    writeFileSync(join(path, `${index}.yaml`), text);
  }
  writeFileSync(join(path, 'emulator.log'), ecs.process.output());
}
