import ecs from '@alicloud/ecs20140526';
import { $OpenApiUtil } from '@alicloud/openapi-core';

/** The official SDK's client. */
export type Client = InstanceType<typeof ecs.default>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

export const lastingKey: Credentials = {
  accessKeyId: 'emulator-access-key',
  accessKeySecret: 'emulator-secret',
};

export const temporaryKey: Credentials = {
  accessKeyId: 'emulator-sts-key',
  accessKeySecret: 'emulator-sts-secret',
  securityToken: 'emulator-sts-token',
};

export interface Place {
  readonly endpoint: string;
  readonly protocol: 'http' | 'https';
  readonly regionId: string;
}

const timeoutMs = 20_000;

/** A client of the official SDK. Both time-outs are needed: the SDK also uses the one for connecting while it waits. */
export function sdkClient(place: Place, credentials: Credentials): Client {
  const EcsClient = ecs.default;
  const globalParameters = new $OpenApiUtil.GlobalParameters({ queries: { RegionId: place.regionId } });
  return new EcsClient(
    new $OpenApiUtil.Config({
      ...place,
      ...credentials,
      globalParameters,
      readTimeout: timeoutMs,
      connectTimeout: timeoutMs,
    }),
  );
}

/** The code and the HTTP status of the error that a call ends with; `OK` if it succeeds. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    const { code, statusCode, name } = error as { code?: string; statusCode?: number; name: string };
    return statusCode === undefined ? (code ?? name) : `${statusCode} ${code ?? ''}`;
  }
}

/** A value that must be there. */
export function present<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) {
    throw new Error('a field of the reply is missing');
  }
  return value;
}
