import { randomUUID } from 'node:crypto';
import { stringify } from 'yaml';
import { restoreGroupConfigFrom } from '../config/restore-group-config.ts';
import type { Environment } from '../config/usage-error.ts';
import { DiskError } from '../disk/disk-error.ts';
import { readGroup } from '../disk/groups/read-group.ts';
import { systemClock } from '../ecs/clock.ts';
import { startTimeLimit } from '../ecs/time-limit.ts';
import { groupManifests } from './group-manifests.ts';
import { operatorCloud } from './operator-cloud.ts';

const timeLimitMs = 60_000;

/**
 * `csi-datasafe restore-group`: prints what `kubectl apply -f -` needs to restore all members of a group snapshot. Reads
 * the group from ECS, and changes nothing.
 * @throws UsageError; DiskError when the group cannot be read.
 */
export async function restoreGroup(argv: readonly string[], env: Environment): Promise<number> {
  const config = restoreGroupConfigFrom(argv, env);
  if ('help' in config) {
    process.stdout.write(config.help);
    return 0;
  }
  using cloud = operatorCloud(config);
  const message = `no answer from ECS within ${String(timeLimitMs / 1_000)} seconds; nothing is printed, run it again`;
  using limit = startTimeLimit(systemClock, timeLimitMs, new DiskError('timed-out', message));
  const call = { signal: limit.signal, requestId: randomUUID() };
  const group = await readGroup(cloud, config.groupId, [], call);
  if (group.gap !== undefined) {
    process.stderr.write(`csi-datasafe: ${group.gap}\n`);
  }
  if (group.gap !== undefined && config.incomplete === 'refuse') {
    throw new Error(
      'nothing is printed of a group that is not whole; --incomplete print prints what is left',
    );
  }
  const disks = await cloud.findDisks(
    group.snapshots.map(({ sourceDiskId }) => sourceDiskId),
    call,
  );
  const manifests = groupManifests(group, disks, config);
  process.stdout.write(manifests.map((manifest) => stringify(manifest)).join('---\n'));
  return 0;
}
