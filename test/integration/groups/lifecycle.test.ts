import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import {
  createGroup,
  createUsedVolumes,
  deleteGroup,
  getGroup,
  groupsOn,
} from '../../support/group-snapshots.ts';
import { socketDirectory, startPlugin, type Plugin } from '../../support/plugin.ts';
import { expectFailure, gib, untilReady } from '../../support/volumes.ts';

describe('A group snapshot', () => {
  let emulator: Emulator;
  let plugin: Plugin;
  const directory = socketDirectory();

  before(async () => {
    emulator = await startEmulator();
    await emulator.configure({ createDiskMs: 20, attachMs: 20, cutMs: 20, uploadMs: 50 });
    plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket, args: groupsOn });
    await untilReady(plugin.client);
  });

  beforeEach(() => emulator.control('POST', '/reset'));

  after(async () => {
    await plugin[Symbol.asyncDispose]();
    await emulator[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  it('is announced', async () => {
    const { capabilities } = await invoke(plugin.client.identity, 'GetPluginCapabilities', {});
    expect(capabilities.map(({ service }) => service?.type)).to.include('GROUP_CONTROLLER_SERVICE');
    const group = await invoke(plugin.client.groupController, 'GroupControllerGetCapabilities', {});
    expect(group.capabilities.map(({ rpc }) => rpc?.type)).to.deep.equal([
      'CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT',
    ]);
  });

  it('is answered whole: every volume, in the order asked for, restorable, with its size and group', async () => {
    const volumes = await createUsedVolumes(plugin.client, emulator, ['pvc-1', 'pvc-2', 'pvc-3']);
    const group = await createGroup(plugin.client, 'groupsnapshot-1', volumes);
    expect(group.readyToUse).to.equal(true);
    expect(group.groupSnapshotId).to.match(/^ssg-/);
    expect(Number(group.creationTime?.seconds)).to.be.above(1_700_000_000);
    expect(group.snapshots.map(({ sourceVolumeId }) => sourceVolumeId)).to.deep.equal(volumes);
    for (const snapshot of group.snapshots) {
      expect(snapshot).to.deep.include({ readyToUse: true, groupSnapshotId: group.groupSnapshotId });
      expect(snapshot.sizeBytes).to.equal(String(20 * gib));
      expect(snapshot.creationTime).to.deep.equal(group.creationTime);
    }
    expect(await createGroup(plugin.client, 'groupsnapshot-1', volumes.toReversed())).to.deep.equal({
      ...group,
      snapshots: group.snapshots.toReversed(),
    });
    expect(await emulator.requests('CreateSnapshotGroup')).to.have.length(1);
    const read = await getGroup(plugin.client, group.groupSnapshotId);
    expect(read.snapshots).to.have.deep.members(group.snapshots);
    expect(read.readyToUse).to.equal(true);
  });

  it('is deleted with all its members, told or not, and once more', async () => {
    const volumes = await createUsedVolumes(plugin.client, emulator, ['pvc-1', 'pvc-2']);
    const { groupSnapshotId, snapshots } = await createGroup(plugin.client, 'groupsnapshot-1', volumes);
    const [first = ''] = snapshots.map(({ snapshotId }) => snapshotId);
    await deleteGroup(plugin.client, groupSnapshotId, [first]);
    expect(await emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
    await deleteGroup(plugin.client, groupSnapshotId, [first]);
    await expectFailure(
      getGroup(plugin.client, groupSnapshotId),
      GrpcStatus.NOT_FOUND,
      /ssg-\w+ does not exist/,
    );
  });
});
