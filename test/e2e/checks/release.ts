import { chartDirectory } from '../../../scripts/plain-manifests.ts';
import { helm } from '../system/helm.ts';
import type { CheckContext } from './index.ts';

/** A release of the checks, which no pod is started for: beside the one that the stories are told with. */
export interface CheckedRelease extends AsyncDisposable {
  /** These fail with what helm says. */
  install(...set: readonly string[]): void;
  upgrade(...set: readonly string[]): void;
  uninstall(): void;
}

const name = 'chart-check';
const valid = ['region=cn-hangzhou', 'credentials.kind=accessKey', 'driverName=check.datasafe.example'];

/** In a namespace of its own. At the end nothing of it is left, nor what outlives an uninstallation. */
export async function checkedRelease({ programs, controlPlane }: CheckContext): Promise<CheckedRelease> {
  const { kubectl, adminKubeconfig } = controlPlane;
  const run = (verb: string, ...args: readonly string[]) =>
    helm(programs, [verb, name, '--namespace', name, ...args], adminKubeconfig);
  const withValues = (verb: string, set: readonly string[]) =>
    run(verb, chartDirectory, '--set', [...valid, ...set].join(','));
  await kubectl.run(`create namespace ${name}`);
  return {
    install: (...set) => void withValues('install', set),
    upgrade: (...set) => void withValues('upgrade', set),
    uninstall: () => void run('uninstall', '--ignore-not-found'),
    async [Symbol.asyncDispose]() {
      run('uninstall', '--ignore-not-found');
      const kept =
        'storageclass,volumesnapshotclass,volumegroupsnapshotclass,volumeattributesclass,csidriver';
      await kubectl.run(`delete ${kept} -l app.kubernetes.io/instance=${name}`);
      await kubectl.run(`delete namespace ${name}`);
    },
  };
}
