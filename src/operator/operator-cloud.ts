import type { EcsAccess } from '../config/ecs-access.ts';
import { ownerTag } from '../disk/tags.ts';
import { createEcsClient } from '../ecs/client.ts';
import { absentCredential } from '../ecs/credentials/absent-credential.ts';
import { createCredential } from '../ecs/credentials/create-credential.ts';
import { createEcsDiskCloud, type EcsDiskCloud } from '../ecs/ecs-disk-cloud.ts';
import type { EcsObserver } from '../ecs/ecs-observer.ts';
import { version } from '../version.ts';

/** ECS for a command that an operator runs. */
export function operatorCloud({ ecs, ecsTimeoutMs, credentials }: EcsAccess): EcsDiskCloud {
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

/** What goes wrong ends the command, or is in what it prints. */
const observer: EcsObserver = {
  callFinished: () => undefined,
  throttled: () => undefined,
  batchSize: () => undefined,
  unlistedError: () => undefined,
  credentialRefreshFailed: () => undefined,
};
