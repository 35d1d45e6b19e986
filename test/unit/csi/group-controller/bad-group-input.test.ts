import { expect } from 'chai';
import { startController, type RpcName, type WireRequest } from '../controller/controller-harness.ts';

const long = 'x'.repeat(129);
const name = 'groupsnapshot-1';
const sourceVolumeIds = ['d-1', 'd-2'];
const groupSnapshotId = 'ssg-1';

type Bad<Name extends RpcName> = [what: string, request: WireRequest<Name>, code: string, ...texts: string[]];

const create: Bad<'CreateVolumeGroupSnapshot'>[] = [
  ['no name', { sourceVolumeIds }, 'INVALID_ARGUMENT', 'name is missing'],
  ['a long name', { name: long, sourceVolumeIds }, 'INVALID_ARGUMENT', 'name is longer than 128 bytes'],
  ['a control character', { name: 'a\nb', sourceVolumeIds }, 'INVALID_ARGUMENT', 'name contains control'],
  ['no volumes', { name }, 'INVALID_ARGUMENT', 'source_volume_ids is missing'],
  [
    'a volume twice',
    { name, sourceVolumeIds: ['d-1', 'd-2', 'd-1'] },
    'INVALID_ARGUMENT',
    'source_volume_ids names d-1 twice',
  ],
  ['an empty id', { name, sourceVolumeIds: ['d-1', ''] }, 'INVALID_ARGUMENT', 'source_volume_ids is missing'],
  ['a long id', { name, sourceVolumeIds: ['d-1', long] }, 'INVALID_ARGUMENT', 'source_volume_ids is longer'],
  [
    'an id of the wrong form',
    { name, sourceVolumeIds: ['d-1', 'vol-1'] },
    'NOT_FOUND',
    'volume vol-1 does not exist',
    'd-2ze0example',
  ],
  [
    'retentionDays',
    { name, sourceVolumeIds, parameters: { retentionDays: '7' } },
    'INVALID_ARGUMENT',
    'retentionDays is not possible',
  ],
  [
    'an unknown parameter',
    { name, sourceVolumeIds, parameters: { retention: '7' } },
    'INVALID_ARGUMENT',
    'retention is not known',
    'snapshotTags',
  ],
  [
    'parameters over 4 KiB',
    { name, sourceVolumeIds, parameters: { resourceGroupId: 'x'.repeat(4096) } },
    'INVALID_ARGUMENT',
    'parameters has 4111 bytes',
  ],
];
const get: Bad<'GetVolumeGroupSnapshot'>[] = [
  ['no id', {}, 'INVALID_ARGUMENT', 'group_snapshot_id is missing'],
  ['a long id', { groupSnapshotId: long }, 'INVALID_ARGUMENT', 'group_snapshot_id is longer'],
  ['an id of the wrong form', { groupSnapshotId: 'g-1' }, 'NOT_FOUND', 'ssg-2ze0example'],
  ['an empty member', { groupSnapshotId, snapshotIds: [''] }, 'INVALID_ARGUMENT', 'snapshot_ids is missing'],
];
const remove: Bad<'DeleteVolumeGroupSnapshot'>[] = [
  ['no id', {}, 'INVALID_ARGUMENT', 'group_snapshot_id is missing'],
  ['a long id', { groupSnapshotId: long }, 'INVALID_ARGUMENT', 'group_snapshot_id is longer'],
  ['a long member', { groupSnapshotId, snapshotIds: [long] }, 'INVALID_ARGUMENT', 'snapshot_ids is longer'],
];

function refuses<Name extends RpcName>(rpc: Name, table: readonly Bad<Name>[]): void {
  for (const [what, request, code, ...texts] of table) {
    it(`${rpc}, ${what}: ${code}, and ECS is left alone`, async () => {
      const harness = startController();
      const refusal = await harness.refusal(rpc, request);
      expect(refusal.code).to.equal(code);
      for (const text of texts) {
        expect(refusal.message).to.contain(text);
      }
      expect(harness.cloud.calls).to.deep.equal([]);
    });
  }
}

describe('Bad input about groups', () => {
  refuses('CreateVolumeGroupSnapshot', create);
  refuses('GetVolumeGroupSnapshot', get);
  refuses('DeleteVolumeGroupSnapshot', remove);

  it('DeleteVolumeGroupSnapshot, an id that no group can have: OK, and ECS is left alone', async () => {
    const { call, cloud } = startController();
    expect(await call('DeleteVolumeGroupSnapshot', { groupSnapshotId: 'no-group' })).to.deep.equal({});
    expect(cloud.calls).to.deep.equal([]);
  });
});
