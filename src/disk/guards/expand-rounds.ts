import type { Call } from '../call.ts';
import { isDiskError } from '../disk-error.ts';
import type { Snapshot } from '../snapshot.ts';
import { tagKeys } from '../tags.ts';
import type { ExpandGuardParts } from './guard-parts.ts';
import { isGuardSnapshot, noRound, roundOf } from './guard-snapshot.ts';

/**
 * ECS refuses a resize for now. Where nothing of the disk is left to upload, it is for another reason, such as a change of
 * its category that is under way, and the snapshot ages although ECS has kept up: it uses up no round then, or the third one
 * would count hours later. Written down at the snapshot, since the next call may be another process.
 *
 * A snapshot whose upload has just ended in this call is not marked, nor one beside another upload: ECS may not allow at
 * once what it refused because of them, and each of a row of slow uploads would lead to another row.
 * @param snapshot as it was before the resize was sent.
 */
export async function noteRefusal(
  { cloud }: ExpandGuardParts,
  snapshot: Snapshot,
  call: Call,
): Promise<void> {
  if (
    snapshot.status !== 'accomplished' ||
    !isGuardSnapshot(snapshot, 'expand') ||
    roundOf(snapshot) === noRound
  ) {
    return;
  }
  try {
    const others = await cloud.findSnapshotsOfDisk(snapshot.sourceDiskId, call);
    if (!others.some(({ status }) => status === 'progressing')) {
      await cloud.tagSnapshot(snapshot.id, { key: tagKeys.guardRound, value: String(noRound) }, call);
    }
  } catch (error) {
    // The next refusal is noted instead; until then the round counts.
    if (!isDiskError(error)) {
      throw error;
    }
  }
}
