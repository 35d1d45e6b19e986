import type { CredentialSettings } from '../ecs/credentials/credential-settings.ts';
import { credentialKinds, credentialsFrom } from './credentials.ts';
import { flags, type FlagValues } from './flags.ts';
import { UsageError, type Environment } from './usage-error.ts';
import { durationMs, hostAndPort, oneOf } from './values.ts';

/** Where ECS is. */
export interface EcsPlace {
  readonly regionId: string;
  /** `undefined`: that of the region. */
  readonly ecsEndpoint: string | undefined;
  readonly ecsProtocol: 'https' | 'http';
  readonly ecsNetwork: 'vpc' | 'public';
}

/** Where ECS is, how long a request to it may take, and who asks. */
export interface EcsAccess {
  readonly ecs: EcsPlace;
  readonly ecsTimeoutMs: number;
  /** `undefined`: there is no trace of any. */
  readonly credentials: CredentialSettings | undefined;
}

/** How a command that knows these flags reaches ECS. @throws UsageError */
export function ecsAccessFrom(parsed: FlagValues, env: Environment): EcsAccess {
  const { optional, required } = parsed;
  const ecs = ecsPlaceFrom(parsed);
  const kind = optional(flags.credentials);
  return {
    ecs,
    ecsTimeoutMs: durationMs('--ecs-timeout', required(flags.ecsTimeout)),
    credentials: credentialsFrom(
      kind === undefined ? undefined : oneOf('--credentials', kind, credentialKinds),
      env,
      ecs,
    ),
  };
}

function ecsPlaceFrom({ optional, required }: FlagValues): EcsPlace {
  const endpoint = optional(flags.ecsEndpoint);
  return {
    regionId: regionId(required(flags.region)),
    ecsEndpoint: endpoint === undefined ? undefined : hostAndPort('--ecs-endpoint', endpoint),
    ecsProtocol: oneOf('--ecs-protocol', required(flags.ecsProtocol).toLowerCase(), ['https', 'http']),
    ecsNetwork: oneOf('--ecs-network', required(flags.ecsNetwork), ['vpc', 'public']),
  };
}

function regionId(text: string): string {
  if (!/^[a-z]{2}[a-z0-9-]{1,40}$/.test(text)) {
    throw new UsageError(`--region: "${text}" is not a region id; write one such as cn-hangzhou`);
  }
  return text;
}
