import { ApiStatus } from './api-status.ts';
import type { ServerState } from './server.ts';

/** The CRDs of the groups of snapshots. */
const plurals: Readonly<Record<string, readonly string[]>> = {
  'snapshot.storage.k8s.io': ['volumesnapshots', 'volumesnapshotcontents', 'volumesnapshotclasses'],
  'groupsnapshot.storage.k8s.io': [
    'volumegroupsnapshots',
    'volumegroupsnapshotcontents',
    'volumegroupsnapshotclasses',
  ],
};

/** Of `/apis/<group>` or `/apis/<group>/<version>`. */
export interface DiscoveryPath {
  readonly path: string;
  readonly group: string;
  readonly version: string | undefined;
}

export function readDiscoveryPath(path: string): DiscoveryPath | undefined {
  const [, group, version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  return group === undefined ? undefined : { path, group, version };
}

/** What the server says of itself: the versions of a group, or the resources of a version. It changes nothing, so it is
 * neither logged nor met by faults. */
export function describeServer(
  { served, missing, denied }: Pick<ServerState, 'served' | 'missing' | 'denied'>,
  { path, group, version }: DiscoveryPath,
): object {
  if (denied.has('get /apis/*')) {
    const user = 'system:serviceaccount:kube-system:csi-datasafe';
    throw new ApiStatus(403, 'Forbidden', `forbidden: User "${user}" cannot get path "${path}"`);
  }
  const versions = served.get(group);
  if (versions === undefined || (version !== undefined && !versions.includes(version))) {
    throw new ApiStatus(404, 'PathNotFound', '404 page not found');
  }
  return version === undefined
    ? {
        kind: 'APIGroup',
        apiVersion: 'v1',
        name: group,
        versions: versions.map((one) => ({ groupVersion: `${group}/${one}`, version: one })),
      }
    : {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: `${group}/${version}`,
        resources: (plurals[group] ?? [])
          .filter((name) => !missing.has(name))
          .flatMap((name) => [{ name }, { name: `${name}/status` }]),
      };
}
