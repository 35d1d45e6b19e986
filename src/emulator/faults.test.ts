import { expect } from 'chai';

import { answerApiRequest } from './api.ts';
import type { FaultEffect, FaultRule } from './faults.ts';
import {
  at,
  defaultSigner,
  newDisk,
  signedRequest,
  testCloud,
  type Parameters,
  type TestCloud,
} from './test-kit.test.ts';

function addFault(cloud: TestCloud, effect: FaultEffect, rule: Partial<FaultRule> = {}): void {
  const preset = {
    id: 'f',
    action: 'CreateDisk',
    when: 'before',
    skip: 0,
    times: 0,
    match: {},
    tags: {},
  } as const;
  cloud.emulator.faults.add({ ...preset, ...rule, effect });
}

const error = { type: 'error', code: 'ServiceUnavailable' } as const;

describe('Fault rules', () => {
  it('answer an error in place of the action', async () => {
    const cloud = testCloud();
    addFault(cloud, error);
    const { status, body } = await cloud.call('CreateDisk', newDisk);
    expect([status, body['Code']]).to.deep.equal([503, 'ServiceUnavailable']);
    expect(cloud.emulator.state.disks.size).to.equal(0);
  });

  it('answer an error after the action has been carried out', async () => {
    const cloud = testCloud();
    addFault(cloud, error, { when: 'after' });
    expect(await cloud.code('CreateDisk', newDisk)).to.equal('ServiceUnavailable');
    expect(cloud.emulator.state.disks.size).to.equal(1);
  });

  it('can tell a status, a text and a wait that the table does not have', async () => {
    const cloud = testCloud();
    addFault(cloud, { type: 'error', code: 'Odd.Code', status: 418, message: 'odd', retryAfter: 7 });
    const response = await answerApiRequest(
      cloud.emulator,
      signedRequest('CreateDisk', newDisk, defaultSigner),
    );
    expect(response?.status).to.equal(418);
    expect(response?.headers['x-acs-retry-after']).to.equal('7');
    expect(at(JSON.parse(response?.body ?? ''), 'Message')).to.equal('odd');
  });

  it('let some requests through first and then hit a number of them', async () => {
    const cloud = testCloud();
    addFault(cloud, error, { skip: 1, times: 2 });
    const codes = [];
    for (let count = 0; count < 4; count += 1) {
      codes.push(await cloud.code('CreateDisk', newDisk));
    }
    expect(codes).to.deep.equal(['OK', 'ServiceUnavailable', 'ServiceUnavailable', 'OK']);
    expect(cloud.emulator.faults.list()[0]).to.include({ matched: 4, hits: 2 });
  });

  it('hit their action and parameters only', async () => {
    const cloud = testCloud();
    addFault(cloud, error, { match: { ZoneId: 'cn-hangzhou-h', DiskCategory: 'cloud_a*' } });
    expect(await cloud.code('CreateDisk', newDisk)).to.equal('OK');
    expect(await cloud.code('CreateDisk', { ...newDisk, DiskCategory: 'cloud_auto' })).to.equal(
      'ServiceUnavailable',
    );
    expect(
      await cloud.code('CreateDisk', { ...newDisk, DiskCategory: 'cloud_auto', ZoneId: 'cn-hangzhou-i' }),
    ).to.equal('OK');
    expect(await cloud.code('DescribeRegions')).to.equal('OK');
    cloud.emulator.faults.remove();
    addFault(cloud, error);
    expect(await cloud.code('DescribeRegions')).to.equal('OK');
  });

  it('hit requests about what carries their tags only', async () => {
    const cloud = testCloud();
    const tagged = { 'Tag.1.Key': 'team', 'Tag.1.Value': 'shop', 'Tag.2.Key': 'tier', 'Tag.2.Value': '1' };
    const DiskId = await cloud.usedDisk(tagged);
    const other = await cloud.usedDisk({ 'Tag.1.Key': 'team', 'Tag.1.Value': 'bank' });
    const { SnapshotId } = await cloud.ok('CreateSnapshot', { DiskId });
    const group = { 'DiskId.1': DiskId, RegionId: 'cn-hangzhou' };
    const { SnapshotGroupId } = await cloud.ok('CreateSnapshotGroup', group);
    addFault(cloud, error, { action: '*', tags: { team: 'shop', tier: '1' } });
    const hit = async (action: string, parameters: Parameters) =>
      (await cloud.code(action, { RegionId: 'cn-hangzhou', ...parameters })) === 'ServiceUnavailable';

    expect(await hit('CreateDisk', { ...newDisk, ...tagged }), 'made with them').to.equal(true);
    expect(await hit('ResizeDisk', { DiskId, NewSize: 30 }), 'the disk').to.equal(true);
    const list = JSON.stringify([other, DiskId]);
    expect(await hit('DescribeDisks', { DiskIds: list }), 'one of the disks').to.equal(true);
    expect(await hit('DeleteSnapshot', { SnapshotId: String(SnapshotId) }), 'its snapshot').to.equal(true);
    const groupId = { SnapshotGroupId: String(SnapshotGroupId) };
    expect(await hit('DeleteSnapshotGroup', groupId), 'the group of its snapshot').to.equal(true);

    expect(await hit('CreateDisk', { ...newDisk, 'Tag.1.Key': 'team', 'Tag.1.Value': 'shop' })).to.equal(
      false,
    );
    expect(await hit('DescribeDisks', { DiskIds: JSON.stringify([other]) })).to.equal(false);
    expect(await hit('DescribeDisks', { DiskIds: '[' }), 'what cannot be read').to.equal(false);
    expect(await hit('DescribeRegions', {})).to.equal(false);
  });

  it('know the tags of what the request itself has taken away', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk({ 'Tag.1.Key': 'team', 'Tag.1.Value': 'shop' });
    addFault(cloud, error, { action: '*', when: 'after', tags: { team: 'shop' } });
    expect(await cloud.code('DeleteDisk', { DiskId })).to.equal('ServiceUnavailable');
    expect(cloud.emulator.state.disks.size).to.equal(0);
  });

  it('hit every action with *', async () => {
    const cloud = testCloud();
    addFault(cloud, error, { action: '*', times: 1 });
    expect(await cloud.code('DescribeRegions')).to.equal('ServiceUnavailable');
  });

  it('cut the connection, before or after the action', async () => {
    const cloud = testCloud();
    addFault(cloud, { type: 'drop' }, { times: 1 });
    addFault(cloud, { type: 'drop' }, { times: 1, when: 'after', id: 'g' });
    const request = (): ReturnType<typeof signedRequest> =>
      signedRequest('CreateDisk', newDisk, defaultSigner);
    expect(await answerApiRequest(cloud.emulator, request())).to.equal(undefined);
    expect(cloud.emulator.state.disks.size).to.equal(0);
    expect(await answerApiRequest(cloud.emulator, request())).to.equal(undefined);
    expect(cloud.emulator.state.disks.size).to.equal(1);
    expect(cloud.emulator.log.since(0).map(({ code }) => code)).to.deep.equal(['no-answer', 'no-answer']);
  });

  it('answer garbage', async () => {
    const cloud = testCloud();
    addFault(cloud, { type: 'garbage', status: 200, body: '', contentType: 'text/plain' });
    const response = await answerApiRequest(
      cloud.emulator,
      signedRequest('CreateDisk', newDisk, defaultSigner),
    );
    expect([response?.status, response?.body]).to.deep.equal([200, '']);
  });

  it('hang until the client is gone, and then leave the token free', async () => {
    const cloud = testCloud();
    addFault(cloud, { type: 'hang' }, { times: 1 });
    const gone = new AbortController();
    const parameters = { ...newDisk, ClientToken: 't' };
    const request = { ...signedRequest('CreateDisk', parameters, defaultSigner), closed: gone.signal };
    const answer = answerApiRequest(cloud.emulator, request);
    expect(await cloud.code('CreateDisk', parameters)).to.equal('LastTokenProcessing');
    gone.abort();
    expect(await answer).to.equal(undefined);
    expect(cloud.emulator.state.disks.size).to.equal(0);
    expect(await cloud.code('CreateDisk', parameters)).to.equal('OK');
  });

  it('lose the reply of a token, which the repetition then gets', async () => {
    const cloud = testCloud();
    addFault(cloud, { type: 'drop' }, { times: 1, when: 'after' });
    const parameters = { ...newDisk, ClientToken: 't' };
    await answerApiRequest(cloud.emulator, signedRequest('CreateDisk', parameters, defaultSigner));
    const { DiskId } = await cloud.ok('CreateDisk', parameters);
    expect(cloud.emulator.state.disks.all().map(({ id }) => id)).to.deep.equal([DiskId]);
  });

  it('take part together', async () => {
    const cloud = testCloud();
    addFault(cloud, { type: 'delay', ms: 30 }, { id: 'slow' });

    addFault(cloud, error, { id: 'broken' });
    const answer = cloud.call('CreateDisk', newDisk);
    await cloud.call('DescribeRegions');
    expect(cloud.emulator.log.since(0)[0]?.finishedAt).to.equal(null);
    await answer;
    expect(cloud.emulator.log.since(0)[0]?.faultApplied).to.deep.equal(['slow', 'broken']);
  });

  it('decide how a snapshot goes', async () => {
    const cloud = testCloud({ cutMs: 10, uploadMs: 10 });
    const DiskId = await cloud.usedDisk();
    const plans = [
      { type: 'snapshot', uploadMs: 1000 },
      { type: 'snapshot', outcome: 'failed' },
      { type: 'snapshot', outcome: 'failed-before-cut' },
    ] as const;
    for (const [index, plan] of plans.entries()) {
      addFault(cloud, plan, { action: 'CreateSnapshot', id: String(index), times: 1 });
      await cloud.ok('CreateSnapshot', { DiskId });
    }
    cloud.advance(20);
    cloud.emulator.settle();
    const snapshots = cloud.emulator.state.snapshots.all();
    expect(snapshots.map(({ status }) => status)).to.deep.equal(['progressing', 'failed', 'failed']);
    expect(snapshots.map(({ cutAtMs }) => cutAtMs === null)).to.deep.equal([false, false, true]);
    expect(snapshots.map(({ isAvailable }) => isAvailable)).to.deep.equal([true, false, false]);
    cloud.advance(1000);
    cloud.emulator.settle();
    expect(cloud.emulator.state.snapshots.all()[0]?.status).to.equal('accomplished');
  });

  it('tell a waiter of the next hit', async () => {
    const cloud = testCloud();
    addFault(cloud, error);
    const hit = cloud.emulator.faults.nextHit('f', AbortSignal.timeout(4000));
    await cloud.call('CreateDisk', newDisk);
    await hit;
    expect(cloud.emulator.faults.hitsOf('f')).to.equal(1);
  });
});
