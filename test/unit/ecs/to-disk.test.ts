import { expect } from 'chai';
import { toDisk } from '../../../src/ecs/to-disk.ts';
import type { SdkDisk } from '../../../src/ecs/to-disk.ts';
import { toSnapshot } from '../../../src/ecs/to-snapshot.ts';
import type { SdkSnapshot } from '../../../src/ecs/to-snapshot.ts';
import { DescribeDisksResponseBody, DescribeSnapshotsResponseBody } from '@alicloud/ecs20140526';
import type { DiskError } from '../../../src/disk/disk-error.ts';

/** A disk as the SDK makes it of the JSON that ECS sends. */
function sdkDisk(overrides: SdkDisk = {}): SdkDisk {
  const [disk] =
    new DescribeDisksResponseBody({
      disks: {
        disk: [
          {
            diskId: 'd-1',
            diskName: 'pv-1',
            status: 'In_use',
            category: 'cloud_essd',
            performanceLevel: 'PL1',
            size: 20,
            regionId: 'cn-hangzhou',
            zoneId: 'cn-hangzhou-i',
            serialNumber: '1',
            encrypted: true,
            KMSKeyId: 'key-1',
            multiAttach: 'Disabled',
            resourceGroupId: '',
            creationTime: '2026-05-01T10:00:00Z',
            attachedTime: '2026-05-01T10:01:00Z',
            instanceId: 'i-1',
            attachments: { attachment: [{ instanceId: 'i-1', device: '/dev/xvdb' }] },
            operationLocks: { operationLock: [{ lockReason: 'financial' }] },
            tags: { tag: [{ tagKey: 'team', tagValue: 'blue' }, { tagKey: 'empty' }] },
            ...overrides,
          },
        ],
      },
    }).disks?.disk ?? [];
  if (disk === undefined) {
    throw new Error('no disk');
  }
  return disk;
}

function sdkSnapshot(overrides: SdkSnapshot = {}) {
  const [snapshot] =
    new DescribeSnapshotsResponseBody({
      snapshots: {
        snapshot: [
          {
            snapshotId: 's-1',
            snapshotName: 'snap-1',
            description: '',
            sourceDiskId: 'd-1',
            sourceDiskSize: '20',
            status: 'progressing',
            progress: '37%',
            available: true,
            creationTime: '2026-05-01T10:00:00Z',
            retentionDays: 7,
            tags: { tag: [{ tagKey: 'team', tagValue: 'blue' }] },
            ...overrides,
          },
        ],
      },
    }).snapshots?.snapshot ?? [];
  if (snapshot === undefined) {
    throw new Error('no snapshot');
  }
  return snapshot;
}

