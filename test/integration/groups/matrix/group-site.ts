import { CreateDiskRequest } from '@alicloud/ecs20140526';
import { expect } from 'chai';
import type { LoggedRequest } from '../../../support/emulator.ts';
import type { KubeApi } from '../../../support/kube-api/kube-api.ts';
import type { Emulator } from '../../../support/emulator.ts';
import { lastingKey, present, sdkClient, type Client } from '../../emulator/sdk-client.ts';

/** Where the flows play: an ECS and, when the flow is to speak to one, a Kubernetes. */
export interface GroupSite {
  readonly emulator: Emulator;
  readonly ecs: Client;
  readonly kube: KubeApi | undefined;
}

/** What lives in ECS, as the flows look at it: not through the plugin. */
export interface CloudState {
  readonly snapshots: readonly {
    readonly id: string;
    readonly status: string;
    readonly sourceDiskId: string;
  }[];
  readonly groups: readonly { readonly id: string; readonly snapshotIds: readonly string[] }[];
}

const regionId = 'cn-hangzhou';

export function groupSite(emulator: Emulator, kube?: KubeApi): GroupSite {
  const place = { endpoint: emulator.endpoint, protocol: 'http' as const, regionId };
  return { emulator, ecs: sdkClient(place, lastingKey), kube };
}

export async function stateOf({ emulator }: GroupSite): Promise<CloudState> {
  return await emulator.control<CloudState>('GET', '/state');
}

/** How fast everything is while the flows play. */
const pace = {
  createDiskMs: 0,
  attachMs: 0,
  attachVisibleAfterMs: 0,
  cutMs: 20,
  uploadMs: 30,
  deleteGroupWithUsedMembers: 'delete',
  tokenLifetimeMs: 24 * 3600 * 1000,
};

/** Empties ECS (and Kubernetes), and forgets every fault. */
export async function clearSite({ emulator, kube }: GroupSite): Promise<void> {
  await emulator.control('POST', '/reset');
  await emulator.configure(pace);
  for (const plural of kube === undefined ? [] : ['persistentvolumes', 'persistentvolumeclaims', 'events']) {
    for (const { metadata } of (await kube?.objects(plural)) ?? []) {
      await kube?.take(plural, metadata.name, metadata.namespace);
    }
  }
}

/** Disks in use, each the volume of a claim where there is a Kubernetes. @returns their ids. */
export async function makeDisks(
  site: GroupSite,
  point: string,
  zoneIds: readonly string[],
): Promise<string[]> {
  const diskIds: string[] = [];
  for (const [index, zoneId] of zoneIds.entries()) {
    const wish = { regionId, zoneId, diskCategory: 'cloud_essd', size: 20 + index };
    const { body } = await site.ecs.createDisk(new CreateDiskRequest(wish));
    const diskId = present(body?.diskId);
    await site.emulator.attach(diskId);
    await site.emulator.writeDisk(diskId, 0, Buffer.from(diskId));
    await putClaim(site, diskId, `data-${point}-${index}`);
    diskIds.push(diskId);
  }
  return diskIds;
}

async function putClaim({ kube }: GroupSite, diskId: string, claim: string): Promise<void> {
  await kube?.put({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pv-${claim}`, uid: `uid-pv-${claim}` },
    spec: {
      csi: { driver: 'diskplugin.csi.alibabacloud.com', volumeHandle: diskId, volumeAttributes: {} },
      claimRef: { namespace: 'db', name: claim, uid: `uid-${claim}` },
    },
  });
  await kube?.put({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claim, namespace: 'db', uid: `uid-${claim}` },
    spec: { volumeName: `pv-${claim}` },
    status: { phase: 'Bound', capacity: { storage: '20Gi' } },
  });
}

/** How many requests of an action ECS has carried out, each token once. */
export async function countCarriedOut({ emulator }: GroupSite, action: string): Promise<number> {
  const wasCarriedOut = ({ code }: LoggedRequest) => code === 'OK';
  const requests = (await emulator.requests(action)).filter(wasCarriedOut);
  return new Set(requests.map(({ seq, parameters }) => parameters['ClientToken'] ?? `request ${seq}`)).size;
}

/** Nothing of a group is left, nor a snapshot that nobody knows. */
export async function expectNoGroup(site: GroupSite): Promise<void> {
  const { groups, snapshots } = await stateOf(site);
  expect(groups.map(({ id }) => id)).to.deep.equal([]);
  expect(snapshots.map(({ id }) => id)).to.deep.equal([]);
}

/** One group with one snapshot of each disk, and nothing besides. */
export async function expectOneGroup(site: GroupSite, diskIds: readonly string[]): Promise<void> {
  const { groups, snapshots } = await stateOf(site);
  expect(groups).to.have.length(1);
  expect(snapshots.map(({ sourceDiskId }) => sourceDiskId).sort()).to.deep.equal([...diskIds].sort());
}

/** The claims that have an event of this reason, once for each event. */
export async function claimsTold({ kube }: GroupSite, reason: string): Promise<string[]> {
  const events = (await kube?.objects('events')) ?? [];
  const ofReason = events.filter((event) => event['reason'] === reason);
  return ofReason.map((event) => String((event['involvedObject'] as { name?: string } | undefined)?.name));
}
