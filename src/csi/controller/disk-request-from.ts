import type { Tag } from '../../disk/disk.ts';
import type { DiskRequest } from '../../disk/disk-request.ts';
import { originTags, tagKeys, toTagValue } from '../../disk/tags.ts';
import type { CreateVolumeRequest__Output } from '../../generated/csi/v1/CreateVolumeRequest.ts';
import type { VolumeContentSource__Output } from '../../generated/csi/v1/VolumeContentSource.ts';
import { candidatesFor } from '../../disk/disk-request.ts';
import { isSnapshotId } from '../../disk/snapshot.ts';
import { status as GrpcStatus } from '@grpc/grpc-js';
import { sizeRangeFrom } from '../capacity.ts';
import { parseStorageClass, type StorageClassParameters } from '../parameters/storage-class.ts';
import { invalidArgument, notFound, outOfRange, StatusError } from '../status.ts';
import { zonesFrom } from '../topology.ts';
import { checkMap, requireText } from '../validate.ts';
import { requireCapabilities, unsupportedCapability } from '../volume-capability.ts';

/** The size of a volume when nobody says: the least that most categories offer. */
const defaultSizeGiB = 20;

export interface PlacementDefaults {
  readonly regionId: string;
  readonly clusterId: string | undefined;
  readonly defaultZoneId: string | undefined;
}

/**
 * What CreateVolume asks for, in the words of the domain. Pure: nothing is asked of ECS.
 * @throws StatusError with the status of the standard and the name of the offending field.
 */
export function diskRequestFrom(
  request: CreateVolumeRequest__Output,
  defaults: PlacementDefaults,
): DiskRequest {
  const name = requireText(request.name, 'name');
  requireCapabilities(request.volumeCapabilities);
  const parameters = parseStorageClass(checkMap(request.parameters, 'parameters'));
  assertNoMutableParameters(request.mutableParameters);
  const unsupported = unsupportedCapability(request.volumeCapabilities, parameters.multiAttach);
  if (unsupported !== undefined) {
    throw invalidArgument(`volume_capabilities: ${unsupported}`);
  }
  assertRegion(parameters, defaults.regionId);
  const diskRequest = {
    ...parameters,
    ...wantedSize(request, parameters.atLeast20GiB),
    key: toTagValue(name),
    snapshotId: snapshotIdFrom(request.volumeContentSource, parameters.snapshotId),
    zoneIds: wantedZones(request, parameters, defaults),
    tags: diskTags(name, parameters, defaults.clusterId),
  };
  assertSomePlace(diskRequest);
  return diskRequest;
}

function assertNoMutableParameters(parameters: Readonly<Record<string, string>>): void {
  const [key] = Object.keys(parameters);
  if (key !== undefined) {
    throw invalidArgument(`mutable_parameters: ${key} is not known; this plugin does not modify volumes`);
  }
}

function assertRegion(parameters: StorageClassParameters, regionId: string): void {
  if (parameters.regionId !== undefined && parameters.regionId !== regionId) {
    const message = `StorageClass parameter regionId: "${parameters.regionId}" is not allowed; allowed: ${regionId}, the region of this plugin`;
    throw invalidArgument(message);
  }
}

function wantedSize(request: CreateVolumeRequest__Output, atLeast20GiB: boolean) {
  const { sizeGiB, maxSizeGiB } = sizeRangeFrom(request.capacityRange);
  const wanted = sizeGiB ?? Math.min(defaultSizeGiB, maxSizeGiB ?? defaultSizeGiB);
  const raised = atLeast20GiB ? Math.max(wanted, defaultSizeGiB) : wanted;
  if (maxSizeGiB !== undefined && raised > maxSizeGiB) {
    const message = `StorageClass parameter volumeSizeAutoAvailable makes volumes of ${raised} GiB at least, and capacity_range.limit_bytes allows ${maxSizeGiB} GiB`;
    throw outOfRange(message);
  }
  return { sizeGiB: raised, maxSizeGiB };
}

function snapshotIdFrom(
  source: VolumeContentSource__Output | null,
  parameter: string | undefined,
): string | undefined {
  const given = source === null ? undefined : sourceSnapshotId(source);
  if (given !== undefined && parameter !== undefined && given !== parameter) {
    const message = `volume_content_source ${given} and parameter csi.alibabacloud.com/disk-snapshot-id ${parameter} contradict each other`;
    throw invalidArgument(message);
  }
  const snapshotId = given ?? parameter;
  if (snapshotId !== undefined && !isSnapshotId(snapshotId)) {
    throw notFound(`snapshot ${snapshotId} does not exist: ids of snapshots look like s-2ze0example`);
  }
  return snapshotId;
}

function sourceSnapshotId(source: VolumeContentSource__Output): string {
  if (source.volume != null) {
    throw invalidArgument('volume_content_source: volumes cannot be cloned; restore a snapshot instead');
  }
  return requireText(source.snapshot?.snapshotId ?? '', 'volume_content_source.snapshot.snapshot_id');
}

/** The zones of the topology that the class allows too, best first. */
function wantedZones(
  request: CreateVolumeRequest__Output,
  parameters: StorageClassParameters,
  defaults: PlacementDefaults,
): string[] {
  const ofTopology = zonesFrom(request.accessibilityRequirements);
  const ofClass = parameters.zoneIds;
  if (ofTopology === undefined || ofClass === undefined) {
    const fallback = defaults.defaultZoneId === undefined ? [] : [defaults.defaultZoneId];
    return [...(ofTopology ?? ofClass ?? fallback)];
  }
  const both = ofTopology.filter((zone) => ofClass.includes(zone));
  if (both.length === 0) {
    const message = `StorageClass parameter zoneId allows ${ofClass.join(', ')}, but the volume must be reachable from ${ofTopology.join(', ')}`;
    throw new StatusError(GrpcStatus.RESOURCE_EXHAUSTED, message);
  }
  return both;
}

function assertSomePlace(request: DiskRequest): void {
  if (candidatesFor(request).length === 0) {
    const message =
      'no zone is known for the volume: set the StorageClass parameter zoneId or volumeBindingMode WaitForFirstConsumer, or start the plugin with --default-zone';
    throw invalidArgument(message);
  }
}

function diskTags(name: string, parameters: StorageClassParameters, clusterId: string | undefined): Tag[] {
  const { origin } = parameters;
  const own: [string, string | undefined][] = [
    [tagKeys.kubernetes, 'true'],
    [tagKeys.pvcName, origin.pvcName],
    [tagKeys.pvcNamespace, origin.pvcNamespace],
    [tagKeys.pvName, origin.pvName],
    [tagKeys.deleteSnapshotRetentionDays, parameters.deleteSnapshotRetentionDays?.toString()],
    [tagKeys.expandPolicy, parameters.expandPolicy],
    [tagKeys.diskKey, name],
  ];
  const ownTags = own.flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: toTagValue(value) }],
  );
  return [...originTags(clusterId), ...parameters.tags, ...ownTags];
}
