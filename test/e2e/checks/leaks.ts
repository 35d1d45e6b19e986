import { expect } from 'chai';
import type { EcsDisk, EcsSnapshot, Volume } from '../stories/acts.ts';
import type { KubeObject, Kubectl } from '../system/kubectl.ts';
import { eventually } from '../system/wait.ts';
import type { Check } from './index.ts';

/** The namespaces of the stories are being deleted, with claims and snapshots in them: that takes its time. */
const limitMs = 180_000;

/** Whoever was killed at whatever moment has left nothing behind that is paid for and that nobody knows. */
export const nothingLeftOver: Check = {
  title:
    'nothing is left over: once the stories are gone, Kubernetes knows each disk at ECS, and each snapshot that does not expire',
  async run({ controlPlane: { kubectl }, ecs }) {
    await eventually(
      'the namespaces of the stories are gone',
      async () => (await playKubelet(kubectl)).length === 0,
      limitMs,
    ).catch(async (error: unknown) => {
      throw new Error((await whatRemains(kubectl)).join('\n'), { cause: error });
    });
    const leftOver = async () => {
      const state = await ecs.control<{ disks: EcsDisk[]; snapshots: EcsSnapshot[] }>('GET', '/state');
      const known = await knownHandles(kubectl);
      const lasting = state.snapshots.filter(({ retentionDays }) => retentionDays === null);
      return [...state.disks, ...lasting]
        .filter(({ id }) => !known.includes(id))
        .map(({ id, name }) => `${id} ${name}`)
        .sort();
    };
    await eventually(
      'Kubernetes knows all that is left',
      async () => (await leftOver()).length === 0,
      limitMs,
    ).catch(() => undefined);
    expect(await leftOver()).to.deep.equal([]);
  },
};

/** Ends the pods that stand in the way of a namespace that is being deleted. @returns the names of such namespaces. */
async function playKubelet(kubectl: Kubectl): Promise<readonly string[]> {
  const names = (await kubectl.run('get namespaces -o name')).match(
    /(?<=^namespace\/)(story-.*|autosnapshot)$/gm,
  );
  for (const name of names ?? []) {
    await kubectl.run(`delete pods --all -n ${name} --grace-period=0 --force`);
  }
  return names ?? [];
}

interface Namespace extends KubeObject {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly message: string }[] };
}

/** What the API server says of each namespace that does not go away. */
async function whatRemains(kubectl: Kubectl): Promise<string[]> {
  const { items } = await kubectl.json<{ items: Namespace[] }>('get namespaces');
  return items.flatMap(({ metadata, status }) =>
    (status.conditions ?? [])
      .filter(({ type }) => type.endsWith('Remaining'))
      .map(({ message }) => `${metadata.name}: ${message}`),
  );
}

interface Content extends KubeObject {
  readonly spec: { readonly source: { readonly snapshotHandle?: string } };
  readonly status?: { readonly snapshotHandle?: string };
}

async function knownHandles(kubectl: Kubectl): Promise<string[]> {
  const volumes = await kubectl.json<{ items: Volume[] }>('get pv');
  const contents = await kubectl.json<{ items: Content[] }>('get volumesnapshotcontents');
  return [
    ...volumes.items.map(({ spec }) => spec.csi.volumeHandle),
    ...contents.items.flatMap(({ spec, status }) => [
      spec.source.snapshotHandle ?? '',
      status?.snapshotHandle ?? '',
    ]),
  ];
}
