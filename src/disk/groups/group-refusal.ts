import type { Call } from '../call.ts';
import type { Cluster, ClusterVolume } from '../cluster.ts';
import { DiskError, type DiskErrorDetails, type DiskErrorKind } from '../disk-error.ts';

/** More disks than this are not told of in one message. */
const maxTold = 5;

/** No group of these disks can be made; knows for which of them. */
export class GroupRefusal extends DiskError {
  readonly culprits: readonly string[];

  constructor(
    kind: DiskErrorKind,
    message: string,
    culprits: readonly string[],
    details: DiskErrorDetails = {},
  ) {
    super(kind, message, details);
    this.culprits = culprits;
  }
}

/** Texts about several disks as one message of bounded length. */
export function told(texts: readonly string[]): string {
  const more = texts.length - maxTold;
  return [...texts.slice(0, maxTold), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** The volume of a disk, where Kubernetes can be asked: a refusal does not wait for it, nor does it fail for its sake. */
export async function volumeIfKnown(
  cluster: Cluster,
  diskId: string,
  call: Call,
): Promise<ClusterVolume | undefined> {
  try {
    return await cluster.findVolume(diskId, call);
  } catch (error) {
    if (error instanceof DiskError) {
      return undefined;
    }
    throw error;
  }
}

/** `disk d-1 (claim db/data-0)`, or the disk alone where nobody knows its claim. */
export function diskWithClaim(diskId: string, volume: ClusterVolume | undefined): string {
  const claim = volume?.claim;
  return claim === undefined ? `disk ${diskId}` : `disk ${diskId} (claim ${claim.namespace}/${claim.name})`;
}

/**
 * Says on the claims of the culprits that there is no group snapshot, and why. When the refusal does not tell whose fault
 * it is, each claim gets it.
 */
export async function reportRefusal(
  cluster: Cluster,
  { key, diskIds }: { readonly key: string; readonly diskIds: readonly string[] },
  error: DiskError,
  call: Call,
): Promise<void> {
  const culprits = error instanceof GroupRefusal ? error.culprits : [];
  const concerned = culprits.length === 0 ? diskIds : culprits;
  const { message } = error;
  await Promise.all(
    concerned.map(async (diskId) => {
      const volume = await volumeIfKnown(cluster, diskId, call);
      const about = { diskId, volume, message, key: `${key} ${message}` };
      if (error.kind === 'failed') {
        cluster.report({ type: 'Warning', reason: 'GroupSnapshotFailed', on: 'claim', ...about });
      } else {
        cluster.report({ type: 'Warning', reason: 'GroupSnapshotRefused', on: 'claim', ...about });
      }
    }),
  );
}

/** What ECS refused, with the disks that its text names and their claims. */
export async function withClaims(
  cluster: Cluster,
  diskIds: readonly string[],
  error: DiskError,
  call: Call,
): Promise<DiskError> {
  if (error instanceof GroupRefusal) {
    return error;
  }
  const words = new Set(error.message.match(/\bd-[0-9a-z]+/g));
  const culprits = diskIds.filter((diskId) => words.has(diskId));
  const volumes = await Promise.all(culprits.map((diskId) => volumeIfKnown(cluster, diskId, call)));
  const claims = culprits.flatMap((diskId, index) =>
    volumes[index]?.claim === undefined ? [] : [diskWithClaim(diskId, volumes[index])],
  );
  const message = claims.length === 0 ? error.message : `${error.message}; this is ${told(claims)}`;
  const { kind, code, action, requestId } = error;
  return new GroupRefusal(kind, message, culprits, { code, action, requestId, cause: error });
}
