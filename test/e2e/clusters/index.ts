import type { ClusterStory } from '../system/bare-cluster.ts';
import { onlyV1beta2 } from './v1beta2.ts';
import { withoutSnapshotCrds } from './without-snapshot-crds.ts';

/** Clusters that differ from the one of the stories in what their API server serves. */
export const clusterStories: readonly ClusterStory[] = [withoutSnapshotCrds, onlyV1beta2];
