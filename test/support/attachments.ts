import { invoke, type CsiClient } from './csi-client.ts';
import type { Emulator } from './emulator.ts';
import { mountCapability } from './volumes.ts';

/** Shared block access from several nodes. */
export const sharedCapability = {
  block: {},
  accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' as const },
};

export interface NodeWish {
  readonly zoneId?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A node of the cluster. @returns the id of its instance. */
export async function addNode(emulator: Emulator, wish: NodeWish = {}): Promise<string> {
  const { id } = await emulator.control<{ id: string }>('POST', '/instances', wish);
  return id;
}

/** ControllerPublishVolume as csi-attacher sends it. @returns the publish context. */
export async function publish(
  client: CsiClient,
  volumeId: string,
  nodeId: string,
  options: { readonly timeLimitMs?: number; readonly volumeCapability?: object } = {},
): Promise<Record<string, string>> {
  const { volumeCapability = mountCapability, timeLimitMs } = options;
  const request = { volumeId, nodeId, volumeCapability };
  const { publishContext } = await invoke(client.controller, 'ControllerPublishVolume', request, timeLimitMs);
  return publishContext;
}

/** ControllerUnpublishVolume as csi-attacher sends it. */
export async function unpublish(
  client: CsiClient,
  volumeId: string,
  nodeId: string,
  timeLimitMs?: number,
): Promise<void> {
  await invoke(client.controller, 'ControllerUnpublishVolume', { volumeId, nodeId }, timeLimitMs);
}

/** Where each disk is, past the plugin. */
export interface PlacedDisk {
  readonly id: string;
  readonly status: string;
  readonly sizeGiB: number;
  readonly category: string;
  readonly instanceIds: readonly string[];
}

/** The disks of the account, and the instances that they are on. */
export async function placedDisks(emulator: Emulator): Promise<Map<string, PlacedDisk>> {
  const { disks } = await emulator.control<{ disks: PlacedDisk[] }>('GET', '/state');
  return new Map(disks.map((disk) => [disk.id, disk]));
}
