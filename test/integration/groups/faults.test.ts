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
import { undecidedFaults } from '../../support/service-faults.ts';
import { failureOf, undecided, untilItSucceeds, untilReady } from '../../support/volumes.ts';

describe('ECS misbehaving towards groups', () => {
  let emulator: Emulator;
  let plugin: Plugin;
  const directory = socketDirectory();

  before(async () => {
    emulator = await startEmulator();
    await emulator.configure({ createDiskMs: 20, attachMs: 20, cutMs: 20, uploadMs: 50 });
    const args = [...groupsOn, '--ecs-timeout', '1s', '--call-timeout', '5s'];
    plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket, args });
    await untilReady(plugin.client);
  });

  beforeEach(() => emulator.control('POST', '/reset'));
  afterEach(() => emulator.clearFaults());

  after(async () => {
    await plugin[Symbol.asyncDispose]();
    await emulator[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const used = () => createUsedVolumes(plugin.client, emulator, ['pvc-1', 'pvc-2']);

  for (const [name, fault] of Object.entries(undecidedFaults)) {
    it(`${name} at CreateSnapshotGroup: one whole group in the end`, async () => {
      const volumes = await used();
      await emulator.addFault({ action: 'CreateSnapshotGroup', times: 1, ...fault });
      const group = await untilItSucceeds(() => createGroup(plugin.client, 'groupsnapshot-1', volumes));
      expect(group.snapshots.map(({ sourceVolumeId }) => sourceVolumeId)).to.deep.equal(volumes);
      expect(await emulator.counts()).to.deep.include({ groups: 1, snapshots: 2 });
    });

    it(`${name} at DeleteSnapshotGroup: nothing is left`, async () => {
      const { groupSnapshotId } = await createGroup(plugin.client, 'groupsnapshot-1', await used());
      await emulator.addFault({ action: 'DeleteSnapshotGroup', times: 1, ...fault });
      await untilItSucceeds(() => deleteGroup(plugin.client, groupSnapshotId));
      expect(await emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
    });

    it(`${name} at a look: the calls go on`, async () => {
      const volumes = await used();
      for (const action of ['DescribeSnapshotGroups', 'DescribeSnapshots']) {
        await emulator.addFault({ action, times: 3, ...fault });
      }
      const group = await untilItSucceeds(() => createGroup(plugin.client, 'groupsnapshot-1', volumes));
      const read = await untilItSucceeds(() => getGroup(plugin.client, group.groupSnapshotId));
      expect(read.snapshots).to.have.deep.members(group.snapshots);
      expect(await emulator.counts()).to.deep.include({ groups: 1, snapshots: 2 });
    });
  }

  it('a failed group whose removal gets no answer: not final before nothing is left', async () => {
    const volumes = await used();
    await emulator.addFault({
      action: 'CreateSnapshotGroup',
      times: 1,
      effect: { type: 'snapshot', outcome: 'failed-before-cut' },
    });
    await emulator.addFault({
      action: 'DeleteSnapshotGroup',
      times: 2,
      when: 'before',
      effect: { type: 'drop' },
    });
    const codes: string[] = [];
    do {
      codes.push(GrpcStatus[(await failureOf(createGroup(plugin.client, 'groupsnapshot-1', volumes))).code]);
    } while (undecided.includes(codes.at(-1) ?? ''));
    expect(codes).to.deep.equal(['UNAVAILABLE', 'UNAVAILABLE', 'INTERNAL']);
    expect(await emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
  });

  it('no right to look at groups: never final, and nothing is made', async () => {
    const volumes = await used();
    await emulator.configure({
      ramPolicies: [
        { accessKeyId: 'emulator-access-key', deniedActions: ['DescribeSnapshotGroups'], isInvisible: false },
      ],
    });
    const error = await failureOf(createGroup(plugin.client, 'groupsnapshot-1', volumes));
    await emulator.configure({ ramPolicies: [] });
    expect(GrpcStatus[error.code]).to.equal('UNAVAILABLE');
    expect(error.details).to.contain('grant ecs:DescribeSnapshotGroups');
    expect((await emulator.counts()).groups).to.equal(0);
  });

  it('an answer that says which members stay is read, though it is a success', async () => {
    const { groupSnapshotId, snapshots } = await createGroup(plugin.client, 'groupsnapshot-1', await used());
    await emulator.configure({ deleteGroupWithUsedMembers: 'keep' });
    for (const [index, { snapshotId }] of snapshots.entries()) {
      const volumeContentSource = { snapshot: { snapshotId } };
      const request = {
        ...{ name: `pvc-restored-${index}`, parameters: { type: 'cloud_essd' }, volumeContentSource },
        volumeCapabilities: [{ mount: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' as const } }],
      };
      await invoke(plugin.client.controller, 'CreateVolume', request);
    }
    await deleteGroup(plugin.client, groupSnapshotId);
    expect(await emulator.counts()).to.deep.include({ groups: 0, snapshots: 0, disks: 4 });
  });
});

describe('With the gate of group snapshots shut', () => {
  it('nothing is announced, the RPCs answer UNIMPLEMENTED, and no answer tells of groups', async () => {
    await using emulator = await startEmulator();
    using directory = socketDirectory();
    await using open = await startPlugin({
      ...{ ecsEndpoint: emulator.endpoint, socket: directory.socket },
      args: groupsOn,
    });
    await untilReady(open.client);
    const volumes = await createUsedVolumes(open.client, emulator, ['pvc-1']);
    const { snapshots } = await createGroup(open.client, 'groupsnapshot-1', volumes);
    const snapshotId = snapshots[0]?.snapshotId ?? '';

    using other = socketDirectory();
    await using shut = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: other.socket });
    await untilReady(shut.client);
    const { capabilities } = await invoke(shut.client.identity, 'GetPluginCapabilities', {});
    expect(capabilities.map(({ service }) => service?.type)).not.to.include('GROUP_CONTROLLER_SERVICE');
    const error = await failureOf(createGroup(shut.client, 'groupsnapshot-2', volumes));
    expect(GrpcStatus[error.code]).to.equal('UNIMPLEMENTED');
    const groupIdToldBy = async ({ client }: typeof open) =>
      (await invoke(client.controller, 'ListSnapshots', { snapshotId })).entries[0]?.snapshot
        ?.groupSnapshotId;
    expect(await groupIdToldBy(shut)).to.equal('');
    expect(await groupIdToldBy(open)).to.match(/^ssg-/);
  });
});
