import * as ecs from '@alicloud/ecs20140526';
import { expect } from 'chai';

import { emulatorWith, regionId, zoneId, type EmulatorTarget } from './emulator-target.ts';
import { lastingKey, outcomeOf, present, sdkClient, temporaryKey, type Client } from './sdk-client.ts';

/** Every action on disks, through the official SDK, with both kinds of credentials. */
for (const [kind, credentials] of [
  ['an AccessKey', lastingKey],
  ['temporary credentials', temporaryKey],
] as const) {
  describe(`Disks through the official SDK with ${kind}`, () => {
    let emulator: EmulatorTarget;
    let client: Client;

    before(async () => {
      emulator = await emulatorWith({ attachMs: 1000, detachMs: 1000, modifySpecMs: 1000 });
      client = sdkClient({ endpoint: emulator.endpoint, protocol: 'http', regionId }, credentials);
    });
    after(() => emulator[Symbol.asyncDispose]());

    const diskNow = async (diskId: string) => {
      const request = new ecs.DescribeDisksRequest({ regionId, diskIds: JSON.stringify([diskId]) });
      return (await client.describeDisks(request)).body?.disks?.disk?.[0];
    };

    const instanceIn = async (zone: string): Promise<string> => {
      const { body } = await client.describeInstances(new ecs.DescribeInstancesRequest({ regionId }));
      return present(body?.instances?.instance?.find((one) => one.zoneId === zone)?.instanceId);
    };

    const newDisk = async (change: Partial<ecs.CreateDiskRequest> = {}): Promise<string> => {
      const request = { regionId, zoneId, diskCategory: 'cloud_auto', size: 40, ...change };
      return present((await client.createDisk(new ecs.CreateDiskRequest(request))).body?.diskId);
    };

    it('CreateDisk answers a disk id, and DescribeDisks the disk in the types of the SDK', async () => {
      const diskId = await newDisk({ provisionedIops: 7, burstingEnabled: true, encrypted: true });
      expect(diskId).to.match(/^d-bp1[a-z0-9]{17}$/);
      const disk = await diskNow(diskId);
      expect(disk).to.deep.include({ size: 40, provisionedIops: 7, burstingEnabled: true, encrypted: true });
      expect(disk?.attachments?.attachment).to.deep.equal([]);
      expect(disk?.KMSKeyId).to.be.a('string').and.not.equal('');
    });

    it('AttachDisk and DetachDisk take their time', async () => {
      const diskId = await newDisk();
      const instanceId = await instanceIn(zoneId);
      await client.attachDisk(new ecs.AttachDiskRequest({ diskId, instanceId }));
      expect((await diskNow(diskId))?.status).to.equal('Attaching');
      await emulator.advance(1000);
      const attached = await diskNow(diskId);
      expect(attached).to.include({ status: 'In_use', instanceId, deleteWithInstance: false });
      expect(attached?.attachments?.attachment?.[0]?.device).to.match(/^\/dev\/xvd[b-z]$/);
      const detach = new ecs.DetachDiskRequest({ diskId, instanceId });
      await client.detachDisk(detach);
      expect(await outcomeOf(client.detachDisk(detach))).to.equal(
        '403 InvalidOperation.DiskDetachingFromThisEcs',
      );
      await emulator.advance(1000);
      expect(await diskNow(diskId)).to.include({ status: 'Available', instanceId: '' });
      expect(await outcomeOf(client.detachDisk(detach))).to.equal('404 InvalidDisk.AlreadyDetached');
      const far = new ecs.AttachDiskRequest({ diskId, instanceId: await instanceIn('cn-hangzhou-i') });
      expect(await outcomeOf(client.attachDisk(far))).to.equal('403 ResourcesNotInSameZone');
    });

    it('ResizeDisk, ModifyDiskAttribute and ModifyDiskSpec change it, and DescribeTasks tells how far', async () => {
      const diskId = await newDisk();
      await client.resizeDisk(new ecs.ResizeDiskRequest({ diskId, newSize: 41 }));
      const same = new ecs.ResizeDiskRequest({ diskId, newSize: 41 });
      expect(await outcomeOf(client.resizeDisk(same))).to.equal('403 InvalidDiskSize.TooSmall');
      await client.modifyDiskAttribute(
        new ecs.ModifyDiskAttributeRequest({ diskIds: [diskId], diskName: 'other' }),
      );
      const change = { diskId, diskCategory: 'cloud_essd', performanceLevel: 'PL1' };
      const dryRun = new ecs.ModifyDiskSpecRequest({ ...change, dryRun: true });
      expect(await outcomeOf(client.modifyDiskSpec(dryRun))).to.equal('400 DryRunOperation');
      const { body } = await client.modifyDiskSpec(new ecs.ModifyDiskSpecRequest(change));
      const task = async () => {
        const request = new ecs.DescribeTasksRequest({ regionId, taskIds: present(body?.taskId) });
        return present((await client.describeTasks(request)).body);
      };
      expect((await task()).taskSet?.task?.[0]).to.include({
        taskStatus: 'Processing',
        taskAction: 'ModifyDiskSpec',
        resourceId: diskId,
      });
      await emulator.advance(1000);
      expect(await task()).to.include({ totalCount: 1, pageNumber: 1, pageSize: 10 });
      expect((await task()).taskSet?.task?.[0]?.taskStatus).to.equal('Finished');
      const disk = await diskNow(diskId);
      expect(disk).to.include({
        size: 41,
        diskName: 'other',
        category: 'cloud_essd',
        performanceLevel: 'PL1',
      });
      const again = new ecs.ModifyDiskSpecRequest(change);
      expect(await outcomeOf(client.modifyDiskSpec(again))).to.equal(
        '403 NoChangeInDiskCategoryAndPerformanceLevel',
      );
    });

    it('DeleteDisk removes it, and is content when it is gone', async () => {
      const diskId = await newDisk();
      await emulator.attach(diskId);
      expect(await outcomeOf(client.deleteDisk(new ecs.DeleteDiskRequest({ diskId })))).to.equal(
        '403 DiskStillAttached',
      );
      await emulator.detach(diskId);
      await client.deleteDisk(new ecs.DeleteDiskRequest({ diskId }));
      expect(await diskNow(diskId)).to.equal(undefined);
      await client.deleteDisk(new ecs.DeleteDiskRequest({ diskId }));
    });

    it('DescribeDisks pages by token', async () => {
      const made = [];
      for (let count = 0; count < 12; count += 1) {
        made.push(await newDisk({ diskName: 'paged' }));
      }
      const found: (string | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const request = new ecs.DescribeDisksRequest({ regionId, diskName: 'paged', maxResults: 10 });
        if (nextToken !== undefined) {
          request.nextToken = nextToken;
        }
        const { body } = await client.describeDisks(request);
        found.push(...(body?.disks?.disk ?? []).map((disk) => disk.diskId));
        nextToken = body?.nextToken;
      } while (nextToken !== undefined && nextToken !== '');
      expect(found).to.deep.equal(made.toReversed());
    });

    it('the catalog tells regions and zones', async () => {
      const zones = await client.describeZones(new ecs.DescribeZonesRequest({ regionId }));
      expect(zones.body?.zones?.zone?.map((zone) => zone.zoneId)).to.include(zoneId);
      const regions = await client.describeRegions(new ecs.DescribeRegionsRequest({}));
      expect(regions.body?.regions?.region?.[0]).to.include({ regionId, status: 'available' });
    });

    it('the catalog tells what can be bought', async () => {
      const request = { regionId, zoneId, destinationResource: 'DataDisk', resourceType: 'disk' };
      const { body } = await client.describeAvailableResource(
        new ecs.DescribeAvailableResourceRequest(request),
      );
      const zone = present(body?.availableZones?.availableZone?.[0]);
      const resource = present(zone.availableResources?.availableResource?.[0]);
      expect(resource.type).to.equal('DataDisk');
      expect(resource.supportedResources?.supportedResource?.[0]).to.deep.include({
        value: 'cloud_essd',
        min: 1,
        max: 65_536,
        unit: 'GiB',
        status: 'Available',
      });
    });
  });
}
