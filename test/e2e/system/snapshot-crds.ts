import type { Kubectl } from './kubectl.ts';
import type { Programs } from './programs.ts';

const snapshotCrds = 'github.com/kubernetes-csi/external-snapshotter/client/v8';

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

/** Installs the snapshot CRDs, with those of group snapshots served in these versions only, and waits for them. */
export async function applySnapshotCrds(
  kubectl: Kubectl,
  programs: Programs,
  groupVersions: readonly string[],
): Promise<void> {
  const folder = programs.moduleFolder(snapshotCrds, 'config/crd');
  const printed = await kubectl.run(`create --dry-run=client -o json -k ${folder}`);
  // One JSON document after the other.
  const items = printed.split(/^(?=\{)/m).map((document) => JSON.parse(document) as Crd);
  const changed = items.map((crd) => withServed(crd, groupVersions));
  await kubectl.run(
    'apply --server-side -f -',
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: changed }),
  );
  const names = items.map(({ metadata }) => `crd/${metadata.name}`).join(' ');
  await kubectl.run(`wait ${names} --for=condition=Established --timeout=60s`);
}

function withServed(crd: Crd, groupVersions: readonly string[]): Crd {
  if (crd.spec.group !== 'groupsnapshot.storage.k8s.io') {
    return crd;
  }
  const versions = crd.spec.versions.map((version) => ({
    ...version,
    served: groupVersions.includes(version.name),
  }));
  return { ...crd, spec: { ...crd.spec, versions } };
}
