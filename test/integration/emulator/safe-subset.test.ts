import {
  CreateDiskRequest,
  CreateDiskRequestTag,
  DeleteDiskRequest,
  DescribeDisksRequest,
  DescribeDisksRequestTag,
  DescribeRegionsRequest,
  DescribeSnapshotsRequest,
  DescribeZonesRequest,
  ListTagResourcesRequest,
  ModifyDiskAttributeRequest,
  ResizeDiskRequest,
  TagResourcesRequest,
  TagResourcesRequestTag,
  UntagResourcesRequest,
} from '@alicloud/ecs20140526';
import { expect } from 'chai';
import { randomUUID } from 'node:crypto';

import { outcomeOf, present } from './sdk-client.ts';
import { openTarget, type Target } from './target.ts';

/** What ECS and the emulator must answer alike. See target.ts for how to run it against a real account. */
describe('ECS, real or emulated', () => {
  let target: Target;
  let diskId: string;
  const clientToken = randomUUID();
  const tagValue = randomUUID();

  const newDisk = (): CreateDiskRequest =>
    new CreateDiskRequest({
      regionId: target.regionId,
      zoneId: target.zoneId,
      diskCategory: 'cloud_essd',
      size: 20,
      diskName: 'emulator-test.1_a:b',
      description: "made by a test & <safe> to delete (ä + ~*!')",
      clientToken,
      tag: [new CreateDiskRequestTag({ key: 'test run', value: tagValue })],
    });

  const describe1 = async () => {
    const request = new DescribeDisksRequest({
      regionId: target.regionId,
      diskIds: JSON.stringify([diskId]),
    });
    return present((await target.client.describeDisks(request)).body);
  };

  before(async () => {
    target = await openTarget();
    diskId = present((await target.client.createDisk(newDisk())).body?.diskId);
    await target.untilDiskIs(diskId, 'Available');
  });

  after(async () => {
    await target.client.deleteDisk(new DeleteDiskRequest({ diskId }));
    await target[Symbol.asyncDispose]();
  });

  it('tells its regions and zones', async () => {
    const { body } = await target.client.describeRegions(new DescribeRegionsRequest({}));
    expect(body?.regions?.region?.map((region) => region.regionId)).to.include(target.regionId);
    const zones = await target.client.describeZones(new DescribeZonesRequest({ regionId: target.regionId }));
    const zone = zones.body?.zones?.zone?.find((one) => one.zoneId === target.zoneId);
    expect(zone?.availableDiskCategories?.diskCategories).to.include('cloud_essd');
  });

  it('shows a disk as it was asked for', async () => {
    const body = await describe1();
    expect(body.requestId).to.match(/^[0-9A-F-]{36}$/);
    expect(body.disks?.disk?.[0]).to.include({
      diskId,
      serialNumber: diskId.slice(2),
      diskName: 'emulator-test.1_a:b',
      description: "made by a test & <safe> to delete (ä + ~*!')",
      size: 20,
      category: 'cloud_essd',
      performanceLevel: 'PL1',
      zoneId: target.zoneId,
      regionId: target.regionId,
      status: 'Available',
      encrypted: false,
      multiAttach: 'Disabled',
      portable: true,
    });
    expect(body.disks?.disk?.[0]?.creationTime).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('makes nothing twice for one ClientToken, and tells other parameters from the same', async () => {
    expect((await target.client.createDisk(newDisk())).body?.diskId).to.equal(diskId);
    const other = newDisk();
    other.size = 21;
    expect(await outcomeOf(target.client.createDisk(other))).to.equal('403 IdempotentParameterMismatch');
  });

  it('finds a disk by tag and by key alone', async () => {
    for (const tag of [{ key: 'test run', value: tagValue }, { key: 'test run' }]) {
      const request = new DescribeDisksRequest({
        regionId: target.regionId,
        tag: [new DescribeDisksRequestTag(tag)],
        maxResults: 10,
      });
      const disks = (await target.client.describeDisks(request)).body?.disks?.disk ?? [];
      expect(disks.map((disk) => disk.diskId)).to.include(diskId);
      expect(disks[0]?.tags?.tag?.[0]).to.include({ tagKey: 'test run' });
    }
  });

  it('adds and removes tags', async () => {
    const resource = { regionId: target.regionId, resourceType: 'disk', resourceId: [diskId] };
    const listed = async () => {
      const { body } = await target.client.listTagResources(new ListTagResourcesRequest(resource));
      return (body?.tagResources?.tagResource ?? []).map(
        ({ tagKey, tagValue: value }) => `${tagKey ?? ''}=${value ?? ''}`,
      );
    };
    await target.client.tagResources(
      new TagResourcesRequest({
        ...resource,
        tag: [new TagResourcesRequestTag({ key: 'more', value: '1' })],
      }),
    );
    expect(await listed()).to.have.members([`test run=${tagValue}`, 'more=1']);
    await target.client.untagResources(new UntagResourcesRequest({ ...resource, tagKey: ['more'] }));
    expect(await listed()).to.have.members([`test run=${tagValue}`]);
  });

  it('renames a disk', async () => {
    await target.client.modifyDiskAttribute(
      new ModifyDiskAttributeRequest({ diskId, diskName: 'emulator-test-2' }),
    );
    expect((await describe1()).disks?.disk?.[0]?.diskName).to.equal('emulator-test-2');
  });

  it('grows a disk and never shrinks it', async () => {
    await target.client.resizeDisk(new ResizeDiskRequest({ diskId, newSize: 25 }));
    expect((await describe1()).disks?.disk?.[0]?.size).to.equal(25);
    const outcome = await outcomeOf(target.client.resizeDisk(new ResizeDiskRequest({ diskId, newSize: 20 })));
    expect(outcome).to.match(/^403 InvalidDiskSize/);
  });

  it('leaves unknown ids out, and answers nothing for an empty list of ids', async () => {
    const found = async (ids: readonly string[]) => {
      const request = new DescribeDisksRequest({ regionId: target.regionId, diskIds: JSON.stringify(ids) });
      return (await target.client.describeDisks(request)).body?.disks?.disk?.map((disk) => disk.diskId);
    };
    expect(await found([diskId, 'd-bp1aaaaaaaaaaaaaaaaa'])).to.deep.equal([diskId]);
    expect(await found([])).to.deep.equal([]);
    const snapshots = new DescribeSnapshotsRequest({
      regionId: target.regionId,
      snapshotIds: JSON.stringify(['s-bp1aaaaaaaaaaaaaaaaa']),
    });
    expect((await target.client.describeSnapshots(snapshots)).body?.snapshots?.snapshot).to.deep.equal([]);
  });

  it('refuses what cannot be', async () => {
    const missing = new ResizeDiskRequest({ diskId: 'd-bp1aaaaaaaaaaaaaaaaa', newSize: 30 });
    expect(await outcomeOf(target.client.resizeDisk(missing))).to.equal('404 InvalidDiskId.NotFound');
    const nowhere = newDisk();
    nowhere.zoneId = `${target.regionId}-nowhere`;
    delete nowhere.clientToken;
    expect(await outcomeOf(target.client.createDisk(nowhere))).to.equal('404 InvalidZoneId.NotFound');
    const tooMany = new DescribeDisksRequest({
      regionId: target.regionId,
      diskIds: JSON.stringify(Array.from({ length: 101 }, () => diskId)),
    });
    expect(await outcomeOf(target.client.describeDisks(tooMany))).to.match(/InvalidDiskIds\.Malformed$/);
    const dryRun = new DescribeDisksRequest({ regionId: target.regionId, dryRun: true });
    expect(await outcomeOf(target.client.describeDisks(dryRun))).to.match(/DryRunOperation$/);
  });
});
