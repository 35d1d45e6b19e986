import { Command, CommanderError } from 'commander';
import { stringify } from 'yaml';
import { UsageError } from './config/usage-error.ts';

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
 */
export function printRestoreManifests(argv: readonly string[]): number {
  const options = optionsFrom(argv);
  if (typeof options === 'string') {
    process.stdout.write(options);
    return 0;
  }
  process.stdout.write(
    manifestsFor(options)
      .map((manifest) => stringify(manifest))
      .join('---\n'),
  );
  return 0;
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
    .option('--driver-name <name>', 'name of the driver', 'diskplugin.csi.alibabacloud.com')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => help.push(text), writeErr: () => undefined });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return help.join('');
    }
    throw new UsageError(error instanceof Error ? error.message.replace(/^error: /, '') : String(error));
  }
  return checked(command.opts<RestoreOptions & Record<string, string>>());
}

function checked(options: RestoreOptions): RestoreOptions {
  const name = /^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/;
  const rules: [flag: string, value: string, pattern: RegExp][] = [
    ['--snapshot', options.snapshot, /^s-[0-9a-z]{1,64}$/],
    ['--size', options.size, /^\d+(Gi|Ti)$/],
    ['--namespace', options.namespace, name],
    ['--claim', options.claim, name],
    ['--storage-class', options.storageClass ?? 'default', name],
    ['--volume-mode', options.volumeMode, /^(Filesystem|Block)$/],
  ];
  for (const [flag, value, pattern] of rules) {
    if (!pattern.test(value)) {
      throw new UsageError(`${flag}: "${value}" is not allowed`);
    }
  }
  return options;
}

function manifestsFor(options: RestoreOptions): object[] {
  const { snapshot, namespace, claim, volumeMode } = options;
  const name = `${claim}-from-${snapshot}`;
  const apiVersion = 'snapshot.storage.k8s.io/v1';
  return [
    {
      apiVersion,
      kind: 'VolumeSnapshotContent',
      metadata: { name: `${namespace}-${name}` },
      spec: {
        // Deleting these objects must never delete the snapshot.
        deletionPolicy: 'Retain',
        driver: options.driverName,
        source: { snapshotHandle: snapshot },
        sourceVolumeMode: volumeMode,
        volumeSnapshotRef: { apiVersion, kind: 'VolumeSnapshot', name, namespace },
      },
    },
    {
      apiVersion,
      kind: 'VolumeSnapshot',
      metadata: { name, namespace },
      spec: { source: { volumeSnapshotContentName: `${namespace}-${name}` } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim, namespace },
      spec: {
        accessModes: ['ReadWriteOnce'],
        volumeMode,
        ...(options.storageClass === undefined ? {} : { storageClassName: options.storageClass }),
        resources: { requests: { storage: options.size } },
        dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name },
      },
    },
  ];
}
