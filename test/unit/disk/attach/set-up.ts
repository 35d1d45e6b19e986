import { attachDisk } from '../../../../src/disk/attach/attach-disk.ts';
import { createAttachParts } from '../../../../src/disk/attach/attach-parts.ts';
import { detachDisk, detachEverywhere } from '../../../../src/disk/attach/detach-disk.ts';
import { requireDisk } from '../../../../src/disk/waiting.ts';
import { aCall, oneAtATime } from '../../../support/builders.ts';
import { FakeDiskCloud } from '../../../support/fake-disk-cloud.ts';

/** A cloud with instances in two zones and no disk yet, and what is done to its disks, to d-1 most of all. */
export function setUpInstances() {
  const cloud = new FakeDiskCloud();
  cloud.addInstance({ id: 'i-1' });
  cloud.addInstance({ id: 'i-2' });
  cloud.addInstance({ id: 'i-far', zoneId: 'cn-hangzhou-i' });
  const parts = createAttachParts(cloud, oneAtATime, () => 0);
  return {
    cloud,
    attach: async (diskId: string, instanceId = 'i-1', shared = false) =>
      await attachDisk(parts, await requireDisk(cloud, diskId, aCall()), { instanceId, shared }, aCall()),
    detach: (instanceId = 'i-1') => detachDisk(parts, { diskId: 'd-1', instanceId }, aCall()),
    detachAll: () => detachEverywhere(parts, 'd-1', aCall()),
    place: () => cloud.disks.get('d-1')?.attachments.map(({ instanceId }) => instanceId),
  };
}

/** What a disk is like that is on these instances. */
export const on = (...instanceIds: string[]) => ({
  status: 'In_use' as const,
  attachments: instanceIds.map((instanceId) => ({ instanceId, device: undefined })),
});
