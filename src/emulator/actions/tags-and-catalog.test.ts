import { expect } from 'chai';

import {
  at,
  listAt,
  newDisk,
  testCloud,
  type Body,
  type Parameters,
  type TestCloud,
} from '../test-kit.test.ts';

const region = { RegionId: 'cn-hangzhou' };

function tagged(cloud: TestCloud, id: string): string[] {
  return (cloud.emulator.state.disks.get(id)?.tags ?? []).map(({ key, value }) => `${key}=${value}`);
}

function manyTags(from: number, count: number): Parameters {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`Tag.${index + 1}.Key`, `k${from + index}`]),
  );
}

describe('TagResources', () => {
  it('adds tags and overwrites equal keys', async () => {
    const cloud = testCloud();
    const id = await cloud.usedDisk({ 'Tag.1.Key': 'a', 'Tag.1.Value': '1' });
    const tags = { 'Tag.1.Key': 'b', 'Tag.1.Value': '2', 'Tag.2.Key': 'a', 'Tag.2.Value': '3' };
    await cloud.ok('TagResources', { ...region, ResourceType: 'disk', 'ResourceId.1': id, ...tags });
    expect(tagged(cloud, id)).to.deep.equal(['a=3', 'b=2']);
  });

  it('lets no two keys of a resource differ in capitals only', async () => {
    const cloud = testCloud();
    const id = await cloud.usedDisk({ 'Tag.1.Key': 'Env', 'Tag.1.Value': '1' });
    const target = { ...region, ResourceType: 'disk', 'ResourceId.1': id };
    const clash = { 'Tag.1.Key': 'env', 'Tag.1.Value': '2' };
    expect(await cloud.code('TagResources', { ...target, ...clash })).to.equal('TagKey.Duplication');
    await cloud.ok('UntagResources', { ...target, 'TagKey.1': 'Env' });
    expect(await cloud.code('TagResources', { ...target, ...clash })).to.equal('OK');
  });

  it('leaves a resource with twenty tags at most', async () => {
    const cloud = testCloud();
    const id = await cloud.usedDisk(manyTags(0, 20));
    const target = { ...region, ResourceType: 'disk', 'ResourceId.1': id };
    expect(await cloud.code('TagResources', { ...target, ...manyTags(20, 1) })).to.equal('QuotaExceed.Tags');
    expect(await cloud.code('TagResources', { ...target, ...manyTags(5, 10) })).to.equal('OK');
    expect(tagged(cloud, id)).to.have.length(20);
  });

  it('tags all of the resources or none', async () => {
    const cloud = testCloud();
    const id = await cloud.usedDisk();
    const target = {
      ...region,
      ResourceType: 'disk',
      'ResourceId.1': id,
      'ResourceId.2': 'd-x',
      'Tag.1.Key': 'k',
    };
    expect(await cloud.code('TagResources', target)).to.equal('InvalidResourceId.NotFound');
    expect(tagged(cloud, id)).to.deep.equal([]);
  });

  for (const [what, parameters, code] of [
    ['no region', { RegionId: undefined }, 'MissingParamter.RegionId'],
    ['an unknown type', { ResourceType: 'volume' }, 'InvalidResourceType.NotFound'],
    ['no tags', { 'Tag.1.Key': undefined }, 'MissingParameter.Tag'],
    ['too many tags', manyTags(0, 21), 'NumberExceed.Tags'],
    ['a key twice', { 'Tag.2.Key': 'k' }, 'Duplicate.TagKey'],
    [
      'too many resources',
      Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`ResourceId.${index + 1}`, 'd-x'])),
      'NumberExceed.ResourceIds',
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const preset = { ...region, ResourceType: 'disk', 'ResourceId.1': 'd-x', 'Tag.1.Key': 'k' };
      expect(await testCloud().code('TagResources', { ...preset, ...parameters })).to.equal(code);
    });
  }
});

