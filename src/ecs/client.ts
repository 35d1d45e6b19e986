import credentialsSdk from '@alicloud/credentials';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import type { Credential } from './credentials/create-credential.ts';
import { SdkClient } from './sdk.ts';

const SdkCredential = credentialsSdk.default;

/** The client of the official SDK, set up for us. */
export type EcsClient = InstanceType<typeof SdkClient>;

export interface EcsClientSettings {
  readonly regionId: string;
  /** `host` or `host:port`, without scheme. Default: the end point of the region on the given network. */
  readonly endpoint?: string | undefined;
  /** Default: `https`. */
  readonly protocol?: 'https' | 'http' | undefined;
  /** Which default end point is meant. Default: `public`. */
  readonly network?: 'vpc' | 'public' | undefined;
  /**
   * How long ECS may take to answer one request. The SDK has two limits, but the one for connecting also cuts off a slow answer, so
   * both are set to this. Default: 10,000.
   */
  readonly requestTimeoutMs?: number | undefined;
  /** Added to the SDK's own. */
  readonly userAgent: string;
  readonly credential: Credential;
}

/** Makes a client; no request is sent. The SDK repeats nothing by itself: what is repeated is decided per call. */
export function createEcsClient(settings: EcsClientSettings): EcsClient {
  const timeoutMs = settings.requestTimeoutMs ?? 10_000;
  const endpoint = settings.endpoint ?? defaultEndpoint(settings);
  return new SdkClient(
    new $OpenApiUtil.Config({
      ...(endpoint === undefined ? {} : { endpoint }),
      protocol: settings.protocol ?? 'https',
      regionId: settings.regionId,
      readTimeout: timeoutMs,
      connectTimeout: timeoutMs,
      userAgent: settings.userAgent,
      credential: new SdkCredential(null, settings.credential),
      globalParameters: new $OpenApiUtil.GlobalParameters({ queries: { RegionId: settings.regionId } }),
    }),
  );
}

/** The SDK has no VPC end point for some regions although there is one for each. */
function defaultEndpoint({ network, regionId }: EcsClientSettings): string | undefined {
  return network === 'vpc' ? `ecs-vpc.${regionId}.aliyuncs.com` : undefined;
}