describe('toDisk', () => {
  it('reads what ECS says about a disk', () => {
    expect(toDisk(sdkDisk())).to.deep.equal({
      id: 'd-1',
      name: 'pv-1',
      status: 'In_use',
      category: 'cloud_essd',
      performanceLevel: 'PL1',
      sizeGiB: 20,
      regionId: 'cn-hangzhou',
      zoneId: 'cn-hangzhou-i',
      serialNumber: '1',
      encrypted: true,
      kmsKeyId: 'key-1',
      multiAttach: false,
      provisionedIops: undefined,
      burstingEnabled: undefined,
      resourceGroupId: undefined,
      storageClusterId: undefined,
      sourceSnapshotId: undefined,
      attachments: [{ instanceId: 'i-1', device: '/dev/xvdb' }],
      wasEverAttached: true,
      lastAttachedAt: new Date('2026-05-01T10:01:00Z'),
      lastDetachedAt: undefined,
      tags: new Map([
        ['team', 'blue'],
        ['empty', ''],
      ]),
      lockReasons: ['financial'],
      createdAt: '2026-05-01T10:00:00Z',
    });
  });

  it('takes empty text for none', () => {
    const disk = toDisk(
      sdkDisk({ zoneId: '', diskName: '', KMSKeyId: '', creationTime: '', serialNumber: '' }),
    );
    expect([disk.zoneId, disk.name, disk.kmsKeyId, disk.createdAt, disk.serialNumber]).to.deep.equal(
      Array(5).fill(undefined),
    );
  });

  it('takes a state that it does not know for Unknown', () => {
    expect(toDisk(sdkDisk({ status: 'Levitating' })).status).to.equal('Unknown');
  });

  it('reads multi-attach only where it is enabled', () => {
    expect(toDisk(sdkDisk({ multiAttach: 'Enabled' })).multiAttach).to.equal(true);
    expect(toDisk(sdkDisk({ multiAttach: 'LegacyShared' })).multiAttach).to.equal(false);
  });

  it('takes the instance from the field of its own where the list is empty', () => {
    const attachments = { attachment: [] };
    const disk = toDisk(sdkDisk({ attachments, instanceId: 'i-2', device: '/dev/xvdc' }));
    expect(disk.attachments).to.deep.equal([{ instanceId: 'i-2', device: '/dev/xvdc' }]);
  });

  it('keeps the time of each attachment, where ECS tells it', () => {
    const attachedTime = '2026-05-01T10:02:00Z';
    const attachment = [
      { instanceId: 'i-1', attachedTime },
      { instanceId: 'i-2', attachedTime: '' },
    ];
    expect(
      toDisk(sdkDisk({ multiAttach: 'Enabled', attachments: { attachment } })).attachments,
    ).to.deep.equal([
      { instanceId: 'i-1', device: undefined, attachedAt: new Date(attachedTime) },
      { instanceId: 'i-2', device: undefined },
    ]);
  });

  it('takes only the list where the field of its own still names the instance before', () => {
    const attachments = { attachment: [{ instanceId: 'i-2', device: '/dev/xvdb' }] };
    const disk = toDisk(sdkDisk({ attachments, instanceId: 'i-1' }));
    expect(disk.attachments).to.deep.equal([{ instanceId: 'i-2', device: '/dev/xvdb' }]);
  });

  it('ties a regional disk to no zone, whatever ECS says', () => {
    const disk = toDisk(sdkDisk({ category: 'cloud_regional_disk_auto', zoneId: 'cn-hangzhou-h' }));
    expect(disk.zoneId).to.equal(undefined);
  });

  it('tells a disk that was attached once from one that never was', () => {
    const detached = { attachments: undefined, instanceId: '' };
    expect(toDisk(sdkDisk({ ...detached, attachedTime: '' })).wasEverAttached).to.equal(false);
    expect(toDisk(sdkDisk({ ...detached, attachedTime: '2026-05-01T10:01:00Z' })).wasEverAttached).to.equal(
      true,
    );
    expect(toDisk(sdkDisk({ ...detached, attachedTime: '', detachedTime: 'x' })).wasEverAttached).to.equal(
      true,
    );
  });

  it('refuses a disk without id or size', () => {
    for (const overrides of [{ diskId: '' }, { diskId: undefined }, { size: undefined }]) {
      expect(() => toDisk(sdkDisk(overrides)))
        .to.throw(/unreadable answer/)
        .with.property('kind', 'outcome-unknown' satisfies DiskError['kind']);
    }
  });
});

describe('toSnapshot', () => {
  it('reads what ECS says about a snapshot', () => {
    expect(toSnapshot(sdkSnapshot())).to.deep.equal({
      id: 's-1',
      name: 'snap-1',
      description: undefined,
      sourceDiskId: 'd-1',
      sourceDiskSizeGiB: 20,
      status: 'progressing',
      progressPercent: 37,
      available: true,
      cutAt: new Date('2026-05-01T10:00:00Z'),
      retentionDays: 7,
      encrypted: false,
      usedByDisks: false,
      tags: new Map([['team', 'blue']]),
    });
  });

  for (const [usage, usedByDisks] of [
    ['none', false],
    ['image', false],
    ['disk', true],
    ['image_disk', true],
    ['', false],
  ] as const) {
    it(`knows from usage "${usage}" whether disks were made from it`, () => {
      expect(toSnapshot(sdkSnapshot({ usage })).usedByDisks).to.equal(usedByDisks);
    });
  }

  it('knows no cut before ECS gives a creation time', () => {
    expect(toSnapshot(sdkSnapshot({ creationTime: '' })).cutAt).to.equal(undefined);
    expect(toSnapshot(sdkSnapshot({ creationTime: 'soon' })).cutAt).to.equal(undefined);
  });

  it('reads any progress as a number from 0 to 100', () => {
    const progress = (text: string | undefined) =>
      toSnapshot(sdkSnapshot({ progress: text })).progressPercent;
    expect(['100%', '0%', '', undefined, '250%', 'x'].map(progress)).to.deep.equal([100, 0, 0, 0, 100, 0]);
    expect(toSnapshot(sdkSnapshot({ status: 'accomplished', progress: '' })).progressPercent).to.equal(100);
  });

  it('takes a state that it does not know for Unknown', () => {
    expect(toSnapshot(sdkSnapshot({ status: 'pondering' })).status).to.equal('Unknown');
  });

  it('takes no retention for one without end', () => {
    expect(toSnapshot(sdkSnapshot({ retentionDays: undefined })).retentionDays).to.equal(undefined);
    expect(toSnapshot(sdkSnapshot({ retentionDays: 0 })).retentionDays).to.equal(undefined);
  });

  it('refuses a snapshot without id or size', () => {
    for (const overrides of [{ snapshotId: '' }, { sourceDiskSize: '' }]) {
      expect(() => toSnapshot(sdkSnapshot(overrides))).to.throw(/unreadable answer/);
    }
  });
});
