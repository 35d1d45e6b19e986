import type { Call } from '../call.ts';
import type { Instance } from '../instance.ts';

/** A disk and the instance that it is to be attached to, or detached from. */
export interface DiskOnInstance {
  readonly diskId: string;
  readonly instanceId: string;
  /** Whether ECS deletes the disk with the instance; `undefined` where it may not be said (multi-attach). */
  readonly deleteWithInstance: boolean | undefined;
}

export interface DiskAttach extends DiskOnInstance {
  /** Takes a regional disk from an instance of another zone that does not let go of it. */
  readonly force: boolean;
}

/** The part of the cloud that is about disks on instances. Attaching and detaching return before they are done. */
export interface AttachmentCalls {
  readonly attachDisk: (attach: DiskAttach, call: Call) => Promise<void>;
  /** `not-found` when the disk is not on that instance: ECS never takes it off another one. */
  readonly detachDisk: (detach: DiskOnInstance, call: Call) => Promise<void>;
  /** Many look-ups share a request. `undefined` is no proof that there is none, as with disks. */
  readonly findInstance: (instanceId: string, call: Call) => Promise<Instance | undefined>;
  /** How many data disks ECS shows on the instance, local ones aside; one that is just being attached may be missing. */
  readonly countDataDisksOn: (instanceId: string, call: Call) => Promise<number>;
  /** How many disks instances of the type take, the system disk included; `undefined` when ECS does not say. */
  readonly findDiskLimit: (instanceType: string, call: Call) => Promise<number | undefined>;
}
