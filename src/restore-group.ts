import { randomUUID } from 'node:crypto';
import { stringify } from 'yaml';
import { restoreGroupConfigFrom, type RestoreGroupConfig } from './config/restore-group-config.ts';
import type { Environment } from './config/usage-error.ts';
import { readGroup } from './disk/groups/read-group.ts';
import { ownerTag } from './disk/tags.ts';
import { createEcsClient } from './ecs/client.ts';
import { absentCredential } from './ecs/credentials/absent-credential.ts';
import { createCredential } from './ecs/credentials/create-credential.ts';
import { createEcsDiskCloud, type EcsDiskCloud } from './ecs/ecs-disk-cloud.ts';
import type { EcsObserver } from './ecs/ecs-observer.ts';
import { groupManifests } from './group-manifests.ts';
import { version } from './version.ts';

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
  using cloud = connect(config);
  const call = { signal: AbortSignal.timeout(timeLimitMs), requestId: randomUUID() };
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

function connect({ ecs, ecsTimeoutMs, credentials }: RestoreGroupConfig): EcsDiskCloud {
  const client = createEcsClient({
    regionId: ecs.regionId,
    endpoint: ecs.ecsEndpoint,
    protocol: ecs.ecsProtocol,
    network: ecs.ecsNetwork,
    requestTimeoutMs: ecsTimeoutMs,
    userAgent: `csi-datasafe/${version()}`,
    credential: credentials === undefined ? absentCredential() : createCredential(credentials),
  });
  return createEcsDiskCloud({ client, regionId: ecs.regionId, ownerTag: ownerTag(undefined), observer });
}

/** What goes wrong ends the command, and says so there. */
const observer: EcsObserver = {
  callFinished: () => undefined,
  throttled: () => undefined,
  batchSize: () => undefined,
  unlistedError: () => undefined,
  credentialRefreshFailed: () => undefined,
};
