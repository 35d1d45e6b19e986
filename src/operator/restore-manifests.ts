import { defaultDriverName } from '../disk/guards/restore-command.ts';
import { Command, CommanderError } from 'commander';
import { stringify } from 'yaml';
import { namespacePattern, objectNamePattern } from '../config/kubernetes-names.ts';
import { UsageError } from '../config/usage-error.ts';
import { objectsToRestore } from './snapshot-restore.ts';

interface RestoreOptions {
  readonly snapshot: string;
  readonly size: string;
  readonly namespace: string;
  readonly claim: string;
  readonly storageClass?: string;
  readonly volumeMode: string;
  readonly driverName: string;
}

/**
 * `csi-datasafe restore-manifests`: prints what `kubectl apply -f -` needs to restore an ECS snapshot into a new claim:
 * a VolumeSnapshotContent, the VolumeSnapshot bound to it, and the PersistentVolumeClaim. Speaks to nobody.
 * @throws UsageError
 */
export function printRestoreManifests(argv: readonly string[]): number {
  process.stdout.write(restoreManifests(argv));
  return 0;
}

/** The manifests as YAML, or the help text when that is what was asked for. @throws UsageError */
export function restoreManifests(argv: readonly string[]): string {
  const options = optionsFrom(argv);
  return typeof options === 'string'
    ? options
    : objectsToRestore({ ...options, snapshotId: options.snapshot })
        .map((manifest) => stringify(manifest))
        .join('---\n');
}

function optionsFrom(argv: readonly string[]): RestoreOptions | string {
  const help: string[] = [];
  const command = new Command('csi-datasafe restore-manifests')
    .description('Prints the manifests that restore an ECS snapshot into a new PersistentVolumeClaim.')
    .requiredOption('--snapshot <id>', 'the ECS snapshot, such as s-2ze0example')
    .requiredOption('--size <quantity>', 'size of the claim, at least that of the disk, such as 30Gi')
    .option('--namespace <name>', 'namespace of the claim', 'default')
    .option('--claim <name>', 'name of the claim', 'restored')
    .option('--storage-class <name>', 'StorageClass of the claim (default: the default class)')
    .option('--volume-mode <mode>', 'Filesystem or Block', 'Filesystem')
    .option('--driver-name <name>', 'name of the driver', defaultDriverName)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => help.push(text), writeErr: () => undefined });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return help.join('');
    }
    const [line = ''] = (error as Error).message.replace(/^error: /, '').split('\n');
    throw new UsageError(`${line}; --help shows the options`);
  }
  return checked(command.opts<RestoreOptions & Record<string, string>>());
}

function checked(options: RestoreOptions): RestoreOptions {
  const anObject = 'the name of a Kubernetes object';
  const rules: [flag: string, value: string, pattern: RegExp, wanted: string][] = [
    ['--snapshot', options.snapshot, /^s-[0-9a-z]{1,64}$/, 'the id of an ECS snapshot such as s-2ze0example'],
    ['--size', options.size, /^[1-9]\d{0,5}(Gi|Ti)$/, 'a size such as 30Gi'],
    ['--namespace', options.namespace, namespacePattern, 'the name of a namespace'],
    ['--claim', options.claim, objectNamePattern, anObject],
    ['--storage-class', options.storageClass ?? 'default', objectNamePattern, anObject],
    ['--volume-mode', options.volumeMode, /^(Filesystem|Block)$/, 'Filesystem or Block'],
    ['--driver-name', options.driverName, /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i, 'the name of a driver'],
  ];
  for (const [flag, value, pattern, wanted] of rules) {
    if (!pattern.test(value)) {
      throw new UsageError(`${flag}: ${JSON.stringify(value)} is not ${wanted}`);
    }
  }
  return options;
}
