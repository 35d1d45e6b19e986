import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke, type CsiClient } from '../../support/csi-client.ts';
import {
  createGroup,
  createUsedVolumes,
  deleteGroup,
  getGroup,
  groupsOn,
} from '../../support/group-snapshots.ts';
import { socketDirectory, startPlugin } from '../../support/plugin.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { undecidedFaults } from '../../support/service-faults.ts';
import { failureOf, undecided, untilItSucceeds, untilReady } from '../../support/volumes.ts';

describe('ECS misbehaving towards groups', () => {
  const site = siteOfSuite({ args: [...groupsOn, '--ecs-timeout', '1s', '--call-timeout', '5s'] });

  const used = () => createUsedVolumes(site.client, site.emulator, ['pvc-1', 'pvc-2']);

  for (const [name, fault] of Object.entries(undecidedFaults)) {
    it(`${name} at CreateSnapshotGroup: one whole group in the end`, async () => {
      const volumes = await used();
      await site.emulator.addFault({ action: 'CreateSnapshotGroup', times: 1, ...fault });
      const group = await untilItSucceeds(() => createGroup(site.client, 'groupsnapshot-1', volumes));
      expect(group.snapshots.map(({ sourceVolumeId }) => sourceVolumeId)).to.deep.equal(volumes);
      expect(await site.emulator.counts()).to.deep.include({ groups: 1, snapshots: 2 });
    });

    it(`${name} at DeleteSnapshotGroup: nothing is left`, async () => {
      const { groupSnapshotId } = await createGroup(site.client, 'groupsnapshot-1', await used());
      await site.emulator.addFault({ action: 'DeleteSnapshotGroup', times: 1, ...fault });
      await untilItSucceeds(() => deleteGroup(site.client, groupSnapshotId));
      expect(await site.emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
    });

    it(`${name} at a look: the calls go on`, async () => {
      const volumes = await used();
      for (const action of ['DescribeSnapshotGroups', 'DescribeSnapshots']) {
        await site.emulator.addFault({ action, times: 3, ...fault });
      }
      const group = await untilItSucceeds(() => createGroup(site.client, 'groupsnapshot-1', volumes));
      const read = await untilItSucceeds(() => getGroup(site.client, group.groupSnapshotId));
      expect(read.snapshots).to.have.deep.members(group.snapshots);
      expect(await site.emulator.counts()).to.deep.include({ groups: 1, snapshots: 2 });
    });
  }

  it('a failed group whose removal gets no answer: not final before nothing is left', async () => {
    const volumes = await used();
    await site.emulator.addFault({
      action: 'CreateSnapshotGroup',
      times: 1,
      effect: { type: 'snapshot', outcome: 'failed-before-cut' },
    });
    await site.emulator.addFault({
      action: 'DeleteSnapshotGroup',
      times: 2,
      when: 'before',
      effect: { type: 'drop' },
    });
    const codes: string[] = [];
    do {
      codes.push(GrpcStatus[(await failureOf(createGroup(site.client, 'groupsnapshot-1', volumes))).code]);
    } while (undecided.includes(codes.at(-1) ?? ''));
    expect(codes).to.deep.equal(['UNAVAILABLE', 'UNAVAILABLE', 'INTERNAL']);
    expect(await site.emulator.counts()).to.deep.include({ groups: 0, snapshots: 0 });
  });

  it('no right to look at groups: never final, and nothing is made', async () => {
    const volumes = await used();
    await site.emulator.configure({
      ramPolicies: [
        { accessKeyId: 'emulator-access-key', deniedActions: ['DescribeSnapshotGroups'], isInvisible: false },
      ],
    });
    const error = await failureOf(createGroup(site.client, 'groupsnapshot-1', volumes));
    expect(GrpcStatus[error.code]).to.equal('UNAVAILABLE');
    expect(error.details).to.contain('grant ecs:DescribeSnapshotGroups');
    expect((await site.emulator.counts()).groups).to.equal(0);
  });

  it('an answer that says which members stay is read, though it is a success', async () => {
    const { groupSnapshotId, snapshots } = await createGroup(site.client, 'groupsnapshot-1', await used());
    await site.emulator.configure({ deleteGroupWithUsedMembers: 'keep' });
    for (const [index, { snapshotId }] of snapshots.entries()) {
      const volumeContentSource = { snapshot: { snapshotId } };
      const request = {
        ...{ name: `pvc-restored-${index}`, parameters: { type: 'cloud_essd' }, volumeContentSource },
        volumeCapabilities: [{ mount: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' as const } }],
      };
      await invoke(site.client.controller, 'CreateVolume', request);
    }
    await deleteGroup(site.client, groupSnapshotId);
    expect(await site.emulator.counts()).to.deep.include({ groups: 0, snapshots: 0, disks: 4 });
  });
});

describe('With the gate of group snapshots shut', () => {
  const site = siteOfSuite({ args: groupsOn });

  it('nothing is announced, the RPCs answer UNIMPLEMENTED, and no answer tells of groups', async () => {
    const volumes = await createUsedVolumes(site.client, site.emulator, ['pvc-1']);
    const { snapshots } = await createGroup(site.client, 'groupsnapshot-1', volumes);
    const snapshotId = snapshots[0]?.snapshotId ?? '';

    using other = socketDirectory();
    await using shut = await startPlugin({ ecsEndpoint: site.emulator.endpoint, socket: other.socket });
    await untilReady(shut.client);
    const { capabilities } = await invoke(shut.client.identity, 'GetPluginCapabilities', {});
    expect(capabilities.map(({ service }) => service?.type)).not.to.include('GROUP_CONTROLLER_SERVICE');
    const error = await failureOf(createGroup(shut.client, 'groupsnapshot-2', volumes));
    expect(GrpcStatus[error.code]).to.equal('UNIMPLEMENTED');
    const groupIdToldBy = async (client: CsiClient) =>
      (await invoke(client.controller, 'ListSnapshots', { snapshotId })).entries[0]?.snapshot
        ?.groupSnapshotId;
    expect(await groupIdToldBy(shut.client)).to.equal('');
    expect(await groupIdToldBy(site.client)).to.match(/^ssg-/);
  });
});
