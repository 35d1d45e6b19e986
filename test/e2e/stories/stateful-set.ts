import type { KubeObject } from '../system/kubectl.ts';
import type { World } from '../system/story.ts';

interface StatefulSet extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number };
  readonly status: { readonly observedGeneration?: number };
}

/**
 * Plays the kubelet for a StatefulSet that is scaled to nothing: the containers of each pod that its controller deletes end.
 * A pod that it has not deleted yet it would make anew.
 */
export async function untilStopped(world: World, name: string): Promise<void> {
  const { kubectl, namespace } = world;
  await world.eventually(`the StatefulSet ${name} has no pods any more`, async () => {
    const { items } = await kubectl.json<{ items: KubeObject[] }>(`get pods -n ${namespace}`);
    const replicas = items.filter(({ metadata }) => metadata.name.startsWith(`${name}-`));
    for (const { metadata } of replicas.filter((one) => one.metadata.deletionTimestamp !== undefined)) {
      await kubectl.run(
        `delete pod ${metadata.name} -n ${namespace} --grace-period=0 --force --ignore-not-found`,
      );
    }
    const { metadata, status } = await kubectl.json<StatefulSet>(`get sts ${name} -n ${namespace}`);
    return replicas.length === 0 && status.observedGeneration === metadata.generation;
  });
}
