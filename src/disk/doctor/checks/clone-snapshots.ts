import { isCloneSnapshot } from '../../clone/clone-mark.ts';
import type { Check } from '../check.ts';
import type { Looks } from '../looks.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { Finding } from '../finding.ts';

/** The upload of a large disk takes its time, and the keeper waits for it. */
const patienceMs = 6 * 60 * 60_000;

/** Steps on the way of clones that nobody took away. */
export const cloneSnapshots: Check = {
  name: 'clone-snapshots',
  finds: 'snapshots by way of which a disk was cloned, uploaded and older than six hours',
  reads: 'snapshots with the mark of a clone',
  mend: 'delete the snapshot once the clone is bound',
  async examine(looks) {
    return (await looks.cloneSnapshots())
      .filter((snapshot) => isCloneSnapshot(snapshot) && snapshot.status === 'accomplished')
      .filter(({ cutAt }) => cutAt !== undefined && looks.now() - cutAt.getTime() > patienceMs)
      .map((snapshot) => findingOf(snapshot, looks));
  },
};

function findingOf({ id, sourceDiskId }: Snapshot, { regionId }: Looks): Finding {
  return {
    what: `snapshot ${id} of disk ${sourceDiskId} was made six hours ago or more to clone the disk, and is still there`,
    ids: [id, sourceDiskId],
    why: 'either its clone was given up, or the keeper does not run: the snapshot is paid for until ECS deletes it a day after its cut',
    mend: [
      'see that the keeper runs (--keeper on; /readyz says what it cannot do)',
      `once no claim waits for the clone: aliyun ecs DeleteSnapshot --RegionId ${regionId} --SnapshotId ${id} --Force true`,
    ],
  };
}
