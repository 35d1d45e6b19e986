import type { Cluster } from '../cluster.ts';
import type { Sightings } from '../sightings.ts';
import type { GroupCloud } from './group-calls.ts';

/** What the operations on groups are made of. */
export interface GroupParts {
  readonly cloud: GroupCloud;
  readonly sightings: Sightings;
  /** Knows to which claim a disk belongs, and takes events; nothing here depends on its answers. */
  readonly cluster: Cluster;
  readonly clusterId: string | undefined;
}
