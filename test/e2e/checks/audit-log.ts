import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ControlPlane } from '../system/control-plane.ts';
import { releaseNamespace } from '../system/product.ts';

/** A request of one of our containers, as the API server recorded it. */
export interface AuditedRequest {
  /** The component whose account sent it. */
  readonly component: string;
  readonly verb: string;
  readonly apiGroup: string;
  /** With its subresource, as rules write it: `persistentvolumeclaims/status`. */
  readonly resource: string;
  readonly name: string;
  readonly namespace: string;
  readonly isDenied: boolean;
  readonly at: Date;
}

interface AuditEvent {
  readonly verb: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: ObjectReference;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface ObjectReference {
  readonly apiGroup?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
}

const ours = new RegExp(`^system:serviceaccount:${releaseNamespace}:only-(.+)$`);

/**
 * Everything that the containers of the chart have asked the API server.
 * @throws Error when more events are cut off than API servers have died.
 */
export async function readAuditLog({ auditLog, apiServer }: ControlPlane): Promise<AuditedRequest[]> {
  const found: AuditedRequest[] = [];
  let cutOff = 0;
  for await (const line of createInterface({ input: createReadStream(auditLog) })) {
    for (const text of line.split(beginning)) {
      const event = eventIn(text);
      if (event === undefined) {
        cutOff += 1;
      } else {
        found.push(...ourRequest(event));
      }
    }
  }
  if (cutOff > apiServer.deaths()) {
    throw new Error(`${cutOff} events in ${auditLog} are cut off, but the API server died less often`);
  }
  return found;
}

/** Of an event. Where an API server died in the middle of one, the next has begun in the same line. */
const beginning = /(?=\{"kind":"Event")/;

function eventIn(text: string): AuditEvent | undefined {
  try {
    return JSON.parse(text) as AuditEvent;
  } catch {
    return undefined;
  }
}

function ourRequest(event: AuditEvent): AuditedRequest[] {
  const component = ours.exec(event.user.username)?.[1];
  return component === undefined || event.objectRef?.resource === undefined
    ? []
    : [{ component, ...requestIn(event, event.objectRef) }];
}

function requestIn(event: AuditEvent, object: ObjectReference) {
  const { verb, annotations, requestReceivedTimestamp } = event;
  const { apiGroup = '', resource = '', subresource, name = '', namespace = '' } = object;
  return {
    verb,
    apiGroup,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    name,
    namespace,
    isDenied: annotations?.['authorization.k8s.io/decision'] === 'forbid',
    at: new Date(requestReceivedTimestamp),
  };
}
