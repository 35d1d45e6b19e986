import type { VolumeCapability__Output } from '../generated/csi/v1/VolumeCapability.ts';
import { invalidArgument } from './status.ts';

const singleNodeModes = ['SINGLE_NODE_WRITER', 'SINGLE_NODE_READER_ONLY'];
const multiNodeReadModes = ['MULTI_NODE_READER_ONLY'];
const multiNodeWriteModes = ['MULTI_NODE_SINGLE_WRITER', 'MULTI_NODE_MULTI_WRITER'];
const fileSystems = ['ext4', 'ext3', 'xfs', 'ntfs'];

/** @throws StatusError INVALID_ARGUMENT that says which capability is malformed. */
export function requireCapabilities(capabilities: readonly VolumeCapability__Output[]): void {
  if (capabilities.length === 0) {
    throw invalidArgument('volume_capabilities is missing');
  }
  for (const [index, capability] of capabilities.entries()) {
    const field = `volume_capabilities[${index}]`;
    if (capability.block == null && capability.mount == null) {
      throw invalidArgument(`${field}: one of block and mount is needed`);
    }
    const mode = capability.accessMode?.mode ?? 'UNKNOWN';
    if (mode === 'UNKNOWN') {
      throw invalidArgument(`${field}: access_mode is missing`);
    }
  }
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
