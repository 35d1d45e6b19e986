import { expect } from 'chai';

import { listAt, newDisk, testCloud, type Body, type Parameters, type TestCloud } from './test-kit.test.ts';

const region = { RegionId: 'cn-hangzhou' };

async function makeDisks(cloud: TestCloud, count: number, parameters: Parameters = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    ids.push(String((await cloud.ok('CreateDisk', { ...newDisk, ...parameters }))['DiskId']));
  }
  return ids;
}

function idsIn(body: Body): string[] {
  return listAt(body, 'Disks.Disk').map((disk) => (disk as { DiskId: string }).DiskId);
}

async function allPages(cloud: TestCloud, parameters: Parameters): Promise<string[][]> {
  const pages: string[][] = [];
  let token: string | undefined;
  do {
    const body = await cloud.ok('DescribeDisks', { ...region, ...parameters, NextToken: token });
    pages.push(idsIn(body));
    token = String(body['NextToken']);
  } while (token !== '');
  return pages;
}

describe('Paging with NextToken', () => {
  it('gives every disk once, newest first, and never fewer than 10 on a full page', async () => {
    const cloud = testCloud();
    const ids = await makeDisks(cloud, 25);
    const pages = await allPages(cloud, { MaxResults: 3 });
    expect(pages.map((page) => page.length)).to.deep.equal([10, 10, 5]);
    expect(pages.flat()).to.deep.equal(ids.toReversed());
  });

  it('gives at most 500 disks and 100 snapshots a page', async () => {
    const cloud = testCloud();
    const [first = ''] = await makeDisks(cloud, 501);
    expect(idsIn(await cloud.ok('DescribeDisks', { ...region, MaxResults: 9999 }))).to.have.length(500);
    cloud.emulator.changeSettings({ allowNeverAttachedSnapshots: true, concurrentSnapshotsPerDisk: 200 });
    for (let number = 0; number < 101; number += 1) {
      await cloud.ok('CreateSnapshot', { DiskId: first });
    }
    const body = await cloud.ok('DescribeSnapshots', { ...region, MaxResults: 9999 });
    expect(listAt(body, 'Snapshots.Snapshot')).to.have.length(100);
  });

  it('gives no token after the last page, also when that is full', async () => {
    const cloud = testCloud();
    await makeDisks(cloud, 10);
    expect((await cloud.ok('DescribeDisks', { ...region, MaxResults: 10 }))['NextToken']).to.equal('');
  });

  it('neither repeats nor hides disks when others come and go between pages', async () => {
    const cloud = testCloud();
    const ids = await makeDisks(cloud, 25);
    const first = await cloud.ok('DescribeDisks', { ...region, MaxResults: 10 });
    await makeDisks(cloud, 3);
    await cloud.ok('DeleteDisk', { DiskId: idsIn(first)[9] });
    const second = await cloud.ok('DescribeDisks', {
      ...region,
      NextToken: String(first['NextToken']),
      MaxResults: 500,
    });
    expect([...idsIn(first), ...idsIn(second)]).to.deep.equal(ids.toReversed());
  });

  it('says that TotalCount means nothing by 0', async () => {
    const cloud = testCloud();
    await makeDisks(cloud, 2);
    expect((await cloud.ok('DescribeDisks', { ...region, MaxResults: 10 }))['TotalCount']).to.equal(0);
  });

  it('refuses a token that was changed, made up or given out for another query', async () => {
    const cloud = testCloud();
    await makeDisks(cloud, 11);
    const token = String((await cloud.ok('DescribeDisks', { ...region, MaxResults: 10 }))['NextToken']);
    const changed = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const wrong of [changed, 'x', '10', `${token}=`]) {
      expect(await cloud.code('DescribeDisks', { ...region, NextToken: wrong }), wrong).to.equal(
        'InvalidNextToken.Malformed',
      );
    }
    const otherQuery = { ...region, NextToken: token, Status: 'Available' };
    expect(await cloud.code('DescribeDisks', otherQuery)).to.equal('InvalidNextToken.Malformed');
    expect(await cloud.code('DescribeSnapshots', { ...region, NextToken: token })).to.equal(
      'InvalidNextToken.Malformed',
    );
    expect(await cloud.code('DescribeDisks', { ...region, NextToken: token, MaxResults: 50 })).to.equal('OK');
  });
});

