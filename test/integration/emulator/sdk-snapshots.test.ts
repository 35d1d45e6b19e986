import * as ecs from '@alicloud/ecs20140526';
import { expect } from 'chai';

import { emulatorWith, regionId, zoneId, type EmulatorTarget } from './emulator-target.ts';
import { lastingKey, outcomeOf, present, sdkClient, temporaryKey, type Client } from './sdk-client.ts';

/** Every action on snapshots, groups and tags, through the official SDK, with both kinds of credentials. */
for (const [kind, credentials] of [
  ['an AccessKey', lastingKey],
  ['temporary credentials', temporaryKey],
] as const) {
  describe(`Snapshots through the official SDK with ${kind}`, () => {
    let emulator: EmulatorTarget;
    let client: Client;

    before(async () => {
      emulator = await emulatorWith({ cutMs: 1000, uploadMs: 10_000 });
      client = sdkClient({ endpoint: emulator.endpoint, protocol: 'http', regionId }, credentials);
    });
    after(() => emulator[Symbol.asyncDispose]());

    const snapshotsNow = async (ids: readonly string[]) => {
      const request = new ecs.DescribeSnapshotsRequest({ regionId, snapshotIds: JSON.stringify(ids) });
      return (await client.describeSnapshots(request)).body?.snapshots?.snapshot ?? [];
    };

    const newSnapshot = async (change: Partial<ecs.CreateSnapshotRequest>): Promise<string> =>
      present((await client.createSnapshot(new ecs.CreateSnapshotRequest(change))).body?.snapshotId);

    it('CreateSnapshot is accepted, cut, uploaded and accomplished', async () => {
      const diskId = await emulator.usedDisk();
      const id = await newSnapshot({
        diskId,
        snapshotName: 'snap-1',
        retentionDays: 3,
        tag: [new ecs.CreateSnapshotRequestTag({ key: 'k', value: 'v' })],
      });
      expect((await snapshotsNow([id]))[0]).to.include({
        status: 'progressing',
        available: false,
        creationTime: '',
      });
      await emulator.advance(6000);
      const [cut] = await snapshotsNow([id]);
      expect(cut).to.include({ status: 'progressing', available: true, progress: '50%', remainTime: 5 });
      const { body } = await client.describeSnapshots(new ecs.DescribeSnapshotsRequest({ regionId, diskId }));
      expect(body?.snapshots?.snapshot?.map((one) => one.snapshotId)).to.deep.equal([id]);
      await emulator.advance(5000);
      const [done] = await snapshotsNow([id]);
      expect(done).to.include({
        status: 'accomplished',
        progress: '100%',
        snapshotName: 'snap-1',
        sourceDiskId: diskId,
        sourceDiskSize: '20',
        retentionDays: 3,
        usage: 'none',
        encrypted: false,
      });
      expect(done?.tags?.tag?.[0]).to.include({ tagKey: 'k', tagValue: 'v' });
    });

    it('CreateSnapshot refuses a disk that was never attached, and one that is not there', async () => {
      const request = { regionId, zoneId, diskCategory: 'cloud_essd', size: 20 };
      const diskId = present((await client.createDisk(new ecs.CreateDiskRequest(request))).body?.diskId);
      expect(await outcomeOf(newSnapshot({ diskId }))).to.equal('403 IncorrectDiskStatus.NeverAttached');
      expect(await outcomeOf(newSnapshot({ diskId: 'd-x' }))).to.equal('404 InvalidDiskId.NotFound');
    });

    it('ModifySnapshotAttribute renames and keeps longer', async () => {
      const snapshotId = await newSnapshot({ diskId: await emulator.usedDisk(), retentionDays: 2 });
      const change = new ecs.ModifySnapshotAttributeRequest({
        snapshotId,
        snapshotName: 'renamed',
        retentionDays: 9,
      });
      expect(await outcomeOf(client.modifySnapshotAttribute(change))).to.equal(
        '400 InvalidSnapshotId.NotReady',
      );
      await emulator.advance(11_000);
      await client.modifySnapshotAttribute(change);
      expect((await snapshotsNow([snapshotId]))[0]).to.include({ snapshotName: 'renamed', retentionDays: 9 });
    });

    it('DeleteSnapshot needs Force when disks came from it', async () => {
      const snapshotId = await newSnapshot({ diskId: await emulator.usedDisk() });
      await emulator.advance(1000);
      const restore = new ecs.CreateDiskRequest({
        regionId,
        zoneId,
        diskCategory: 'cloud_essd',
        size: 20,
        snapshotId,
      });
      const diskId = present((await client.createDisk(restore)).body?.diskId);
      expect((await emulator.readDisk(diskId, 0, 2)).toString()).to.equal('x\0');
      const plain = new ecs.DeleteSnapshotRequest({ snapshotId });
      expect(await outcomeOf(client.deleteSnapshot(plain))).to.equal('403 SnapshotCreatedDisk');
      await client.deleteSnapshot(new ecs.DeleteSnapshotRequest({ snapshotId, force: true }));
      expect(await snapshotsNow([snapshotId])).to.deep.equal([]);
      await client.deleteSnapshot(plain);
    });

    it('ResizeDisk waits for the upload', async () => {
      const diskId = await emulator.usedDisk();
      await newSnapshot({ diskId });
      await emulator.advance(10_999);
      const resize = new ecs.ResizeDiskRequest({ diskId, newSize: 30, type: 'online' });
      expect(await outcomeOf(client.resizeDisk(resize))).to.equal('403 DiskCreatingSnapshot');
      await emulator.advance(1);
      await client.resizeDisk(resize);
    });

    const newGroup = async (change: Partial<ecs.CreateSnapshotGroupRequest>): Promise<string> => {
      const { body } = await client.createSnapshotGroup(
        new ecs.CreateSnapshotGroupRequest({ regionId, ...change }),
      );
      return present(body?.snapshotGroupId);
    };

    const groupsNow = async (id: string) => {
      const request = { regionId, snapshotGroupId: [id], status: ['accomplished', 'progressing'] };
      const { body } = await client.describeSnapshotGroups(new ecs.DescribeSnapshotGroupsRequest(request));
      return present(body?.snapshotGroups?.snapshotGroup);
    };

    it('a group is made once for its token, and shown with its members', async () => {
      const disks = [await emulator.usedDisk(), await emulator.usedDisk()];
      const tag = [new ecs.CreateSnapshotGroupRequestTag({ key: 'k', value: 'v' })];
      const wish = { diskId: disks, name: 'group-1', clientToken: 'group-token', tag };
      const id = await newGroup(wish);
      expect(await newGroup(wish)).to.equal(id);
      await emulator.advance(11_000);
      const group = present((await groupsNow(id))[0]);
      expect(group).to.include({ name: 'group-1', status: 'accomplished' });
      expect(group.tags?.tag?.[0]).to.include({ key: 'k', value: 'v' });
      const members = present(group.snapshots?.snapshot);
      expect(members.map((member) => member.sourceDiskId)).to.deep.equal(disks);
      const snapshots = await snapshotsNow(members.map((member) => present(member.snapshotId)));
      expect(new Set(snapshots.map((one) => one.creationTime)).size).to.equal(1);
      expect(snapshots[0]?.description).to.equal(`Created_from_${id}`);
    });

    it('a group is deleted with its members, each of which has its result', async () => {
      const id = await newGroup({ diskId: [await emulator.usedDisk()] });
      const member = present((await groupsNow(id))[0]?.snapshots?.snapshot?.[0]);
      const request = new ecs.DeleteSnapshotGroupRequest({ regionId, snapshotGroupId: id });
      const { body } = await client.deleteSnapshotGroup(request);
      const result = present(body?.operationProgressSet?.operationProgress?.[0]);
      expect(result.operationStatus).to.equal('Success');
      expect(result.relatedItemSet?.relatedItem?.[0]).to.include({
        name: 'SnapshotId',
        value: member.snapshotId,
      });
      expect(await groupsNow(id)).to.deep.equal([]);
      expect(await outcomeOf(client.deleteSnapshotGroup(request))).to.equal('404 InvalidSnapshotId.NotFound');
    });

    it('a group of disks in two zones is refused', async () => {
      const diskId = [await emulator.usedDisk(), await emulator.usedDisk({ zoneId: 'cn-hangzhou-i' })];
      expect(await outcomeOf(newGroup({ diskId }))).to.equal('400 InvalidDiskIds.NotInSameZone');
    });

    it('snapshots and groups can be tagged like disks', async () => {
      const snapshotId = await newSnapshot({ diskId: await emulator.usedDisk() });
      const resource = { regionId, resourceType: 'snapshot', resourceId: [snapshotId] };
      const tag = [new ecs.TagResourcesRequestTag({ key: 'k', value: 'v' })];
      await client.tagResources(new ecs.TagResourcesRequest({ ...resource, tag }));
      const list = new ecs.ListTagResourcesRequest(resource);
      expect((await client.listTagResources(list)).body?.tagResources?.tagResource?.[0]).to.include({
        resourceId: snapshotId,
        resourceType: 'snapshot',
        tagKey: 'k',
        tagValue: 'v',
      });
      await client.untagResources(new ecs.UntagResourcesRequest({ ...resource, all: true }));
      expect((await client.listTagResources(list)).body?.tagResources?.tagResource).to.deep.equal([]);
      const unknown = new ecs.TagResourcesRequest({ ...resource, resourceType: 'volume', tag });
      expect(await outcomeOf(client.tagResources(unknown))).to.equal('404 InvalidResourceType.NotFound');
    });
  });
}
