import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import {
  createGroup,
  createUsedVolumes,
  deleteGroup,
  getGroup,
  groupsOn,
} from '../../support/group-snapshots.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { expectFailure, gib } from '../../support/volumes.ts';

describe('A group snapshot', () => {
  const site = siteOfSuite({ args: groupsOn });

  it('is announced', async () => {
    const { capabilities } = await invoke(site.client.identity, 'GetPluginCapabilities', {});
    expect(capabilities.map(({ service }) => service?.type)).to.include('GROUP_CONTROLLER_SERVICE');
    const group = await invoke(site.client.groupController, 'GroupControllerGetCapabilities', {});
    expect(group.capabilities.map(({ rpc }) => rpc?.type)).to.deep.equal([
      'CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT',
    ]);
  });

  it('is answered whole: every volume, in the order asked for, restorable, with its size and group', async () => {
    const volumes = await createUsedVolumes(site.client, site.emulator, ['pvc-1', 'pvc-2', 'pvc-3']);
    const group = await createGroup(site.client, 'groupsnapshot-1', volumes);
    expect(group.readyToUse).to.equal(true);
    expect(group.groupSnapshotId).to.match(/^ssg-/);
    expect(Number(group.creationTime?.seconds)).to.be.above(1_700_000_000);
    expect(group.snapshots.map(({ sourceVolumeId }) => sourceVolumeId)).to.deep.equal(volumes);
    for (const snapshot of group.snapshots) {
      expect(snapshot).to.deep.include({ readyToUse: true, groupSnapshotId: group.groupSnapshotId });
      expect(snapshot.sizeBytes).to.equal(String(20 * gib));
      expect(snapshot.creationTime).to.deep.equal(group.creationTime);
    }
    expect(await createGroup(site.client, 'groupsnapshot-1', volumes.toReversed())).to.deep.equal({
      ...group,
      snapshots: group.snapshots.toReversed(),
    });
    expect(await site.emulator.requests('CreateSnapshotGroup')).to.have.length(1);
    const read = await getGroup(site.client, group.groupSnapshotId);
    expect(read.snapshots).to.have.deep.members(group.snapshots);
    expect(read.readyToUse).to.equal(true);
  });

  it('is deleted with all its members, told or not, and once more', async () => {
    const volumes = await createUsedVolumes(site.client, site.emulator, ['pvc-1', 'pvc-2']);
    const { groupSnapshotId, snapshots } = await createGroup(site.client, 'groupsnapshot-1', volumes);
    const [first = ''] = snapshots.map(({ snapshotId }) => snapshotId);
    await deleteGroup(site.client, groupSnapshotId, [first]);
    expect(await site.emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
    await deleteGroup(site.client, groupSnapshotId, [first]);
    await expectFailure(
      getGroup(site.client, groupSnapshotId),
      GrpcStatus.NOT_FOUND,
      /ssg-\w+ does not exist/,
    );
  });
});
