import type { Instance } from '../state/entities.ts';
import { tagKeyTags } from './tags.ts';

/** An instance as DescribeInstances shows it, as far as disks are concerned. */
export function instanceView(instance: Instance): object {
  return {
    InstanceId: instance.id,
    InstanceName: instance.name,
    HostName: instance.name,
    InstanceType: instance.instanceType,
    InstanceTypeFamily: instance.instanceType.split('.').slice(0, 2).join('.'),
    Status: instance.status,
    RegionId: instance.regionId,
    ZoneId: instance.zoneId,
    CreationTime: new Date(instance.createdAtMs).toISOString().replace(/:\d\d\.\d+Z$/, 'Z'),
    DeviceAvailable: true,
    IoOptimized: true,
    InstanceChargeType: 'PostPaid',
    OperationLocks: { LockReason: [] },
    Tags: tagKeyTags(instance.tags),
  };
}
