import { DescribeDisksRequest } from '@alicloud/ecs20140526';

import { emulatorWith, type EmulatorTarget } from './emulator-target.ts';
import { sdkClient, type Client } from './sdk-client.ts';

/** Where the tests run that are safe on a real account: the emulator, or ECS if the environment names it. */
export interface Target extends AsyncDisposable {
  readonly client: Client;
  readonly regionId: string;
  readonly zoneId: string;
  /** Waits until the disk is in this state. */
  untilDiskIs(diskId: string, status: string): Promise<void>;
}

const pollMs = 2000;
const patienceMs = 300_000;

/**
 * With ECS_TEST_ENDPOINT, ECS_TEST_REGION, ECS_TEST_ZONE and the ALIBABA_CLOUD_ACCESS_KEY_* variables the target is
 * a real account, which then makes and deletes a few small disks; otherwise an emulator of the test's own.
 */
export async function openTarget(): Promise<Target> {
  const endpoint = process.env['ECS_TEST_ENDPOINT'];
  return endpoint === undefined ? emulatedTarget(await emulatorWith({})) : realTarget(endpoint);
}

function emulatedTarget(emulator: EmulatorTarget): Target {
  const client = emulator.client;
  const move = async (): Promise<void> => {
    await emulator.control('POST', '/clock', { advanceMs: 60_000 });
  };
  return {
    client,
    regionId: 'cn-hangzhou',
    zoneId: 'cn-hangzhou-h',
    untilDiskIs: diskWait(client, 'cn-hangzhou', move),
    [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose](),
  };
}

function realTarget(endpoint: string): Target {
  const securityToken = process.env['ALIBABA_CLOUD_SECURITY_TOKEN'];
  const regionId = variable('ECS_TEST_REGION');
  const client = sdkClient(
    { endpoint, protocol: 'https', regionId },
    {
      accessKeyId: variable('ALIBABA_CLOUD_ACCESS_KEY_ID'),
      accessKeySecret: variable('ALIBABA_CLOUD_ACCESS_KEY_SECRET'),
      ...(securityToken === undefined ? {} : { securityToken }),
    },
  );
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pollMs));
  return {
    client,
    regionId,
    zoneId: variable('ECS_TEST_ZONE'),
    untilDiskIs: diskWait(client, regionId, pause),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`ECS_TEST_ENDPOINT is set, so ${name} must be set too`);
  }
  return value;
}

/** `pass` lets some time pass between two looks. */
function diskWait(client: Client, regionId: string, pass: () => Promise<void>): Target['untilDiskIs'] {
  return async (diskId, status) => {
    const endMs = Date.now() + patienceMs;
    const request = new DescribeDisksRequest({ regionId, diskIds: JSON.stringify([diskId]) });
    while ((await client.describeDisks(request)).body?.disks?.disk?.[0]?.status !== status) {
      if (Date.now() > endMs) {
        throw new Error(`waited too long until ${diskId} is ${status}`);
      }
      await pass();
    }
  };
}
