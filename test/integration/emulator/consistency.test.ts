import {
  CreateSnapshotGroupRequest,
  CreateSnapshotRequest,
  DescribeSnapshotGroupsRequest,
} from '@alicloud/ecs20140526';
import { expect } from 'chai';

import { emulatorWith, regionId, type EmulatorTarget } from './emulator-target.ts';
import { outcomeOf, present } from './sdk-client.ts';

const blockBytes = 64 * 1024;

describe('Snapshots under concurrent writers', () => {
  let emulator: EmulatorTarget;

  before(async () => {
    emulator = await emulatorWith({ cutMs: 50, uploadMs: 0 });
    await emulator.control('POST', '/clock', { frozen: false });
  });
  after(() => emulator[Symbol.asyncDispose]());

  const snapshotBytes = async (id: string, length: number): Promise<Buffer> => {
    const url = `http://${emulator.endpoint}/__emulator/snapshots/${id}/data?offset=0&length=${length}`;
    const response = await fetch(url);
    return Buffer.from(await response.arrayBuffer());
  };

  const membersOf = async (groupId: string): Promise<Buffer[]> => {
    const query = new DescribeSnapshotGroupsRequest({ regionId, snapshotGroupId: [groupId] });
    const { body } = await emulator.client.describeSnapshotGroups(query);
    const members = present(body?.snapshotGroups?.snapshotGroup?.[0]?.snapshots?.snapshot);
    return Promise.all(members.map((member) => snapshotBytes(present(member.snapshotId), 4)));
  };

  it('of a group hold one moment of all disks: the log never lags behind the data', async () => {
    const log = await emulator.usedDisk();
    const data = await emulator.usedDisk();
    let isOver = false;
    let count = 0;
    const writer = async (): Promise<void> => {
      while (!isOver) {
        count += 1;
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32LE(count);
        await emulator.writeDisk(log, 0, bytes);
        await emulator.writeDisk(data, 0, bytes);
      }
    };
    const writing = writer();
    const groups: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const request = new CreateSnapshotGroupRequest({ regionId, diskId: [log, data] });
      groups.push(present((await emulator.client.createSnapshotGroup(request)).body?.snapshotGroupId));
      const before = count;
      while (count < before + 20) {
        await emulator.control('GET', '/health');
      }
    }
    await emulator.control('POST', '/clock', { advanceMs: 1000 });
    isOver = true;
    await writing;

    const seen = new Set<number>();
    for (const id of groups) {
      const values = (await membersOf(id)).map((bytes) => bytes.readUInt32LE());
      const [logged = 0, stored = 0] = values;
      expect(logged - stored, `${logged} and ${stored}`).to.be.within(0, 1);
      seen.add(logged);
    }
    expect(seen.size).to.be.greaterThan(2);
  });

  it('of one disk hold whole writes up to the cut and none after it', async () => {
    const diskId = await emulator.usedDisk();
    const length = 4 * blockBytes;
    await emulator.writeDisk(diskId, 0, Buffer.alloc(length, 1));
    const { body } = await emulator.client.createSnapshot(new CreateSnapshotRequest({ diskId }));
    await emulator.control('POST', '/clock', { advanceMs: 1000 });
    await emulator.writeDisk(diskId, 0, Buffer.alloc(length, 2));
    expect((await snapshotBytes(present(body?.snapshotId), length)).equals(Buffer.alloc(length, 1))).to.equal(
      true,
    );
  });

  it('are made once for two hundred requests with one token at the same time', async () => {
    const diskId = await emulator.usedDisk();
    const request = new CreateSnapshotRequest({ diskId, clientToken: 'the same' });
    const calls = Array.from({ length: 200 }, () => outcomeOf(emulator.client.createSnapshot(request)));
    const outcomes = new Set(await Promise.all(calls));
    expect(
      [...outcomes].every((outcome) => outcome === 'OK' || outcome.includes('IdempotentProcessing')),
    ).to.equal(true);
    const { snapshots } = await emulator.control<{ snapshots: { sourceDiskId: string }[] }>('GET', '/state');
    expect(snapshots.filter(({ sourceDiskId }) => sourceDiskId === diskId)).to.have.length(1);
  });
});
