import { expect } from 'chai';
import fc from 'fast-check';
import { StatusError, statusFromUnknown, statusName } from '../../../../src/csi/status.ts';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { brokenDiskRules, brokenGroupRules, brokenSnapshotRules } from '../../disk/ecs-rules.ts';
import { startController, type RpcName, type WireRequest } from './controller-harness.ts';
import { fromSnapshot, mounted, zoneKey } from './requests.ts';

/** Mostly what makes sense, sometimes anything at all: only both together get past the first check. */
const mostly = <T>(sensible: readonly T[], anything: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...sensible) }, anything);

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 140 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', 'a', 'auto-1', 'aliyun', 'acs:x', 'http://x', 'x'.repeat(128), '9'.repeat(129)),
);
const name = mostly(['pvc-1', 'pvc-2', 'acs:pvc', 'x'.repeat(128), '1', 'ä'.repeat(64)], text);
const diskId = mostly(['d-000001', 'd-000002', 'd-0'], text);
const snapshotId = mostly(['s-000003', 's-0'], text);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const bytes = mostly(['0', String(20 * 2 ** 30), String(40 * 2 ** 30), String(500 * 2 ** 30)], int64);
const capacityRange = fc.option(
  fc.record({ requiredBytes: bytes, limitBytes: mostly(['0', String(2 ** 50)], int64) }),
);

const booleans = ['true', 'false'];
const parameters = fc.oneof(
  fc.record(
    {
      type: mostly(['cloud_essd', 'cloud_auto', 'cloud_essd,cloud_ssd', 'cloud_regional_disk_auto'], text),
      performanceLevel: mostly(['PL0', 'PL1', 'PL2,PL1'], text),
      zoneId: mostly(['cn-hangzhou-h', 'cn-hangzhou-i,cn-hangzhou-h'], text),
      encrypted: mostly(booleans, text),
      kmsKeyId: text,
      multiAttach: mostly(booleans, text),
      provisionedIops: mostly(['1000'], text),
      burstingEnabled: mostly(booleans, text),
      volumeSizeAutoAvailable: mostly(booleans, text),
      retentionDays: mostly(['7'], text),
      volumeDeleteSnapshotRetentionDays: mostly(['7'], text),
      diskTags: mostly(['a:b', 'a:b,c:d'], text),
      'diskTags/team': text,
      'snapshotTags/team': text,
      'csi.storage.k8s.io/pvc/name': text,
      'csi.storage.k8s.io/pvc/namespace': text,
      'csi.storage.k8s.io/volumesnapshot/name': text,
    },
    { requiredKeys: [] },
  ),
  fc.constant({ type: 'cloud_essd' }),
  fc.constant({}),
  fc.dictionary(text, text, { maxKeys: 4 }),
);

