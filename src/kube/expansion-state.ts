import type { Call } from '../disk/call.ts';
import type { ClusterVolume, ExpansionState } from '../disk/cluster.ts';
import { claims, type ClaimObject } from './objects.ts';
import { parseQuantity } from './quantity.ts';
import type { ObjectStore } from './store.ts';

/** Conditions of a claim that say that a resize is not over. */
const resizeConditions = new Set([
  'Resizing',
  'FileSystemResizePending',
  'ControllerResizeError',
  'NodeResizeError',
]);

/** Asks the claim of the volume whether it has grown to the size. */
export async function readExpansionState(
  store: ObjectStore,
  volume: ClusterVolume,
  sizeGiB: number,
  call: Call,
): Promise<ExpansionState> {
  if (volume.claim === undefined) {
    return 'unknown';
  }
  const claim = await store.find(claims, volume.claim, call);
  return claim === undefined || !isClaimOf(claim, volume) ? 'unknown' : expansionStateOf(claim, sizeGiB);
}

/** What the status of a claim says about its growth to a size. */
export function expansionStateOf({ status }: ClaimObject, sizeGiB: number): ExpansionState {
  const capacity = parseQuantity(status?.capacity['storage'] ?? '');
  if (capacity === undefined) {
    return 'unknown';
  }
  const hasSize = capacity >= BigInt(sizeGiB) * 1024n ** 3n;
  return hasSize && !isUnderWay(status) ? 'complete' : 'pending';
}

function isUnderWay(status: ClaimObject['status']): boolean {
  const hasCondition = status?.conditions?.some(
    (one) => resizeConditions.has(one.type) && one.status === 'True',
  );
  return hasCondition === true || (status?.allocatedResourceStatuses['storage'] ?? '') !== '';
}

function isClaimOf(claim: ClaimObject, volume: ClusterVolume): boolean {
  const uid = volume.claim?.uid;
  return (uid === undefined || claim.metadata.uid === uid) && claim.spec.volumeName === volume.name;
}
