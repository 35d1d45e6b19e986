/** What the stories about group snapshots have in common. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubeObject } from '../system/kubectl.ts';
import type { World } from '../system/story.ts';
import { snapshots } from './acts.ts';

export const folder = fileURLToPath(new URL('../../../deploy/examples/group-snapshots/', import.meta.url));
export const example = (name: string) => readFileSync(join(folder, name), 'utf8');

export interface GroupContent extends KubeObject {
  readonly spec: { readonly volumeGroupSnapshotRef: { readonly namespace: string } };
  readonly status: { readonly volumeGroupSnapshotHandle: string };
}

/** The ids of the members of each group at ECS, by the id of the group. */
export async function groups({ ecs }: World): Promise<Record<string, readonly string[]>> {
  const state = await ecs.control<{ groups: { id: string; snapshotIds: string[] }[] }>('GET', '/state');
  return Object.fromEntries(state.groups.map(({ id, snapshotIds }) => [id, snapshotIds]));
}

/** The groups that have a snapshot of one of these disks. */
export async function groupsOf(world: World, diskIds: readonly string[]): Promise<string[]> {
  const ofDisks = (await snapshots(world)).filter(({ sourceDiskId }) => diskIds.includes(sourceDiskId));
  return [...new Set(ofDisks.map(({ groupId }) => groupId))];
}

export async function contentName(world: World, group: string): Promise<string> {
  const path = '{.status.boundVolumeGroupSnapshotContentName}';
  return await world.kubectl.run(`get vgs ${group} -n ${world.namespace} -o jsonpath=${path}`);
}

export function inNamespace({ namespace }: World, yaml: string): string {
  return yaml.replace('namespace: default', `namespace: ${namespace}`);
}
