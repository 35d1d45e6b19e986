import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
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

/** Everything that the containers of the chart have asked the API server. */
export async function readAuditLog(path: string): Promise<AuditedRequest[]> {
  const found: AuditedRequest[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const event = JSON.parse(line) as AuditEvent;
    const component = ours.exec(event.user.username)?.[1];
    if (component !== undefined && event.objectRef?.resource !== undefined) {
      found.push({ component, ...requestIn(event, event.objectRef) });
    }
  }
  return found;
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
