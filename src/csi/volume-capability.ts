import type { VolumeCapability__Output } from '../generated/csi/v1/VolumeCapability.ts';
import { invalidArgument } from './status.ts';

const singleNodeModes = [
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'SINGLE_NODE_SINGLE_WRITER',
  'SINGLE_NODE_MULTI_WRITER',
];
const multiNodeReadModes = ['MULTI_NODE_READER_ONLY'];
const multiNodeWriteModes = ['MULTI_NODE_SINGLE_WRITER', 'MULTI_NODE_MULTI_WRITER'];
const fileSystems = ['ext4', 'ext3', 'xfs', 'ntfs'];

/** @throws StatusError INVALID_ARGUMENT that says which capability is malformed. */
export function requireCapabilities(capabilities: readonly VolumeCapability__Output[]): void {
  if (capabilities.length === 0) {
    throw invalidArgument('volume_capabilities is missing');
  }
  for (const [index, capability] of capabilities.entries()) {
    assertWellFormed(capability, `volume_capabilities[${index}]`);
  }
}

/** The one capability of a request. @throws StatusError INVALID_ARGUMENT when it is missing or malformed. */
export function requireCapability(capability: VolumeCapability__Output | null): VolumeCapability__Output {
  if (capability === null) {
    throw invalidArgument('volume_capability is missing');
  }
  assertWellFormed(capability, 'volume_capability');
  return capability;
}

function assertWellFormed(capability: VolumeCapability__Output, field: string): void {
  if (capability.block == null && capability.mount == null) {
    throw invalidArgument(`${field}: one of block and mount is needed`);
  }
  if ((capability.accessMode?.mode ?? 'UNKNOWN') === 'UNKNOWN') {
    throw invalidArgument(`${field}: access_mode is missing`);
  }
}

/** Whether the volume may be at several nodes at a time. */
export function isShared(capability: VolumeCapability__Output): boolean {
  return !singleNodeModes.includes(capability.accessMode?.mode ?? 'UNKNOWN');
}

/**
 * Why a disk cannot be used like this, or `undefined` when it can.
 * @param multiAttach whether several instances may attach the disk at once.
 */
export function unsupportedCapability(
  capabilities: readonly VolumeCapability__Output[],
  multiAttach: boolean,
): string | undefined {
  for (const capability of capabilities) {
    const reason = unsupportedMode(capability, multiAttach) ?? unsupportedFileSystem(capability);
    if (reason !== undefined) {
      return reason;
    }
  }
  return undefined;
}

/**
 * Why a volume must not be attached in this way, or `undefined` when it may. A volume of another's making may carry an
 * access mode or a file system that is not offered for new ones: a plain disk is at one node at a time whatever its mode
 * says, and the file system is the node's business. Two writers of one file system are nobody's.
 */
export function dangerousCapability(
  capability: VolumeCapability__Output,
  multiAttach: boolean,
): string | undefined {
  const mode = capability.accessMode?.mode ?? 'UNKNOWN';
  const isOfPlainDisk = !multiAttach && [...multiNodeReadModes, ...multiNodeWriteModes].includes(mode);
  return isOfPlainDisk ? undefined : unsupportedMode(capability, multiAttach);
}

function unsupportedMode(capability: VolumeCapability__Output, multiAttach: boolean): string | undefined {
  const mode = capability.accessMode?.mode ?? 'UNKNOWN';
  if (singleNodeModes.includes(mode)) {
    return undefined;
  }
  if (!multiNodeReadModes.includes(mode) && !multiNodeWriteModes.includes(mode)) {
    return `access mode ${mode} is not supported; use ${singleNodeModes.join(' or ')}`;
  }
  if (!multiAttach) {
    return `access mode ${mode} needs a disk with the StorageClass parameter multiAttach: "true"`;
  }
  if (multiNodeWriteModes.includes(mode) && capability.mount != null) {
    return `access mode ${mode} is supported for block volumes only: no file system here survives two writers`;
  }
  return undefined;
}

function unsupportedFileSystem(capability: VolumeCapability__Output): string | undefined {
  const fsType = capability.mount?.fsType ?? '';
  return fsType === '' || fileSystems.includes(fsType)
    ? undefined
    : `file system ${fsType} is not supported; use one of ${fileSystems.join(', ')}`;
}
