import type { ClusterVolume } from '../cluster.ts';
import type { Snapshot } from '../snapshot.ts';

/** The driver that is meant where none is named. */
export const defaultDriverName = 'diskplugin.csi.alibabacloud.com';

/** What to type to restore a snapshot beside the volume that it was taken of. */
export function restoreCommand(
  { id, sourceDiskSizeGiB }: Snapshot,
  volume: ClusterVolume | undefined,
  driverName: string,
): string {
  const claim = volume?.claim;
  const options = [
    `--snapshot ${id}`,
    `--size ${sourceDiskSizeGiB}Gi`,
    ...(claim === undefined ? [] : [`--namespace ${claim.namespace}`, `--claim ${claim.name}-restored`]),
    ...(volume?.volumeMode === 'Block' ? ['--volume-mode Block'] : []),
    ...(volume?.storageClass === undefined ? [] : [`--storage-class ${volume.storageClass}`]),
    ...(driverName === defaultDriverName ? [] : [`--driver-name ${driverName}`]),
  ];
  return `csi-datasafe restore-manifests ${options.join(' ')} | kubectl apply -f -`;
}
