import type { DiskCloud } from '../disk/disk-cloud.ts';
import type { Tag } from '../disk/disk.ts';
import type { EcsClient } from './client.ts';
import type { Clock } from './clock.ts';
import type { EcsObserver } from './ecs-observer.ts';

export interface EcsDiskCloudOptions {
  readonly client: EcsClient;
  readonly regionId: string;
  /** The tag that everything made by this cluster carries: one listing by it replaces many look-ups by name. */
  readonly ownerTag: Tag;
  readonly observer: EcsObserver;
  /** Time between two looks at what is being waited for. Default: 1,000. */
  readonly pollIntervalMs?: number | undefined;
  /** Limit of a Describe request that several callers share. Default: 30,000. */
  readonly sharedReadTimeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** A DiskCloud that can be shut. */
export interface EcsDiskCloud extends DiskCloud, Disposable {
  /** Ends polling and shared reads; whoever still waits is rejected with a DiskError of kind `cancelled`. */
  close(): void;
}

/** The DiskCloud that speaks to ECS. No request is sent until one is asked for. */
export function createEcsDiskCloud(options: EcsDiskCloudOptions): EcsDiskCloud {
  throw new Error(`not connected to ${options.regionId}`);
}
