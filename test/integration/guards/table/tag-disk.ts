import { TagResourcesRequest } from '@alicloud/ecs20140526';
import { createEcsClient } from '../../../../src/ecs/client.ts';
import { createCredential } from '../../../../src/ecs/credentials/create-credential.ts';
import type { Emulator } from '../../../support/emulator.ts';

/** Tags a disk as an operator does: past the plugin. */
export async function tagDisk({ endpoint }: Emulator, diskId: string, tag: { key: string; value: string }) {
  const client = createEcsClient({
    regionId: 'cn-hangzhou',
    endpoint,
    protocol: 'http',
    userAgent: 'operator',
    credential: createCredential({
      kind: 'access-key',
      accessKeyId: 'emulator-access-key',
      accessKeySecret: 'emulator-secret',
    }),
  });
  await client.tagResources(
    new TagResourcesRequest({
      regionId: 'cn-hangzhou',
      resourceType: 'disk',
      resourceId: [diskId],
      tag: [tag],
    }),
  );
}
