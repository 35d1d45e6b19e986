import type { ClusterVolume } from '../cluster.ts';

/** What to type to restore a snapshot beside the volume that it was taken of. */
export function restoreCommand(
  snapshotId: string,
  sizeGiB: number,
  volume: ClusterVolume | undefined,
): string {
  const claim = volume?.claim;
  const options = [
    `--snapshot ${snapshotId}`,
    `--size ${sizeGiB}Gi`,
    ...(claim === undefined ? [] : [`--namespace ${claim.namespace}`, `--claim ${claim.name}-restored`]),
    ...(volume?.volumeMode === 'Block' ? ['--volume-mode Block'] : []),
    ...(volume?.storageClass === undefined ? [] : [`--storage-class ${volume.storageClass}`]),
  ];
  return `csi-datasafe restore-manifests ${options.join(' ')} | kubectl apply -f -`;
}
