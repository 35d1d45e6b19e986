/** What the stories about group snapshots have in common. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubeObject } from '../system/kubectl.ts';
import type { World } from '../system/story.ts';
import { snapshots, type ClaimWish } from './acts.ts';

const folder = fileURLToPath(new URL('../../../deploy/examples/group-snapshots/', import.meta.url));
export const example = (name: string) => readFileSync(join(folder, name), 'utf8');

/** A class whose groups stay at ECS. */
export const retainingClassName = 'e2e-retain';
export const retainingClass = example('group-snapshot-class-demo.yaml')
  .replace('name: group-snapshot-class-demo', `name: ${retainingClassName}`)
  .replace('deletionPolicy: Delete', 'deletionPolicy: Retain');

/** A claim that the selector of the example takes. */
export const claimOf = (name: string): ClaimWish => ({
  name,
  storageClass: 'alicloud-disk-essd',
  labels: { app: 'mysql' },
});

export interface GroupContent extends KubeObject {
  readonly spec: { readonly volumeGroupSnapshotRef: { readonly namespace: string } };
  readonly status?: {
    readonly volumeGroupSnapshotHandle?: string;
    readonly error?: { readonly message?: string };
  };
}

/** The VolumeSnapshot of one claim in a group. */
export interface Member extends KubeObject {
  readonly spec: { readonly source: { readonly persistentVolumeClaimName: string } };
  readonly status?: { readonly readyToUse?: boolean };
}

/**
 * Waits until the group and each of its members are ready, as docs/group-snapshots.md tells whoever deletes one: up to release
 * 8.6, snapshot-controller gives a member its finalizers a little after the group is ready, and never lets go of one that is
 * deleted before.
 */
export async function untilGroupReady(world: World, group: string, count = 2): Promise<readonly Member[]> {
  await world.waitFor(`vgs/${group}`, '{.status.readyToUse}=true');
  const { metadata } = await world.kubectl.json(`get vgs ${group} -n ${world.namespace}`);
  return await world.eventually(`the ${count} members of ${group} are ready`, async () => {
    const { items } = await world.kubectl.json<{ items: Member[] }>(
      `get volumesnapshot -n ${world.namespace}`,
    );
    const members = items.filter(
      (member) =>
        member.status?.readyToUse === true &&
        member.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) === true,
    );
    return members.length === count ? members : undefined;
  });
}

/** The VolumeSnapshot of each claim of the group. */
export function byClaim(members: readonly Member[]): Map<string, string> {
  return new Map(members.map(({ spec, metadata }) => [spec.source.persistentVolumeClaimName, metadata.name]));
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

/** Runs the script of the examples, which writes the claims of a group into a file. */
export async function generateClaims(
  { controlPlane, namespace, run }: World,
  group: string,
): Promise<{ file: string; printed: string }> {
  const file = join(controlPlane.directory, `${namespace}-output.yaml`);
  const args = [namespace, group, 'alicloud-disk-essd', '20Gi', controlPlane.adminKubeconfig, file];
  const path = `${controlPlane.programDirectory}:${process.env['PATH'] ?? ''}`;
  const env = { PATH: path, HOME: controlPlane.directory };
  return { file, printed: await run('bash', [join(folder, 'generate_pvc.sh'), ...args], env) };
}

export function inNamespace({ namespace }: World, yaml: string): string {
  return yaml.replace('namespace: default', `namespace: ${namespace}`);
}