describe('UntagResources', () => {
  it('removes the keys that are named, or all with All', async () => {
    const cloud = testCloud();
    const id = await cloud.usedDisk(manyTags(0, 3));
    const target = { ...region, ResourceType: 'disk', 'ResourceId.1': id };
    expect(await cloud.code('UntagResources', target)).to.equal('MissingParameter.TagKey');
    await cloud.ok('UntagResources', { ...target, 'TagKey.1': 'k1', 'TagKey.2': 'never-there' });
    expect(tagged(cloud, id)).to.deep.equal(['k0=', 'k2=']);
    await cloud.ok('UntagResources', { ...target, All: true });
    expect(tagged(cloud, id)).to.deep.equal([]);
  });
});

describe('ListTagResources', () => {
  it('lists the tags of resources, fifty a page', async () => {
    const cloud = testCloud();
    const ids = [];
    for (let count = 0; count < 6; count += 1) {
      ids.push(await cloud.usedDisk(manyTags(0, 10)));
    }
    const targets = Object.fromEntries(ids.map((id, index) => [`ResourceId.${index + 1}`, id]));
    const query = { ...region, ResourceType: 'disk', ...targets };
    const first = await cloud.ok('ListTagResources', query);
    const second = await cloud.ok('ListTagResources', { ...query, NextToken: String(first['NextToken']) });
    const rows = (body: Body): string[] =>
      listAt(body, 'TagResources.TagResource').map(
        (row) => `${String(at(row, 'ResourceId'))} ${String(at(row, 'TagKey'))}`,
      );
    expect(rows(first)).to.have.length(50);
    expect(second['NextToken']).to.equal('');
    expect(new Set([...rows(first), ...rows(second)]).size).to.equal(60);
  });

  it('finds by tag', async () => {
    const cloud = testCloud();
    const id = await cloud.usedDisk({ 'Tag.1.Key': 'a', 'Tag.1.Value': '1' });
    await cloud.usedDisk({ 'Tag.1.Key': 'a', 'Tag.1.Value': '2' });
    const query = { ...region, ResourceType: 'disk', 'Tag.1.Key': 'a', 'Tag.1.Value': '1' };
    expect(at(await cloud.ok('ListTagResources', query), 'TagResources.TagResource')).to.deep.equal([
      { ResourceId: id, ResourceType: 'disk', TagKey: 'a', TagValue: '1' },
    ]);
    expect(await cloud.code('ListTagResources', { ...region, ResourceType: 'disk' })).to.equal(
      'MissingParameter.ResourceId',
    );
  });
});

describe('DescribeAvailableResource', () => {
  const query = { ...region, DestinationResource: 'DataDisk', ResourceType: 'disk' };

  function categoriesIn(body: unknown): Map<unknown, unknown> {
    const resource = 'AvailableResources.AvailableResource.0.SupportedResources.SupportedResource';
    const found = listAt(at(body, 'AvailableZones.AvailableZone.0'), resource);
    return new Map(found.map((one) => [at(one, 'Value'), at(one, 'Status')]));
  }

  it('shows the categories of a zone that an instance type takes, with their limits', async () => {
    const cloud = testCloud({ soldOut: ['cn-hangzhou-h/cloud_ssd'] });
    const body = await cloud.ok('DescribeAvailableResource', {
      ...query,
      ZoneId: 'cn-hangzhou-h',
      InstanceType: 'ecs.c5.large',
    });
    expect([...categoriesIn(body)]).to.deep.equal([
      ['cloud_essd', 'Available'],
      ['cloud_ssd', 'SoldOut'],
      ['cloud_efficiency', 'Available'],
    ]);
    const first =
      'AvailableZones.AvailableZone.0.AvailableResources.AvailableResource.0.SupportedResources.SupportedResource.0';
    expect(at(body, first)).to.include({ Min: 1, Max: 65_536, Unit: 'GiB', StatusCategory: 'WithStock' });
  });

  it('shows regional categories for the scope of the region only', async () => {
    const cloud = testCloud();
    const body = await cloud.ok('DescribeAvailableResource', { ...query, Scope: 'region' });
    expect([...categoriesIn(body).keys()]).to.deep.equal(['cloud_regional_disk_auto']);
    const zonal = await cloud.ok('DescribeAvailableResource', { ...query, ZoneId: 'cn-hangzhou-k' });
    expect([...categoriesIn(zonal).keys()]).to.deep.equal(['cloud_essd', 'cloud_auto', 'cloud_essd_entry']);
  });

  it('shows all zones of the region unless one is asked for', async () => {
    const body = await testCloud().ok('DescribeAvailableResource', query);
    expect(listAt(body, 'AvailableZones.AvailableZone').map((zone) => at(zone, 'ZoneId'))).to.deep.equal([
      'cn-hangzhou-h',
      'cn-hangzhou-i',
      'cn-hangzhou-j',
      'cn-hangzhou-k',
    ]);
  });

  it('refuses unknown zones and instance types', async () => {
    const cloud = testCloud();
    expect(await cloud.code('DescribeAvailableResource', { ...query, ZoneId: 'x' })).to.equal(
      'InvalidZoneId.NotFound',
    );
    expect(await cloud.code('DescribeAvailableResource', { ...query, InstanceType: 'x' })).to.equal(
      'InvalidInstanceType.ValueNotSupported',
    );
  });
});

