import { ApiStatus, badRequest, expired, notFound } from './api-status.ts';
import type { Target } from './api-path.ts';
import type { ObjectStore, Preconditions } from './object-store.ts';
import type { KubeObject } from './resources.ts';
import { asFields, readObject } from './validate.ts';

/** A request with its body read. */
export interface ApiCall {
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: unknown;
}

export interface ApiReply {
  readonly status: number;
  readonly body: unknown;
}

/** Carries out everything but a watch. */
export function carryOut(store: ObjectStore, call: ApiCall): ApiReply {
  const { target } = call;
  switch (target.verb) {
    case 'get':
      return { status: 200, body: found(store, target) };
    case 'list':
      return { status: 200, body: list(store, call) };
    case 'create':
      requireJson(call, 'application/json');
      return {
        status: 201,
        body: store.create(target.resource, readObject(target.resource, call.body, target.namespace)),
      };
    case 'update':
      requireJson(call, 'application/json');
      return { status: 200, body: update(store, call) };
    case 'patch':
      requireJson(call, 'application/merge-patch+json');
      return { status: 200, body: store.patch(target.resource, target, call.body, target.isStatus) };
    case 'delete':
      return { status: 200, body: store.remove(target.resource, target, preconditionsOf(call)) };
    default:
      throw badRequest(`verb ${target.verb}`);
  }
}

/** Whether an object has the labels of a selector such as `a=b,c=d`. */
export function selects(selector: string | null, { metadata }: KubeObject): boolean {
  const terms = (selector ?? '').split(',').filter((term) => term !== '');
  return terms.every((term) => {
    const match = /^([^=!,\s]+)={1,2}([^=!,\s]*)$/.exec(term);
    if (match === null) {
      throw badRequest(`labelSelector: this server knows only key=value, not ${term}`);
    }
    return metadata.labels?.[match[1] ?? ''] === match[2];
  });
}

function found(store: ObjectStore, { resource, namespace, name }: Target): KubeObject {
  const object = store.find(resource, namespace, name);
  if (object === undefined) {
    throw notFound(resource, name);
  }
  return object;
}

/** A page of a list. The token holds the version of the first page and the place where the next one begins. */
function list(store: ObjectStore, { target, query }: ApiCall): unknown {
  const { resource, namespace } = target;
  const all = store.list(resource, namespace).filter((object) => selects(query.get('labelSelector'), object));
  const limit = Number(query.get('limit') ?? 0);
  const [version = String(store.version), start = '0'] = (query.get('continue') ?? '')
    .split(':')
    .filter((part) => part !== '');
  if (query.has('continue') && Number(version) !== store.version) {
    // Stricter than the real one, which keeps old versions for some minutes.
    throw expired();
  }
  const end = limit === 0 ? all.length : Number(start) + limit;
  const rest = all.length - end;
  return {
    apiVersion: resource.apiVersion,
    kind: `${resource.kind}List`,
    metadata: {
      resourceVersion: version,
      ...(rest > 0 ? { continue: `${version}:${end}`, remainingItemCount: rest } : {}),
    },
    // As the real one, which leaves the type out of the items of its own types.
    items: all.slice(Number(start), end),
  };
}

function update(store: ObjectStore, { target, body }: ApiCall): KubeObject {
  const object = readObject(target.resource, body, target.namespace);
  if (object.metadata.name !== target.name) {
    throw badRequest('the name of the object does not match the name on the URL');
  }
  return store.update(target.resource, object, target.isStatus);
}

function preconditionsOf({ body }: ApiCall): Preconditions {
  const { uid, resourceVersion } = asFields(asFields(body)['preconditions']);
  return { uid: textOf(uid), resourceVersion: textOf(resourceVersion) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function requireJson({ contentType, target }: ApiCall, wanted: string): void {
  if (contentType.split(';')[0] !== wanted) {
    const message = `the body of the request was in an unknown format; this server takes ${wanted} for ${target.verb}`;
    throw new ApiStatus(415, 'UnsupportedMediaType', message);
  }
}
