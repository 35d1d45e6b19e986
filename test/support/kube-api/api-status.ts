import type { Resource } from './resources.ts';

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message?: string;
    readonly field?: string;
  }[];
}

/** Ends a request with a Status object, as the API server refuses things. */
export class ApiStatus extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails;

  constructor(code: number, reason: string, message: string, details: StatusDetails = {}) {
    super(message);
    this.name = 'ApiStatus';
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toJSON() {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      details: this.details,
      code: this.code,
    };
  }
}

function detailsOf(resource: Resource, name: string): StatusDetails {
  const group = resource.apiVersion.includes('/') ? { group: resource.apiVersion.split('/')[0] ?? '' } : {};
  return { name, kind: resource.plural, ...group };
}

export function notFound(resource: Resource, name: string): ApiStatus {
  return new ApiStatus(404, 'NotFound', `${resource.plural} "${name}" not found`, detailsOf(resource, name));
}

export function alreadyExists(resource: Resource, name: string): ApiStatus {
  const message = `${resource.plural} "${name}" already exists`;
  return new ApiStatus(409, 'AlreadyExists', message, detailsOf(resource, name));
}

export function conflict(resource: Resource, name: string, why: string): ApiStatus {
  const message = `Operation cannot be fulfilled on ${resource.plural} "${name}": ${why}`;
  return new ApiStatus(409, 'Conflict', message, detailsOf(resource, name));
}

export function invalid(resource: Resource, name: string, why: string): ApiStatus {
  const message = `${resource.kind} "${name}" is invalid: ${why}`;
  return new ApiStatus(422, 'Invalid', message, detailsOf(resource, name));
}

export function badRequest(message: string): ApiStatus {
  return new ApiStatus(400, 'BadRequest', message);
}

export function forbidden(verb: string, resource: Resource, name: string): ApiStatus {
  const message = `${resource.plural} "${name}" is forbidden: User "system:serviceaccount:kube-system:csi-datasafe" cannot ${verb} resource "${resource.plural}"`;
  return new ApiStatus(403, 'Forbidden', message, detailsOf(resource, name));
}

export function namespaceTerminating(resource: Resource, name: string, namespace: string): ApiStatus {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  return new ApiStatus(403, 'Forbidden', `${resource.plural} "${name}" is forbidden: ${why}`, {
    ...detailsOf(resource, name),
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}

export function expired(): ApiStatus {
  return new ApiStatus(410, 'Expired', 'The resourceVersion is too old.');
}
