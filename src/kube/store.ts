import { z } from 'zod';
import type { Call } from '../disk/call.ts';
import { DiskError } from '../disk/disk-error.ts';
import { asked, type ApiAnswer, type ApiRequest, type KubeApi } from './api.ts';
import type { Metadata, ResourceType } from './objects.ts';
import { isAlreadyExists, isNamespaceGone, isObjectAbsent, refusalOf } from './refusal.ts';

interface Readable {
  readonly metadata: Metadata;
}
type Waiting = Pick<Call, 'signal'>;

/** An object; without a namespace one of the cluster. */
export interface ObjectName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface ListOptions {
  readonly labelSelector?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** So many objects of the page cannot be read, and are not among the items. */
  readonly unreadable: number;
  readonly resourceVersion: string;
}

/** What became of a create: the object as the server has it, which what stands before the server may have changed. */
export type Created<T> = { readonly made: T } | 'exists' | 'no-namespace';
/** What became of a delete: `changed` when the object is not the one we looked at any more. */
export type Removed = 'removed' | 'absent' | 'changed';

/** Objects at the API server. Everything rejects with a DiskError, `unsupported` where the type is not installed. */
export interface ObjectStore {
  find<T extends Readable>(type: ResourceType<T>, name: ObjectName, call: Waiting): Promise<T | undefined>;
  /** Every object of the type, in all namespaces, page by page. Objects that cannot be read are left out. */
  pages<T extends Readable>(
    type: ResourceType<T>,
    options: ListOptions,
    call: Waiting,
  ): AsyncGenerator<Page<T>, void, undefined>;
  create<T extends Readable>(type: ResourceType<T>, object: NewObject, call: Waiting): Promise<Created<T>>;
  /** Removes the very object that was looked at, in the state in which it was then. */
  remove(type: ResourceType<Readable>, seen: Metadata, call: Waiting): Promise<Removed>;
  /** Merges changes into the object unless somebody changed it since. @returns false when it is gone or changed. */
  change(
    type: ResourceType<Readable>,
    seen: Metadata,
    changes: Readonly<Record<string, unknown>>,
    call: Waiting,
  ): Promise<boolean>;
}

/** An object to be made. */
export interface NewObject {
  readonly metadata: ObjectName;
}

const pageSize = '500';
const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().nullish() }),
  items: z.array(z.unknown()).nullish(),
});

export function createObjectStore(api: KubeApi): ObjectStore {
  return {
    async find(type, name, { signal }) {
      const request = requestFor('get', type, name);
      const answer = await api.send(request, signal);
      return isObjectAbsent(answer) ? undefined : parse(type.schema, success(answer, request), request);
    },
    pages: (type, options, { signal }) => pages(api, type, options, signal),
    async create(type, object, { signal }) {
      const { namespace, name } = object.metadata;
      const request = { ...requestFor('create', type, { namespace, name }), body: object };
      const answer = await api.send(request, signal);
      if (isAlreadyExists(answer)) {
        return 'exists';
      }
      if (isNamespaceGone(answer)) {
        return 'no-namespace';
      }
      return { made: parse(type.schema, success(answer, request), request) };
    },
    async remove(type, seen, { signal }) {
      const { uid, resourceVersion } = seen;
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
      const request = { ...requestFor('delete', type, nameOf(seen)), body };
      const answer = await api.send(request, signal);
      if (isObjectAbsent(answer)) {
        return 'absent';
      }
      if (answer.status === 409) {
        return 'changed';
      }
      success(answer, request);
      return 'removed';
    },
    async change(type, seen, changes, { signal }) {
      const metadata = { uid: seen.uid, resourceVersion: seen.resourceVersion };
      const request = {
        ...requestFor('patch', type, nameOf(seen)),
        body: { metadata, ...changes },
        contentType: 'application/merge-patch+json',
      };
      const answer = await api.send(request, signal);
      if (isObjectAbsent(answer) || answer.status === 409) {
        return false;
      }
      success(answer, request);
      return true;
    },
  };
}

async function* pages<T extends Readable>(
  api: KubeApi,
  type: ResourceType<T>,
  { labelSelector }: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<Page<T>, void, undefined> {
  let token: string | undefined;
  do {
    const query = { limit: pageSize, continue: token, labelSelector };
    const request = { ...requestFor('list', type, { name: '' }), query };
    const list = parse(listSchema, success(await api.send(request, signal), request), request);
    const all = list.items ?? [];
    const items = all.flatMap((item) => type.schema.safeParse(item).data ?? []);
    yield {
      items,
      unreadable: all.length - items.length,
      resourceVersion: list.metadata.resourceVersion,
    };
    token = list.metadata.continue ?? '';
  } while (token !== '');
}

/** Every object of the type, in one list. */
export async function listAll<T extends Readable>(
  store: ObjectStore,
  type: ResourceType<T>,
  options: ListOptions,
  call: Waiting,
): Promise<T[]> {
  const all: T[] = [];
  for await (const page of store.pages(type, options, call)) {
    all.push(...page.items);
  }
  return all;
}

const methods = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  patch: 'PATCH',
  delete: 'DELETE',
} as const;

/** The request for an object; with an empty name, for all objects of the type in all namespaces. */
export function requestFor(
  verb: keyof typeof methods,
  type: Pick<ResourceType<Readable>, 'apiVersion' | 'plural'>,
  { namespace, name }: ObjectName,
): ApiRequest {
  const root = type.apiVersion.includes('/') ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`;
  const inNamespace = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const last = name === '' || verb === 'create' ? '' : `/${encodeURIComponent(name)}`;
  return {
    method: methods[verb],
    verb,
    resource: type.plural,
    name: namespace === undefined ? name : `${namespace}/${name}`,
    path: `${root}${inNamespace}/${type.plural}${last}`,
  };
}

function nameOf({ namespace, name }: Metadata): ObjectName {
  return { namespace: namespace ?? undefined, name };
}

function success(answer: ApiAnswer, request: ApiRequest): unknown {
  if (answer.status < 200 || answer.status >= 300) {
    throw refusalOf(answer, request);
  }
  return answer.body;
}

function parse<T>(schema: z.ZodType<T>, body: unknown, request: ApiRequest): T {
  const result = schema.safeParse(body);
  if (!result.success) {
    const message = `${asked(request)}: the answer of the Kubernetes API server cannot be understood`;
    throw new DiskError('outcome-unknown', message, { cause: result.error });
  }
  return result.data;
}