describe('Paging with PageNumber', () => {
  it('is the way without MaxResults, 10 a page, with the real count', async () => {
    const cloud = testCloud();
    await makeDisks(cloud, 12);
    const body = await cloud.ok('DescribeDisks', { ...region, PageNumber: 2 });
    expect(idsIn(body)).to.have.length(2);
    expect([body['TotalCount'], body['PageNumber'], body['PageSize']]).to.deep.equal([12, 2, 10]);
  });

  it('shows only ten of the disks that were asked for by id', async () => {
    const cloud = testCloud();
    const ids = await makeDisks(cloud, 12);
    const body = await cloud.ok('DescribeDisks', { ...region, DiskIds: JSON.stringify(ids) });
    expect(idsIn(body)).to.have.length(10);
  });
});

describe('Lists', () => {
  it('leave unknown ids out, and are empty for an empty list of ids', async () => {
    const cloud = testCloud();
    const [id = ''] = await makeDisks(cloud, 1);
    const DiskIds = JSON.stringify([id, 'd-bp1aaaaaaaaaaaaaaaaa', id]);
    expect(idsIn(await cloud.ok('DescribeDisks', { ...region, DiskIds }))).to.deep.equal([id]);
    expect(idsIn(await cloud.ok('DescribeDisks', { ...region, DiskIds: '[]' }))).to.deep.equal([]);
  });

  it('take at most 100 ids', async () => {
    const ids = JSON.stringify(Array.from({ length: 101 }, () => 'd-x'));
    const cloud = testCloud();
    expect(await cloud.code('DescribeDisks', { ...region, DiskIds: ids })).to.equal(
      'InvalidDiskIds.Malformed',
    );
    expect(await cloud.code('DescribeSnapshots', { ...region, SnapshotIds: ids })).to.equal(
      'InvalidSnapshotIds.Malformed',
    );
  });

  it('by tag see a limited number of the newest resources', async () => {
    const cloud = testCloud({ tagFilterLimit: 3 });
    const ids = await makeDisks(cloud, 5, { 'Tag.1.Key': 'k', 'Tag.1.Value': 'v' });
    const body = await cloud.ok('DescribeDisks', { ...region, 'Tag.1.Key': 'k' });
    expect(idsIn(body)).to.deep.equal(ids.slice(2).toReversed());
  });

  it('without a tag see all', async () => {
    const cloud = testCloud({ tagFilterLimit: 3 });
    await makeDisks(cloud, 5);
    expect(idsIn(await cloud.ok('DescribeDisks', region))).to.have.length(5);
  });

  it('by tag match the key alone or key and value, all of several', async () => {
    const cloud = testCloud();
    const [one = ''] = await makeDisks(cloud, 1, { 'Tag.1.Key': 'a', 'Tag.1.Value': '1', 'Tag.2.Key': 'b' });
    const [two = ''] = await makeDisks(cloud, 1, { 'Tag.1.Key': 'a', 'Tag.1.Value': '2' });
    const found = async (tags: Parameters): Promise<string[]> =>
      idsIn(await cloud.ok('DescribeDisks', { ...region, ...tags }));
    expect(await found({ 'Tag.1.Key': 'a' })).to.deep.equal([two, one]);
    expect(await found({ 'Tag.1.Key': 'a', 'Tag.1.Value': '2' })).to.deep.equal([two]);
    expect(await found({ 'Tag.1.Key': 'a', 'Tag.2.Key': 'b' })).to.deep.equal([one]);
    expect(await found({ 'Tag.1.Key': 'c' })).to.deep.equal([]);
  });

  it('do not show what is in another region', async () => {
    const cloud = testCloud();
    await makeDisks(cloud, 1);
    expect(idsIn(await cloud.ok('DescribeDisks', { RegionId: 'cn-beijing' }))).to.deep.equal([]);
    expect(await cloud.code('DescribeDisks', { RegionId: 'moon' })).to.equal('InvalidRegionId.NotFound');
    expect(await cloud.code('DescribeDisks', {})).to.equal('MissingParamter.RegionId');
  });

  it('of a caller with rights on a resource group only are empty, without an error', async () => {
    const cloud = testCloud({ ramPolicies: [{ accessKeyId: 'emulator-access-key', isInvisible: true }] });
    await makeDisks(cloud, 1);
    expect(idsIn(await cloud.ok('DescribeDisks', region))).to.deep.equal([]);
  });
});
