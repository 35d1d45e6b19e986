import { expect } from 'chai';
import { invoke, type CsiClient } from '../../../support/csi-client.ts';
import { essdParameters, gib, mountCapability } from '../../../support/volumes.ts';
import { driverName, type CrashSite } from './site.ts';

/** What was written to the disk last, before the guard is called. */
const bytes = Buffer.from('the last state of the disk, to be found again');

export interface GuardedVolume {
  readonly diskId: string;
  readonly claim: string;
}

/** A snapshot as the emulator's state has it. */
export interface EmulatedSnapshot {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly isAvailable: boolean;
  readonly sourceDiskId: string;
  readonly retentionDays: number | null;
}

interface EmulatedState {
  readonly disks: readonly { readonly id: string; readonly sizeGiB: number }[];
  readonly snapshots: readonly EmulatedSnapshot[];
}

export async function stateOf({ emulator }: CrashSite): Promise<EmulatedState> {
  return await emulator.control<EmulatedState>('GET', '/state');
}

/** A volume of a class, on an instance and written to, with its PersistentVolume and claim; there is no other. */
export async function createGuardedVolume(
  site: CrashSite,
  client: CsiClient,
  point: string,
  policy: Readonly<Record<string, string>>,
): Promise<GuardedVolume> {
  await site.clear();
  const { volume } = await invoke(client.controller, 'CreateVolume', {
    name: `pvc-${point}`,
    capacityRange: { requiredBytes: 20 * gib },
    volumeCapabilities: [mountCapability],
    parameters: { ...essdParameters, ...policy },
  });
  const diskId = volume?.volumeId ?? '';
  await site.emulator.attach(diskId);
  await site.emulator.writeDisk(diskId, 4096, bytes);
  const claim = `data-${point}`;
  await site.kube.put({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pv-${point}`, uid: `uid-pv-${point}` },
    spec: {
      csi: { driver: driverName, volumeHandle: diskId, volumeAttributes: {} },
      claimRef: { namespace: 'db', name: claim, uid: `uid-${claim}` },
      storageClassName: 'datasafe',
      volumeMode: 'Filesystem',
    },
  });
  await setClaimSize(site, { diskId, claim }, 20);
  return { diskId, claim };
}

/** Puts the claim there, grown to the size. */
export async function setClaimSize(
  site: CrashSite,
  { claim }: GuardedVolume,
  sizeGiB: number,
): Promise<void> {
  await site.kube.put({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claim, namespace: 'db', uid: `uid-${claim}` },
    spec: { volumeName: claim.replace('data-', 'pv-') },
    status: { phase: 'Bound', capacity: { storage: `${sizeGiB}Gi` } },
  });
}

/** Expects a snapshot that a disk can be made from, with every byte that was written. */
export async function expectRestorable({ emulator }: CrashSite, snapshot: EmulatedSnapshot): Promise<void> {
  expect(snapshot.isAvailable).to.equal(true);
  const url = `http://${emulator.endpoint}/__emulator/snapshots/${snapshot.id}/data?offset=4096&length=${bytes.length}`;
  const data = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect(data.toString()).to.equal(bytes.toString());
}

/** Whether the snapshot reaches so far: it is as large as the disk was when it was asked for. */
export async function hasByte(
  { emulator }: CrashSite,
  { id }: EmulatedSnapshot,
  offset: number,
): Promise<boolean> {
  const url = `http://${emulator.endpoint}/__emulator/snapshots/${id}/data?offset=${offset}&length=1`;
  const { status } = await fetch(url);
  expect(status).to.be.oneOf([200, 416]);
  return status === 200;
}

/** How many requests of an action ECS has carried out, each token once. */
export async function countCarriedOut({ emulator }: CrashSite, action: string): Promise<number> {
  const requests = (await emulator.requests(action)).filter(({ code }) => code === 'OK');
  return new Set(requests.map(({ seq, parameters }) => parameters['ClientToken'] ?? `request ${seq}`)).size;
}
