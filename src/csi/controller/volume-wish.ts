import { diskCategories } from '../../disk/categories.ts';
import type { Tag } from '../../disk/disk.ts';
import type { DiskRequest } from '../../disk/disk-request.ts';
import { originTags, tagKeys, toTagValue } from '../../disk/tags.ts';
import type { CreateVolumeRequest__Output } from '../../generated/csi/v1/CreateVolumeRequest.ts';
import type { VolumeContentSource__Output } from '../../generated/csi/v1/VolumeContentSource.ts';
import { candidatesFor } from '../../disk/disk-request.ts';
import { isSnapshotId } from '../../disk/snapshot.ts';
import { status as GrpcStatus } from '@grpc/grpc-js';
import { sizeRangeFrom } from '../capacity.ts';
import { applyAttributes } from '../parameters/apply-attributes.ts';
import { parseVolumeAttributesClass, protectionTagsOf } from '../parameters/volume-attributes-class.ts';
import {
  parseStorageClass,
  type StorageClassParameters,
  type VolumeOrigin,
} from '../parameters/storage-class.ts';
import { invalidArgument, notFound, outOfRange, StatusError } from '../status.ts';
import { regionsFrom, zonesFrom } from '../topology.ts';
import { checkMap, requireText } from '../validate.ts';
import { requireVolumeId } from './require-volume.ts';
import { requireCapabilities, unsupportedCapability } from '../volume-capability.ts';

/** A disk to be made, and what it is to be made of and for. */
export interface VolumeWish extends DiskRequest {
  /** The disk that is to be cloned. */
  readonly sourceDiskId: string | undefined;
  readonly selectedNode: string | undefined;
  readonly origin: VolumeOrigin;
}

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
export function volumeWishFrom(
  request: CreateVolumeRequest__Output,
  defaults: PlacementDefaults,
): VolumeWish {
  const name = requireText(request.name, 'name');
  requireCapabilities(request.volumeCapabilities);
  const parameters = wantedParameters(request);
  const unsupported = unsupportedCapability(request.volumeCapabilities, parameters.multiAttach);
  if (unsupported !== undefined) {
    throw invalidArgument(`volume_capabilities: ${unsupported}`);
  }
  assertRegion(parameters, defaults.regionId);
  const source = sourceFrom(request.volumeContentSource, parameters.snapshotId);
  const wish = {
    ...parameters,
    ...source,
    ...wantedSize(request, parameters.atLeast20GiB),
    key: toTagValue(name),
    zoneIds: wantedZones(request, parameters, defaults),
    tags: diskTags(name, parameters, source.sourceDiskId, defaults.clusterId),
  };
  assertSomePlace(wish);
  return wish;
}

function wantedParameters(request: CreateVolumeRequest__Output): StorageClassParameters {
  const ofStorageClass = parseStorageClass(checkMap(request.parameters, 'parameters'));
  const mutable = checkMap(request.mutableParameters, 'mutable_parameters');
  return applyAttributes(ofStorageClass, parseVolumeAttributesClass(mutable));
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

interface Source {
  readonly snapshotId: string | undefined;
  readonly sourceDiskId: string | undefined;
}

/** What the volume is to be made of. A class may name a snapshot too, but then no other source. */
function sourceFrom(source: VolumeContentSource__Output | null, parameter: string | undefined): Source {
  const given = givenSource(source);
  const named = given.snapshotId ?? given.sourceDiskId;
  if (named !== undefined && parameter !== undefined && named !== parameter) {
    const message = `volume_content_source ${named} and parameter csi.alibabacloud.com/disk-snapshot-id ${parameter} contradict each other`;
    throw invalidArgument(message);
  }
  const snapshotId = given.snapshotId ?? parameter;
  if (snapshotId !== undefined && !isSnapshotId(snapshotId)) {
    throw notFound(`snapshot ${snapshotId} does not exist: ids of snapshots look like s-2ze0example`);
  }
  return { ...given, snapshotId };
}

function givenSource(source: VolumeContentSource__Output | null): Source {
  if (source?.volume != null) {
    const field = 'volume_content_source.volume.volume_id';
    return { snapshotId: undefined, sourceDiskId: requireVolumeId(source.volume.volumeId, field) };
  }
  if (source?.snapshot != null) {
    const field = 'volume_content_source.snapshot.snapshot_id';
    return { snapshotId: requireText(source.snapshot.snapshotId, field), sourceDiskId: undefined };
  }
  if (source !== null) {
    throw invalidArgument('volume_content_source names neither a snapshot nor a volume');
  }
  return { snapshotId: undefined, sourceDiskId: undefined };
}

/** The zones of the topology that the class allows too, best first. */
function wantedZones(
  request: CreateVolumeRequest__Output,
  parameters: StorageClassParameters,
  defaults: PlacementDefaults,
): string[] {
  assertReachable(request, defaults.regionId);
  const ofTopology = zonesFrom(request.accessibilityRequirements);
  const ofClass = parameters.zoneIds;
  if (ofTopology === undefined || ofClass === undefined) {
    const fallback = defaults.defaultZoneId === undefined ? [] : [defaults.defaultZoneId];
    return [...(ofTopology ?? ofClass ?? fallback)];
  }
  const both = ofTopology.filter((zone) => ofClass.includes(zone));
  // A regional disk is in no zone, so zones that exclude each other do not exclude it.
  const isZoned = parameters.categories.every((name) => diskCategories.get(name)?.regional !== true);
  if (both.length === 0 && isZoned) {
    const message = `StorageClass parameter zoneId allows ${ofClass.join(', ')}, but the volume must be reachable from ${ofTopology.join(', ')}`;
    throw new StatusError(GrpcStatus.RESOURCE_EXHAUSTED, message);
  }
  return both;
}

function assertReachable(request: CreateVolumeRequest__Output, regionId: string): void {
  const regions = regionsFrom(request.accessibilityRequirements);
  if (regions?.includes(regionId) === false) {
    const message = `the volume must be reachable from region ${regions.join(', ')}, and this plugin makes disks in ${regionId}`;
    throw new StatusError(GrpcStatus.RESOURCE_EXHAUSTED, message);
  }
}

function assertSomePlace(request: DiskRequest): void {
  if (candidatesFor(request).length === 0) {
    const message =
      'no zone is known for the volume: set the StorageClass parameter zoneId or volumeBindingMode WaitForFirstConsumer, or start the plugin with --default-zone';
    throw invalidArgument(message);
  }
}

function diskTags(
  name: string,
  parameters: StorageClassParameters,
  sourceDiskId: string | undefined,
  clusterId: string | undefined,
): Tag[] {
  const { origin } = parameters;
  const own: [string, string | undefined][] = [
    [tagKeys.kubernetes, 'true'],
    [tagKeys.pvcName, origin.pvcName],
    [tagKeys.pvcNamespace, origin.pvcNamespace],
    [tagKeys.pvName, origin.pvName],
    ...protectionTagsOf(parameters).map(({ key, value }): [string, string] => [key, value]),
    [tagKeys.clonedFrom, sourceDiskId],
    [tagKeys.diskKey, name],
  ];
  const ownTags = own.flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: toTagValue(value) }],
  );
  return [...originTags(clusterId), ...parameters.tags, ...ownTags];
}
