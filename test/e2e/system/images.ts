import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Programs } from './programs.ts';

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** The local program for an image; a sidecar's version must be one that is built here. */
export function programFor(image: string, sets: readonly Programs[]): readonly [string, ...string[]] {
  const [, name = '', tag = ''] = /(?:^|\/)([^/:]+):([^:]+)$/.exec(image) ?? [];
  if (name === 'csi-datasafe') {
    return [process.execPath, main];
  }
  const modules: Readonly<Record<string, string>> = {
    'csi-provisioner': 'github.com/kubernetes-csi/external-provisioner/v6',
    'csi-attacher': 'github.com/kubernetes-csi/external-attacher/v4',
    'csi-resizer': 'github.com/kubernetes-csi/external-resizer/v2',
    'csi-snapshotter': 'github.com/kubernetes-csi/external-snapshotter/v8',
    'snapshot-controller': 'github.com/kubernetes-csi/external-snapshotter/v8',
  };
  const module = modules[name];
  const having = module === undefined ? [] : sets.filter((set) => set.has(name));
  const built = having.map((set) => set.version(module ?? ''));
  const set = having[built.indexOf(tag)];
  if (set === undefined) {
    throw new Error(
      `the chart runs ${image}, but go.mod builds ${built.join(', ') || 'nothing'} of it: make them agree`,
    );
  }
  return [join(set.directory, name)];
}
