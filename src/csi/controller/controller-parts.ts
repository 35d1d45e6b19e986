import type { AttachParts } from '../../disk/attach/attach-parts.ts';
import type { GroupCloud } from '../../disk/groups/group-calls.ts';
import type { Sightings } from '../../disk/sightings.ts';
import type { ExpandGuardParts } from '../../disk/guards/guard-parts.ts';
import type { SpecCalls } from '../../disk/modify/spec-calls.ts';
import type { OperationLock } from '../operation-lock.ts';

/** What the Controller's RPCs are made of. */
export interface ControllerParts {
  readonly cloud: GroupCloud;
  readonly specs: SpecCalls;
  readonly sightings: Sightings;
  readonly lock: OperationLock;
  readonly guards: ExpandGuardParts;
  readonly attach: AttachParts;
  readonly regionId: string;
  /** Marks what this cluster owns; `undefined` when the operator names no cluster. */
  readonly clusterId: string | undefined;
  /** Where disks go when neither the class nor the topology says so. */
  readonly defaultZoneId: string | undefined;
  /** The gate EnableVolumeGroupSnapshots: without it no answer tells of groups. */
  readonly groupSnapshots: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly warn: (details: object, message: string) => void;
}
