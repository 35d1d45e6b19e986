import type { ClusterVolume } from '../../disk/cluster.ts';
import type { GuardParts } from '../../disk/guards/guard-parts.ts';
import { tagKeys } from '../../disk/tags.ts';
import type { VolumeWish } from './volume-wish.ts';

const wishKeys: readonly string[] = [tagKeys.expandPolicy, tagKeys.deleteSnapshotRetentionDays];

/**
 * Says on the claim of a new volume that the protection which its class asks for is switched off: the wish is kept in the
 * tags of the disk, and nothing acts on it now. Once for each volume, and while there is still time to switch it on.
 */
export function reportAbsentProtection(parts: GuardParts, diskId: string, wish: VolumeWish): void {
  const isWish = ({ key, value }: { key: string; value: string }) =>
    wishKeys.includes(key) && !['closed', ''].includes(value);
  if (parts.isSwitchedOn || !wish.tags.some(isWish)) {
    return;
  }
  parts.cluster.report({
    type: 'Warning',
    reason: 'ProtectionSwitchedOff',
    message: `the class of disk ${diskId} asks for automatic snapshots, which are switched off: it will be expanded and deleted without them. Start the plugin with VOLUME_DEL_AUTO_SNAP=true`,
    diskId,
    volume: volumeToBe(diskId, wish),
    on: 'claim',
    key: `switched-off-${diskId}`,
  });
}

/** The PersistentVolume as far as it is known before it is there; `undefined` when nobody has told which claim it is for. */
function volumeToBe(diskId: string, { origin }: VolumeWish): ClusterVolume | undefined {
  const { pvcName: name, pvcNamespace: namespace, pvName } = origin;
  if (name === undefined || namespace === undefined) {
    return undefined;
  }
  // csi-provisioner makes the name of a volume from the uid of its claim, without which `kubectl describe` shows no event.
  const uid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(pvName ?? '')?.[0];
  return {
    name: pvName ?? diskId,
    uid: '',
    diskId,
    storageClass: undefined,
    attributes: new Map(),
    volumeMode: 'Filesystem',
    claim: { namespace, name, uid },
  };
}
