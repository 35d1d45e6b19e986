import { expect } from 'chai';

import { answerApiRequest } from './api.ts';
import { knownCodes, messageOfCode, statusOfCode } from './errors.ts';
import { at, defaultSigner, newDisk, signedRequest, stsSigner, testCloud } from './test-kit.test.ts';

describe('Requests a minute', () => {
  it('are limited by action, by the minutes of the emulator and by account', async () => {
    const { accounts } = testCloud().emulator.settings;
    const stranger = { accessKeyId: 'b', accessKeySecret: 'b', accountId: '2' };
    const cloud = testCloud({ requestsPerMinute: { DescribeRegions: 2 }, accounts: [...accounts, stranger] });
    expect(await cloud.code('DescribeRegions')).to.equal('OK');
    expect(await cloud.code('DescribeRegions', {}, stsSigner)).to.equal('OK');
    const { status, body } = await cloud.call('DescribeRegions');
    expect([status, body['Code']]).to.deep.equal([400, 'Throttling']);
    expect(await cloud.code('DescribeRegions', {}, stranger)).to.equal('OK');
    expect(await cloud.code('DescribeZones', { RegionId: 'cn-hangzhou' })).to.equal('OK');
    cloud.advance(59_999);
    expect(await cloud.code('DescribeRegions')).to.equal('Throttling');
    cloud.advance(1);
    expect(await cloud.code('DescribeRegions')).to.equal('OK');
  });

  it('count repetitions of a token too, which then do nothing', async () => {
    const cloud = testCloud({ requestsPerMinute: { '*': 1 } });
    await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 't' });
    expect(await cloud.code('CreateDisk', { ...newDisk, ClientToken: 't' })).to.equal('Throttling');
  });
});

describe('Rights', () => {
  it('that are missing are told with the action', async () => {
    const cloud = testCloud({
      ramPolicies: [{ accessKeyId: 'emulator-access-key', deniedActions: ['CreateDisk'] }],
    });
    const { status, body } = await cloud.call('CreateDisk', newDisk);
    expect([status, body['Code']]).to.deep.equal([403, 'Forbidden.RAM']);
    expect(at(body, 'AccessDeniedDetail.AuthAction')).to.equal('ecs:CreateDisk');
    expect(at(body, 'AccessDeniedDetail.AuthPrincipalDisplayName')).to.equal('emulator-access-key');
    expect(await cloud.code('DescribeDisks', { RegionId: 'cn-hangzhou' })).to.equal('OK');
    expect(await cloud.code('CreateDisk', newDisk, stsSigner)).to.equal('OK');
  });
});

describe('Error answers', () => {
  it('have the five fields of ECS and repeat the request id in a header', async () => {
    const cloud = testCloud();
    const response = await answerApiRequest(cloud.emulator, signedRequest('DeleteDisk', {}, defaultSigner));
    const body: unknown = JSON.parse(response?.body ?? '');
    expect(body).to.have.all.keys('RequestId', 'HostId', 'Code', 'Message', 'Recommend');
    expect(at(body, 'RequestId')).to.match(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    expect(response?.headers['x-acs-request-id']).to.equal(at(body, 'RequestId'));
    expect(at(body, 'Code')).to.equal('MissingParameter.DiskId');
  });

  it('can be given other statuses', async () => {
    const cloud = testCloud({ errorStatuses: { SignatureDoesNotMatch: 403 } });
    const { status } = await cloud.call('DescribeRegions', {}, { ...defaultSigner, accessKeySecret: 'x' });
    expect(status).to.equal(403);
  });

  it('come from a table of statuses and texts', () => {
    for (const code of knownCodes()) {
      expect(statusOfCode(code), code).to.be.within(400, 503);
      expect(messageOfCode(code), code).to.match(/\.$/);
    }
    expect(statusOfCode('MissingParameter.Anything')).to.equal(400);
    expect(statusOfCode('Nobody.KnowsThis')).to.equal(400);
  });

  it('are InternalError when the emulator itself fails, for that request only', async () => {
    const cloud = testCloud();
    const request = signedRequest('DescribeDisks', { RegionId: 'cn-hangzhou' }, defaultSigner);
    cloud.emulator.state.disks.all = () => {
      throw new Error('broken on purpose');
    };
    const response = await answerApiRequest(cloud.emulator, request);
    expect([response?.status, response?.code]).to.deep.equal([500, 'InternalError']);
    expect(await cloud.code('DescribeRegions')).to.equal('OK');
  });
});

describe('Requests', () => {
  it('name an action of the right version', async () => {
    const cloud = testCloud();
    const { status, body } = await cloud.call('CreateDisc');
    expect([status, body['Code']]).to.deep.equal([404, 'InvalidAction.NotFound']);
  });

  it('may not say a parameter twice', async () => {
    const { emulator } = testCloud();
    const request = signedRequest('DescribeZones', { RegionId: 'cn-hangzhou' }, defaultSigner);
    const twice = { ...request, form: [['RegionId', 'cn-beijing']] as const };
    expect((await answerApiRequest(emulator, twice))?.code).to.equal('InvalidParameter');
  });
});
