import type { Cluster, DeleteProtection, RecordedProtection } from '../../disk/cluster.ts';
import { DiskError } from '../../disk/disk-error.ts';
import type { Clock } from '../clock.ts';
import { createProgressGate, logEvent, remember } from '../events.ts';
import type { KubeLog } from '../log.ts';
import { compareObject, isOurs, recordOf, recordOfFound } from '../protection-match.ts';
import {
  fallbackNamespace,
  newContent,
  newSnapshot,
  protectionNames,
  type ProtectionSettings,
} from '../protection-objects.ts';
import { openManifestDirectory, type ManifestDirectory } from './manifest-file.ts';
import { parseManifest, renderManifest, type Manifest } from './manifest.ts';

export interface OfflineClusterOptions extends ProtectionSettings {
  /** Where the objects of protections are written; without it a protection cannot be recorded. */
  readonly manifestDirectory: string | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: KubeLog;
}

const suffix = '-delprotect.yaml';
const rounds = 4;

/** Kubernetes switched off: nothing is known of volumes, events go to the log, protections into files. */
export function createOfflineCluster(options: OfflineClusterOptions): Cluster {
  const { manifestDirectory, log } = options;
  const directory = manifestDirectory === undefined ? undefined : openManifestDirectory(manifestDirectory);
  const gate = createProgressGate(options.clock);
  const told = new Set<string>();
  return {
    findVolume: () => Promise.resolve(undefined),
    findVolumeNow: () => Promise.resolve(undefined),
    findSelectedNode: () => Promise.resolve(undefined),
    expansionState: () => Promise.resolve('unknown'),
    isBeingRestored: () => Promise.resolve(false),
    async recordProtection(protection) {
      if (directory === undefined) {
        const remedy = 'name a folder with --manifest-dir, or switch Kubernetes on';
        throw new DiskError(
          'unsupported',
          `the protection of disk ${protection.diskId} cannot be recorded with Kubernetes switched off: ${remedy}`,
        );
      }
      return await recordInFile(directory, options, protection);
    },
    listProtections: async () => (directory === undefined ? [] : await listFiles(directory, options)),
    async removeProtection(recorded) {
      if (directory !== undefined) {
        await removeFile(directory, options, recorded);
      }
    },
    report(event) {
      const name = event.key === undefined ? undefined : `${event.reason} ${event.diskId} ${event.key}`;
      if (!gate(event) || (name !== undefined && told.has(name))) {
        return;
      }
      logEvent(log, event);
      if (name !== undefined) {
        remember(told, name);
      }
    },
  };
}

async function recordInFile(
  directory: ManifestDirectory,
  settings: ProtectionSettings,
  protection: DeleteProtection,
): Promise<RecordedProtection> {
  const fileName = fileNameOf(protection.diskId);
  const namespace = namespaceFor(protection, settings);
  const content = newContent(protection, namespace, settings);
  const text = renderManifest(content, newSnapshot(protection, namespace, settings));
  for (let round = 1; round <= rounds; round += 1) {
    const there = await directory.read(fileName);
    if (there === undefined) {
      if (await directory.create(fileName, text)) {
        return recordOf(protection, namespace);
      }
      continue;
    }
    const manifest = parseManifest(there);
    if (compareManifest(manifest, fileName, protection, settings) === 'same') {
      return recordOf(protection, manifest?.content.spec.volumeSnapshotRef.namespace ?? namespace);
    }
    await directory.replace(fileName, text);
  }
  throw new DiskError('busy', `the file ${fileName} keeps changing; somebody else works on it`);
}

function compareManifest(
  manifest: Manifest | undefined,
  fileName: string,
  protection: DeleteProtection,
  settings: ProtectionSettings,
): 'same' | 'older' {
  if (manifest === undefined) {
    const text = `file ${fileName} does not hold a VolumeSnapshotContent and its VolumeSnapshot`;
    throw new DiskError('conflict', `${text}: see what it is, and move it away`);
  }
  const names = protectionNames(protection.diskId);
  const { content, snapshot } = manifest;
  const isShaped =
    content.metadata.name === names.content &&
    content.spec.driver === settings.driverName &&
    content.spec.volumeSnapshotRef.name === names.snapshot &&
    snapshot.metadata.name === names.snapshot &&
    snapshot.metadata.namespace === content.spec.volumeSnapshotRef.namespace &&
    snapshot.spec.source.volumeSnapshotContentName === names.content;
  const { metadata, spec } = content;
  const found = { title: `file ${fileName}`, metadata, snapshotId: spec.source.snapshotHandle, isShaped };
  return compareObject(found, protection, settings);
}

async function listFiles(
  directory: ManifestDirectory,
  settings: ProtectionSettings,
): Promise<RecordedProtection[]> {
  const fileNames = await directory.list(suffix);
  const records = await Promise.all(
    fileNames.map(async (fileName) => await readRecord(directory, settings, fileName)),
  );
  return records.filter((record) => record !== undefined);
}

async function readRecord(
  directory: ManifestDirectory,
  settings: ProtectionSettings,
  fileName: string,
): Promise<RecordedProtection | undefined> {
  const manifest = parseManifest((await directory.read(fileName)) ?? '');
  if (manifest === undefined || !isOurs(manifest.content.metadata, settings)) {
    return undefined;
  }
  const { metadata, spec } = manifest.content;
  const record = recordOfFound(metadata, spec.source.snapshotHandle, spec.volumeSnapshotRef.namespace);
  return record !== undefined && `${record.snapshotName}.yaml` === fileName ? record : undefined;
}

async function removeFile(
  directory: ManifestDirectory,
  settings: ProtectionSettings,
  recorded: RecordedProtection,
): Promise<void> {
  const fileName = fileNameOf(recorded.diskId);
  const record = await readRecord(directory, settings, fileName);
  if (record?.snapshotId === recorded.snapshotId) {
    await directory.remove(fileName);
  }
}

function fileNameOf(diskId: string): string {
  return `${protectionNames(diskId).snapshot}.yaml`;
}

function namespaceFor({ volume }: DeleteProtection, { protectionNamespace }: ProtectionSettings): string {
  return protectionNamespace === 'claim'
    ? (volume?.claim?.namespace ?? fallbackNamespace)
    : protectionNamespace;
}
