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
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
}

const ours = new RegExp(`^system:serviceaccount:${releaseNamespace}:only-(.+)$`);

/** Everything that the containers of the chart have asked the API server. */
export async function readAuditLog(path: string): Promise<AuditedRequest[]> {
  const found: AuditedRequest[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { verb, user, objectRef, annotations } = JSON.parse(line) as AuditEvent;
    const component = ours.exec(user.username)?.[1];
    if (component === undefined || objectRef?.resource === undefined) {
      continue;
    }
    const { apiGroup = '', resource, subresource, name = '', namespace = '' } = objectRef;
    found.push({
      component,
      verb,
      apiGroup,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      name,
      namespace,
      isDenied: annotations?.['authorization.k8s.io/decision'] === 'forbid',
    });
  }
  return found;
}
