import { ApiStatus } from './api-status.ts';
import { resources, type Resource } from './resources.ts';

/** What a request is about. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  /** Empty for a list or a create. */
  readonly name: string;
  readonly isStatus: boolean;
  readonly verb: string;
}

const pattern =
  /^\/(?:api|apis\/(?<group>[\w.-]+))\/(?<version>\w+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/\w))?\/(?<plural>\w+)(?:\/(?<name>[^/]+))?(?<status>\/status)?$/;

/** Reads a path of the API. @throws ApiStatus 404 for a type that is not there, 405 for a verb that it does not have. */
export function readTarget(method: string, url: URL, missing: ReadonlySet<string>): Target {
  const groups = pattern.exec(url.pathname)?.groups ?? {};
  const { group, version, plural } = groups;
  const apiVersion = [group, version].filter((part) => part !== undefined).join('/');
  const resource = resources.find((one) => one.apiVersion === apiVersion && one.plural === plural);
  if (resource === undefined || missing.has(resource.plural)) {
    throw noSuchPath();
  }
  const namespace = decoded(groups['namespace']);
  const name = decoded(groups['name']) ?? '';
  const isListOfAll = resource.isNamespaced && name === '' && method === 'GET';
  if (resource.isNamespaced !== (namespace !== undefined) && !isListOfAll) {
    throw noSuchPath();
  }
  const isStatus = groups['status'] !== undefined;
  return { resource, namespace, name, isStatus, verb: verbOf(method, name, url) };
}

function decoded(part: string | undefined): string | undefined {
  return part === undefined ? undefined : decodeURIComponent(part);
}

/** Not one of the paths: the API server answers in plain text. */
function noSuchPath(): ApiStatus {
  return new ApiStatus(404, 'PathNotFound', '404 page not found');
}

function verbOf(method: string, name: string, url: URL): string {
  if (method === 'GET' && name === '') {
    return url.searchParams.get('watch') === 'true' ? 'watch' : 'list';
  }
  const verbs: Readonly<Record<string, string>> =
    name === '' ? { POST: 'create' } : { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  const verb = verbs[method];
  if (verb === undefined) {
    throw new ApiStatus(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    );
  }
  return verb;
}
