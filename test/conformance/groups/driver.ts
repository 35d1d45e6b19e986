import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot__Output } from '../../../src/generated/csi/v1/Snapshot.ts';
import type { Volume__Output } from '../../../src/generated/csi/v1/Volume.ts';
import type { VolumeGroupSnapshot__Output } from '../../../src/generated/csi/v1/VolumeGroupSnapshot.ts';
import { invoke, type CsiClient } from '../../support/csi-client.ts';

/** What a driver may do in more than one way, and where its volumes come from. */
export interface DriverOptions {
  /** The `parameters` of its volumes, as a StorageClass has them. */
  readonly volumeParameters: Readonly<Record<string, string>>;
  /** The `parameters` of its group snapshots, as a VolumeGroupSnapshotClass has them. */
  readonly groupParameters: Readonly<Record<string, string>>;
  readonly volumeBytes: bigint;
  /** How many volumes the largest group has. */
  readonly largestGroup: number;
  /** The standard lets a driver refuse to delete one member of a group, or do it. */
  readonly memberDeletion: 'refused' | 'allowed' | 'either';
  /** The standard does not say what a volume that is named twice means. */
  readonly duplicateSources: 'refused' | 'merged';
  /** How long a call is repeated as the sidecars do it. */
  readonly patienceMs: number;
  /** Makes a new volume such that it can be snapshotted, for drivers that need that. */
  readonly prepareVolume?: (volumeId: string) => Promise<void>;
}

/** Where the services of the driver are; often the same socket. */
export interface DriverClients {
  /** Identity and GroupController. */
  readonly groups: CsiClient;
  /** Controller. */
  readonly controller: CsiClient;
}

/** The driver under test, with all that the checks ask of it. */
export interface Driver {
  readonly options: DriverOptions;
  readonly clients: DriverClients;
  /** A name that nobody else uses. */
  name(what: string): string;
  createVolume(what: string, snapshotId?: string): Promise<Volume__Output>;
  deleteVolume(volumeId: string): Promise<void>;
  /** As csi-snapshotter does it: repeated while it is undecided or not ready. */
  createGroup(name: string, volumeIds: readonly string[]): Promise<VolumeGroupSnapshot__Output>;
  getGroup(groupId: string, snapshotIds: readonly string[]): Promise<VolumeGroupSnapshot__Output>;
  deleteGroup(groupId: string, snapshotIds: readonly string[]): Promise<void>;
  /** The snapshot of this id as ListSnapshots has it, if it has it. */
  listed(snapshotId: string): Promise<Snapshot__Output | undefined>;
  /** The ids that ListSnapshots has of this volume. */
  snapshotIdsOf(volumeId: string): Promise<string[]>;
  /** Repeats a call while its status is one after which every sidecar asks again. */
  settled<T>(attempt: () => Promise<T>): Promise<T>;
}

const callLimitMs = 60_000;
const pauseMs = 100;
/** The statuses after which every sidecar asks again and forgets nothing. */
const undecided: readonly GrpcStatus[] = [
  GrpcStatus.CANCELLED,
  GrpcStatus.DEADLINE_EXCEEDED,
  GrpcStatus.UNAVAILABLE,
  GrpcStatus.ABORTED,
];

/** A file system on one node, which every driver has. */
const capability = { mount: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' as const } };

/** @param run tells this run from all others. */
export function driverWith(clients: DriverClients, options: DriverOptions, run: string): Driver {
  const { groupController } = clients.groups;
  const { controller } = clients.controller;
  const settled = <T>(attempt: () => Promise<T>) => repeatWhileUndecided(attempt, options.patienceMs);
  const name = (what: string) => `csi-groups-${run}-${what}`;

  const createOnce = async (groupName: string, sourceVolumeIds: readonly string[]) => {
    const request = {
      name: groupName,
      sourceVolumeIds: [...sourceVolumeIds],
      parameters: options.groupParameters,
    };
    const { groupSnapshot } = await settled(() =>
      invoke(groupController, 'CreateVolumeGroupSnapshot', request, callLimitMs),
    );
    return groupSnapshot ?? missing('CreateVolumeGroupSnapshot', 'group_snapshot');
  };

  return {
    options,
    clients,
    name,
    settled,
    async createVolume(what, snapshotId) {
      const request = {
        name: name(what),
        capacityRange: { requiredBytes: String(options.volumeBytes) },
        volumeCapabilities: [capability],
        parameters: options.volumeParameters,
        ...(snapshotId === undefined ? {} : { volumeContentSource: { snapshot: { snapshotId } } }),
      };
      const { volume } = await settled(() => invoke(controller, 'CreateVolume', request, callLimitMs));
      const made = volume ?? missing('CreateVolume', 'volume');
      if (snapshotId === undefined) {
        await options.prepareVolume?.(made.volumeId);
      }
      return made;
    },
    async deleteVolume(volumeId) {
      await settled(() => invoke(controller, 'DeleteVolume', { volumeId }, callLimitMs));
    },
    async createGroup(groupName, volumeIds) {
      const giveUpAt = Date.now() + options.patienceMs;
      let group = await createOnce(groupName, volumeIds);
      while (!group.readyToUse && Date.now() < giveUpAt) {
        await sleep(pauseMs);
        group = await createOnce(groupName, volumeIds);
      }
      return group;
    },
    async getGroup(groupSnapshotId, snapshotIds) {
      const request = { groupSnapshotId, snapshotIds: [...snapshotIds] };
      const { groupSnapshot } = await settled(() =>
        invoke(groupController, 'GetVolumeGroupSnapshot', request, callLimitMs),
      );
      return groupSnapshot ?? missing('GetVolumeGroupSnapshot', 'group_snapshot');
    },
    async deleteGroup(groupSnapshotId, snapshotIds) {
      const request = { groupSnapshotId, snapshotIds: [...snapshotIds] };
      await settled(() => invoke(groupController, 'DeleteVolumeGroupSnapshot', request, callLimitMs));
    },
    async listed(snapshotId) {
      const { entries } = await settled(() => invoke(controller, 'ListSnapshots', { snapshotId }));
      return entries[0]?.snapshot ?? undefined;
    },
    async snapshotIdsOf(sourceVolumeId) {
      const { entries } = await settled(() => invoke(controller, 'ListSnapshots', { sourceVolumeId }));
      return entries.map(({ snapshot }) => snapshot?.snapshotId ?? '');
    },
  };
}

async function repeatWhileUndecided<T>(attempt: () => Promise<T>, patienceMs: number): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!undecided.includes((error as ServiceError).code) || Date.now() > giveUpAt) {
        throw error;
      }
      await sleep(pauseMs);
    }
  }
}

function missing(method: string, field: string): never {
  throw new Error(`${method} was answered with OK but without a ${field}`);
}
