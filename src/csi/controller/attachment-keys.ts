/**
 * Keys of the operation lock. Publishing a volume at one node may go on beside its unpublishing from another (the first
 * waits for the second, in ECS), and beside an expansion, which may take long; but not beside its deletion.
 */
export function deletionKeys(volumeId: string): string[] {
  return [`volume ${volumeId}`, placesOf(volumeId)];
}

/** What a change at one node holds for itself. */
export function placeKey(volumeId: string, nodeId: string): string {
  return `volume ${volumeId} at node ${nodeId}`;
}

/** What changes at any node share. */
export function placesOf(volumeId: string): string {
  return `the nodes of volume ${volumeId}`;
}
