import type { DiskCloud } from '../disk-cloud.ts';
import { InstanceQueue } from './instance-queue.ts';
import { KnownInstances, type InstanceLimits } from './known-instances.ts';

/** What attaching and detaching are made of. */
export interface AttachParts {
  readonly cloud: DiskCloud;
  readonly queue: InstanceQueue;
  readonly instances: KnownInstances;
}

/** @param now milliseconds, of any clock. */
export function createAttachParts(cloud: DiskCloud, limits: InstanceLimits, now: () => number): AttachParts {
  return { cloud, queue: new InstanceQueue(), instances: new KnownInstances(cloud, limits, now) };
}

/**
 * So many looks in a row that show nothing of a request that was accepted, or may have been, mean that it came to
 * nothing: it is sent again. ECS refuses the second one of two that both work.
 */
export const patientLooks = 5;
