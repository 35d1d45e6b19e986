import { createHash } from 'node:crypto';
import type { ClusterEvent } from '../disk/cluster.ts';

export const component = 'csi-datasafe';

/** Longer texts are refused by some API servers. */
const longestMessage = 1024;

interface InvolvedObject {
  readonly apiVersion: 'v1' | 'storage.k8s.io/v1';
  readonly kind: 'PersistentVolume' | 'PersistentVolumeClaim' | 'CSIDriver';
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string | undefined;
}

/** A core/v1 Event to be made. */
export interface EventObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Event';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly involvedObject: InvolvedObject;
  readonly type: ClusterEvent['type'];
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly source: { readonly component: string };
  readonly reportingComponent: string;
  readonly reportingInstance: string;
}

/**
 * The Event object for an event; `undefined` when there is no object to write it on. Equal events have equal names, in
 * whatever process, so the API server itself keeps them apart from new ones.
 */
export function toEventObject(event: ClusterEvent, at: Date): EventObject | undefined {
  const involvedObject = involvedIn(event);
  if (involvedObject === undefined) {
    return undefined;
  }
  return newEvent(event, involvedObject, at);
}

/** A warning that is not about one volume: it is on the CSIDriver. */
export function driverEvent(
  driverName: string,
  { reason, message }: { readonly reason: string; readonly message: string },
  at: Date,
): EventObject {
  const involvedObject = { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', name: driverName } as const;
  return newEvent({ type: 'Warning', reason, message }, involvedObject, at);
}

type Told = Pick<EventObject, 'type' | 'reason' | 'message'> & Pick<ClusterEvent, 'key'>;

function newEvent(event: Told, involvedObject: InvolvedObject, at: Date): EventObject {
  const message = event.message.slice(0, longestMessage);
  // Seconds: the API server keeps no more.
  const timestamp = at.toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: nameOf(event, involvedObject, message),
      namespace: involvedObject.namespace ?? 'default',
    },
    involvedObject,
    type: event.type,
    reason: event.reason,
    message,
    count: 1,
    firstTimestamp: timestamp,
    lastTimestamp: timestamp,
    source: { component },
    reportingComponent: component,
    reportingInstance: component,
  };
}

function involvedIn({ volume, on }: ClusterEvent): InvolvedObject | undefined {
  if (volume === undefined) {
    return undefined;
  }
  if (on === 'claim' && volume.claim !== undefined) {
    return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...volume.claim };
  }
  return { apiVersion: 'v1', kind: 'PersistentVolume', name: volume.name, uid: volume.uid };
}

function nameOf(event: Told, involved: InvolvedObject, message: string): string {
  const identity =
    event.key === undefined
      ? ['same text', involved.kind, involved.uid ?? involved.name, event.reason, message]
      : ['key', involved.kind, involved.uid ?? involved.name, event.key];
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 20);
  return `${involved.name.slice(0, 200).replace(/[^a-z0-9]+$/, '')}.${hash}`;
}