describe('Regions, zones and instances', () => {
  it('are shown for the region of the request', async () => {
    const cloud = testCloud();
    const zones = listAt(await cloud.ok('DescribeZones', { RegionId: 'cn-beijing' }), 'Zones.Zone');
    expect(zones.map((zone) => at(zone, 'ZoneId'))).to.deep.equal(['cn-beijing-h', 'cn-beijing-l']);
    const regions = listAt(await cloud.ok('DescribeRegions'), 'Regions.Region');
    expect(regions.map((one) => at(one, 'RegionId'))).to.deep.equal(['cn-hangzhou', 'cn-beijing']);
    const instances = listAt(await cloud.ok('DescribeInstances', region), 'Instances.Instance');
    expect(instances.map((one) => at(one, 'ZoneId'))).to.deep.equal([
      'cn-hangzhou-k',
      'cn-hangzhou-j',
      'cn-hangzhou-i',
      'cn-hangzhou-h',
    ]);
    expect(instances.every((one) => at(one, 'Status') === 'Running')).to.equal(true);
  });

  it('are found by id, unknown ids left out', async () => {
    const cloud = testCloud();
    const id = cloud.emulator.state.instances.all()[0]?.id ?? '';
    const body = await cloud.ok('DescribeInstances', { ...region, InstanceIds: JSON.stringify([id, 'i-x']) });
    expect(listAt(body, 'Instances.Instance').map((one) => at(one, 'InstanceId'))).to.deep.equal([id]);
  });
});

describe('Instance types', () => {
  it('tell how many disks they take, the system disk included', async () => {
    const cloud = testCloud({ disksPerInstance: 9 });
    const body = await cloud.ok('DescribeInstanceTypes', { 'InstanceTypes.1': 'ecs.g6.large' });
    expect(listAt(body, 'InstanceTypes.InstanceType')).to.deep.equal([
      {
        InstanceTypeId: 'ecs.g6.large',
        InstanceTypeFamily: 'ecs.g6',
        DiskQuantity: 9,
        NvmeSupport: 'unsupported',
      },
    ]);
  });

  it('are refused when they do not exist, and filters that are not modelled too', async () => {
    const cloud = testCloud();
    expect(await cloud.code('DescribeInstanceTypes', { 'InstanceTypes.1': 'ecs.x' })).to.equal(
      'InvalidInstanceType.ValueNotSupported',
    );
    expect(await cloud.code('DescribeInstanceTypes', { MinimumDiskQuantity: 3 })).to.equal(
      'InvalidParameter.MinimumDiskQuantity',
    );
  });
});

describe('Resources of one region', () => {
  it('are not found from another', async () => {
    const cloud = testCloud();
    const DiskId = String(
      (await cloud.ok('CreateDisk', { ...newDisk, RegionId: 'cn-beijing', ZoneId: 'cn-beijing-h' }))[
        'DiskId'
      ],
    );
    expect(DiskId).to.match(/^d-2ze[a-z0-9]{17}$/);
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 30 })).to.equal('InvalidDiskId.NotFound');
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 30, RegionId: 'cn-beijing' })).to.equal('OK');
  });
});
