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
      async () => (await playKubelet(kubectl)) === 0,
      limitMs,
      // One that hangs still knows its disks and snapshots; what nobody knows is looked for below.
    ).catch((error: unknown) => {
      console.log(`         ${String(error)}`);
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

/** Ends the pods that stand in the way of a namespace that is being deleted. @returns how many such namespaces there are. */
async function playKubelet(kubectl: Kubectl): Promise<number> {
  const names = (await kubectl.run('get namespaces -o name')).match(
    /(?<=^namespace\/)(story-.*|autosnapshot)$/gm,
  );
  for (const name of names ?? []) {
    await kubectl.run(`delete pods --all -n ${name} --grace-period=0 --force`);
  }
  return names?.length ?? 0;
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
