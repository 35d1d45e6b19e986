import type { WireRequest } from './controller-harness.ts';

const gib = 1024 ** 3;

/** A mounted volume for one writer. */
export const mounted = { mount: { fsType: 'ext4' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const;
/** A block volume for many writers. */
export const sharedBlock = { block: {}, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } } as const;

export const zoneKey = 'topology.diskplugin.csi.alibabacloud.com/zone';

/** A CreateVolume request that is fine: 20 GiB of cloud_essd. */
export function createVolume(changes: WireRequest<'CreateVolume'> = {}): WireRequest<'CreateVolume'> {
  return {
    name: 'pvc-1',
    capacityRange: { requiredBytes: 20 * gib },
    volumeCapabilities: [mounted],
    parameters: { type: 'cloud_essd' },
    ...changes,
  };
}

/** Bytes of whole GiB, as a request has them. */
export function gibibytes(count: number): number {
  return count * gib;
}

/** A volume_content_source of a snapshot. */
export function fromSnapshot(snapshotId: string) {
  return { snapshot: { snapshotId } };
}

/** An accessibility requirement for zones, best first. */
export function inZones(...zones: string[]) {
  return { requisite: [], preferred: zones.map((zone) => ({ segments: { [zoneKey]: zone } })) };
}