const attributes = fc.oneof(
  fc.record(
    {
      type: mostly(['cloud_essd', 'cloud_auto', 'cloud_ssd', 'cloud_regional_disk_auto'], text),
      performanceLevel: mostly(['PL0', 'PL1', 'PL2'], text),
      provisionedIops: mostly(['0', '1000', '50000'], text),
      burstingEnabled: mostly(booleans, text),
      volumeExpandAutoSnapshot: mostly(['forced', 'closed'], text),
      volumeDeleteSnapshotRetentionDays: mostly(['0', '7'], text),
      'diskTags/team': text,
      '-diskTags/owner': text,
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(text, text, { maxKeys: 2 }),
);

const modes = ['SINGLE_NODE_WRITER', 'SINGLE_NODE_WRITER', 'MULTI_NODE_MULTI_WRITER', 'UNKNOWN'] as const;
const volumeCapability = fc.oneof(
  { weight: 4, arbitrary: fc.constant<object>(mounted) },
  fc.record({
    accessMode: fc.option(fc.record({ mode: fc.constantFrom(...modes) })),
    mount: fc.option(fc.record({ fsType: mostly(['ext4', ''], text) })),
  }),
  fc.record({ accessMode: fc.record({ mode: fc.constantFrom(...modes) }), block: fc.constant({}) }),
);
const volumeCapabilities = fc.array(volumeCapability, { minLength: 1, maxLength: 2 });
const place = fc.dictionary(mostly([zoneKey], text), mostly(['cn-hangzhou-h', 'z-2'], text), { maxKeys: 2 });
const terms = fc.array(fc.record({ segments: place }), { maxLength: 2 });
const volumeContentSource = mostly<object | null>(
  [null, null, fromSnapshot('s-000003')],
  fc.oneof(
    fc.record({ snapshot: fc.record({ snapshotId }) }),
    fc.record({ volume: fc.record({ volumeId: diskId }) }),
    fc.constant({}),
  ),
);

const nodeId = mostly(['i-1', 'i-2', ''], text);
const groupId = mostly(['ssg-0', 'ssg-000004', 'ssg-000006'], text);
const snapshotIds = fc.array(snapshotId, { maxLength: 2 });
const sourceVolumeIds = mostly(
  [['d-000001'], ['d-000001', 'd-000002'], ['d-000001', 'd-000001'], []],
  fc.array(diskId, { maxLength: 3 }),
);
const groupParameters = fc.oneof(
  fc.constantFrom({}, { 'snapshotTags/team': 'a' }, { resourceGroupId: 'rg-1' }),
  fc.record({ 'snapshotTags/team': text, 'csi.storage.k8s.io/volumegroupsnapshot/name': text }),
  parameters,
);

const page = { maxEntries: fc.integer(), startingToken: mostly(['', 'after:d-000001'], text) };
const fieldsOf: Readonly<Record<RpcName, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
  CreateVolume: {
    name,
    volumeCapabilities,
    parameters,
    capacityRange,
    volumeContentSource,
    accessibilityRequirements: fc.option(fc.record({ requisite: terms, preferred: terms })),
    mutableParameters: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, attributes),
    secrets: fc.dictionary(text, text, { maxKeys: 2 }),
  },
  CreateSnapshot: { name, sourceVolumeId: diskId, parameters },
  DeleteVolume: { volumeId: diskId },
  ControllerPublishVolume: {
    volumeId: diskId,
    nodeId,
    volumeCapability,
    readonly: mostly([false], fc.boolean()),
  },
  ControllerUnpublishVolume: { volumeId: diskId, nodeId },
  ControllerExpandVolume: { volumeId: diskId, capacityRange, volumeCapability },
  ControllerModifyVolume: { volumeId: diskId, mutableParameters: attributes },
  ControllerGetVolume: { volumeId: diskId },
  ValidateVolumeCapabilities: { volumeId: diskId, volumeCapabilities, parameters, volumeContext: parameters },
  ListVolumes: page,
  ListSnapshots: { ...page, snapshotId, sourceVolumeId: diskId },
  GetSnapshot: { snapshotId },
  DeleteSnapshot: { snapshotId },
  ControllerGetCapabilities: {},
  GroupControllerGetCapabilities: {},
  CreateVolumeGroupSnapshot: { name, sourceVolumeIds, parameters: groupParameters },
  GetVolumeGroupSnapshot: { groupSnapshotId: groupId, snapshotIds },
  DeleteVolumeGroupSnapshot: { groupSnapshotId: groupId, snapshotIds },
};

/** Any request of any RPC, those that make something more often. */
const anyRequest = fc
  .constantFrom<RpcName[]>(
    'CreateVolume',
    'CreateVolume',
    'CreateSnapshot',
    'CreateVolumeGroupSnapshot',
    ...(Object.keys(fieldsOf) as RpcName[]),
  )
  .chain((rpc) => fc.record(fieldsOf[rpc]).map((request) => ({ rpc, request })));

const expectedCodes = [
  ...['INVALID_ARGUMENT', 'NOT_FOUND', 'OUT_OF_RANGE', 'ABORTED', 'ALREADY_EXISTS'],
  ...['RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION'],
];

describe('any requests whatever', () => {
  it('are answered or refused with a status that says why, and ECS gets nothing that breaks its rules', async () => {
    const reached = { disks: 0, snapshots: 0, groups: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(anyRequest, { maxLength: 5 }), async (requests) => {
        const { call, cloud } = startController();
        const tags = new Map([[tagKeys.cluster, 'c-1']]);
        cloud.addDisk({ tags, wasEverAttached: true });
        cloud.addDisk({ tags, wasEverAttached: true });
        cloud.addSnapshot({ tags });
        for (const { rpc, request } of requests) {
          await call(rpc, request as WireRequest<RpcName>).catch(expectRefusal);
        }
        const newDisks = cloud.argumentsOf('createDisk');
        const newSnapshots = cloud.argumentsOf('createSnapshot');
        expect(newDisks.flatMap(brokenDiskRules)).to.deep.equal([]);
        expect(newSnapshots.flatMap(brokenSnapshotRules)).to.deep.equal([]);
        const newGroups = cloud.argumentsOf('createSnapshotGroup');
        expect(newGroups.flatMap(brokenGroupRules)).to.deep.equal([]);
        reached.groups += newGroups.length;
        reached.disks += newDisks.length;
        reached.snapshots += newSnapshots.length;
      }),
      { numRuns: 1500 },
    );
    // Or all of it was refused at the first check.
    expect(reached.disks).to.be.greaterThan(20);
    expect(reached.snapshots).to.be.greaterThan(20);
    expect(reached.groups).to.be.greaterThan(20);
  });
});

function expectRefusal(error: unknown): void {
  if (!(error instanceof StatusError || error instanceof DiskError)) {
    throw error;
  }
  const { code, message } = statusFromUnknown(error);
  expect(expectedCodes, message).to.include(statusName(code));
  expect(message).not.to.equal('');
}
