import { defaultDriverName } from '../../../../src/disk/guards/restore-command.ts';
import type { Call } from '../../../../src/disk/call.ts';
import { createController } from '../../../../src/csi/controller/index.ts';
import { createGroupController } from '../../../../src/csi/group-controller/index.ts';
import { OperationLock } from '../../../../src/csi/operation-lock.ts';
import { loadCsiProto } from '../../../../src/csi/proto.ts';
import { StatusError, statusFromUnknown, statusName } from '../../../../src/csi/status.ts';
import type { UnaryRpc } from '../../../../src/csi/unary.ts';
import { createAttachParts } from '../../../../src/disk/attach/attach-parts.ts';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { aCall, oneAtATime, quickSightings } from '../../../support/builders.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import type { FakeDiskCloudOptions } from '../../../support/fake-disk-cloud.ts';
import { FakeDiskSpecs } from '../../../support/fake-disk-specs.ts';
import { FakeGroupCloud } from '../../../support/fake-group-cloud.ts';

const { Controller, GroupController } = loadCsiProto().v1;
const service = { ...Controller.service, ...GroupController.service };
type Handlers = ReturnType<typeof createController> & ReturnType<typeof createGroupController>;
export type RpcName = keyof Handlers;
type Response<Name extends RpcName> = Handlers[Name] extends UnaryRpc<never, infer Result> ? Result : never;
/** A request as a client writes it: everything may be left out. */
export type WireRequest<Name extends RpcName> = Parameters<(typeof service)[Name]['requestSerialize']>[0];

/** How a call ended that was refused. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** The RPCs of Controller and GroupController over a cloud in memory. Requests go through the wire format, as a server gets them. */
export interface ControllerHarness {
  readonly cloud: FakeGroupCloud;
  readonly specs: FakeDiskSpecs;
  readonly cluster: FakeCluster;
  readonly clock: { nowMs: number };
  readonly warnings: { readonly details: object; readonly message: string }[];
  readonly call: <Name extends RpcName>(
    name: Name,
    request: WireRequest<Name>,
    call?: Call,
  ) => Promise<Response<Name>>;
  /** The status that a call is refused with; fails when it is not refused. */
  readonly refusal: <Name extends RpcName>(name: Name, request: WireRequest<Name>) => Promise<Refusal>;
}

export interface HarnessOptions extends FakeDiskCloudOptions {
  readonly clusterId?: string | undefined;
  readonly defaultZoneId?: string | undefined;
  /** The gate of group snapshots; open unless a test shuts it. */
  readonly groupSnapshots?: boolean;
}

export function startController(options: HarnessOptions = {}): ControllerHarness {
  const cloud = new FakeGroupCloud(options);
  const specs = new FakeDiskSpecs(cloud.disks);
  const clock = { nowMs: 0 };
  const warnings: { details: object; message: string }[] = [];
  const sightings = quickSightings();
  const now = () => clock.nowMs;
  const clusterId = 'clusterId' in options ? options.clusterId : 'c-1';
  const cluster = new FakeCluster();
  const guards = {
    ...{ cloud, sightings, clusterId, driverName: defaultDriverName, now, cluster },
    ...{ isSwitchedOn: false, maxAgeMs: 600_000, besteffortWaitMs: 300_000 },
  };
  const parts = {
    cloud,
    specs,
    sightings,
    guards,
    attach: createAttachParts(cloud, oneAtATime, now),
    lock: new OperationLock(),
    regionId: 'cn-hangzhou',
    clusterId,
    groupSnapshots: options.groupSnapshots ?? true,
    defaultZoneId: 'defaultZoneId' in options ? options.defaultZoneId : 'cn-hangzhou-h',
    now,
    warn: (details: object, message: string) => void warnings.push({ details, message }),
  };
  const handlers = { ...createController(parts), ...createGroupController(parts, { sleep: noWait }) };
  const call = <Name extends RpcName>(name: Name, request: WireRequest<Name>, of: Call = aCall()) => {
    const handler = handlers[name] as unknown as UnaryRpc<object, Response<Name>>;
    return handler(overTheWire(name, request), of);
  };
  return {
    cloud,
    specs,
    cluster,
    clock,
    warnings,
    call,
    refusal: async (name, request) => {
      try {
        await call(name, request);
      } catch (error) {
        if (error instanceof StatusError || error instanceof DiskError) {
          const { code, message } = statusFromUnknown(error);
          return { code: statusName(code), message };
        }
        throw error;
      }
      throw new Error(`${name} was not refused`);
    },
  };
}

/** No test here is about how long an answer is held. */
const noWait = () => Promise.resolve();

function overTheWire<Name extends RpcName>(name: Name, request: WireRequest<Name>): object {
  const method = service[name] as {
    requestSerialize: (request: WireRequest<Name>) => Buffer;
    requestDeserialize: (bytes: Buffer) => object;
  };
  return method.requestDeserialize(method.requestSerialize(request));
}
