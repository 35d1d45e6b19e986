import { DescribeRegionsRequest } from '@alicloud/ecs20140526';
import { expect } from 'chai';

import { emulatorWith, type EmulatorTarget } from './emulator-target.ts';
import { outcomeOf } from './sdk-client.ts';

describe('Control endpoints', () => {
  let emulator: EmulatorTarget;

  before(async () => {
    emulator = await emulatorWith({ uploadMs: 10_000 });
  });
  after(() => emulator[Symbol.asyncDispose]());
  afterEach(() => emulator.clearFaults());

  it('tell their health and, for a wrong path or method, which there are', async () => {
    expect(await emulator.send('GET', 'health')).to.deep.equal([200, '{"status":"ok"}']);
    const [missing, list] = await emulator.send('GET', 'helth');
    expect([missing, list]).to.satisfy(
      ([status, text]: [number, string]) => status === 404 && text.includes('GET health'),
    );
    expect((await emulator.send('PUT', 'health'))[0]).to.equal(405);
  });

  it('change settings one by one and refuse unknown ones by name', async () => {
    await emulator.control('POST', '/settings', { attachMs: 7 });
    expect(await emulator.control('GET', '/settings')).to.include({ attachMs: 7, uploadMs: 10_000 });
    const [status, text] = await emulator.send('POST', 'settings', '{"atachMs":7}');
    expect(status).to.equal(400);
    expect(text).to.include('no setting atachMs');
    expect((await emulator.send('POST', 'settings', '{'))[0]).to.equal(400);
    expect(await emulator.control('DELETE', '/settings')).to.include({ attachMs: 0, uploadMs: 10_000 });
  });

  it('step the clock forward and never back', async () => {
    const before = await emulator.control<{ now: string }>('GET', '/clock');
    const after = await emulator.control<{ now: string }>('POST', '/clock', { advanceMs: 60_000 });
    expect(Date.parse(after.now) - Date.parse(before.now)).to.equal(60_000);
    for (const wrong of ['{"advanceMs":-1}', '{"frozen":1}', '{"set":0}', '[]']) {
      expect((await emulator.send('POST', 'clock', wrong))[0], wrong).to.equal(400);
    }
  });

  it('give fault rules texts and statuses of their own', async () => {
    const effect = { type: 'error', code: 'Odd', status: 418, message: 'odd indeed' };
    await emulator.addFault({ action: 'DescribeRegions', effect });
    const call = emulator.client.describeRegions(new DescribeRegionsRequest({}));
    const error = await call.then(
      () => undefined,
      (reason: unknown) => reason as { code: string; statusCode: number; data: { Message: string } },
    );
    expect([error?.code, error?.statusCode, error?.data.Message]).to.deep.equal(['Odd', 418, 'odd indeed']);
  });

  it('check fault rules', async () => {
    for (const wrong of [
      '{}',
      '{"effect":{"type":"explode"}}',
      '{"effect":{"type":"error"}}',
      '{"effect":{"type":"hang","ms":1}}',
      '{"effect":{"type":"delay","ms":-1}}',
      '{"effect":{"type":"drop"},"action":"CreateDisc"}',
      '{"effect":{"type":"drop"},"when":"during"}',
      '{"effect":{"type":"drop"},"match":{"DiskId":1}}',
      '{"effect":{"type":"drop"},"time":1}',
      '{"effect":{"type":"snapshot","outcome":"lost"}}',
      '{"effect":{"type":"snapshot"},"when":"after"}',
      '{"effect":{"type":"drop"},"id":"a b"}',
      '{"effect":{"type":"drop"},"id":""}',
      '{"effect":{"type":"drop"},"skip":-1}',
      '{"effect":{"type":"drop"},"times":"1"}',
      '{"effect":{"type":"drop"},"match":[]}',
      '{"effect":{"type":"garbage","body":1}}',
    ]) {
      expect((await emulator.send('POST', 'faults', wrong))[0], wrong).to.equal(400);
    }
  });

  it('refuse a second fault rule of one name', async () => {
    const rule = '{"id":"mine","effect":{"type":"drop"},"action":"CreateDisk"}';
    expect((await emulator.send('POST', 'faults', rule))[0]).to.equal(200);
    expect((await emulator.send('POST', 'faults', rule))[0]).to.equal(409);
  });

  it('list fault rules with their hits, and remove one or all', async () => {
    const regions = () => outcomeOf(emulator.client.describeRegions(new DescribeRegionsRequest({})));
    const error = { type: 'error', code: 'Throttling.User' };
    const id = await emulator.addFault({ action: 'DescribeRegions', effect: error, times: 1 });
    const other = await emulator.addFault({ action: 'CreateDisk', effect: error });
    expect(await regions()).to.equal('400 Throttling.User');
    expect(await regions()).to.equal('OK');
    const { faults } = await emulator.control<{ faults: { id: string; hits: number }[] }>('GET', '/faults');
    expect(faults.map((rule) => [rule.id, rule.hits])).to.deep.equal([
      [id, 1],
      [other, 0],
    ]);
    await emulator.control('DELETE', `/faults/${other}`);
    expect(await emulator.control('GET', '/faults'))
      .to.have.property('faults')
      .with.length(1);
    await emulator.clearFaults();
    expect(await emulator.control('GET', '/faults'))
      .to.have.property('faults')
      .with.length(0);
  });

  it('wait for the hit of a fault rule, and say when it does not come', async () => {
    const id = await emulator.addFault({ action: 'DescribeRegions', effect: { type: 'drop' }, times: 1 });
    expect((await emulator.send('GET', `requests?waitForFault=${id}&timeoutMs=20`))[0]).to.equal(408);
    const waiting = emulator.waitForFault(id);
    expect(await outcomeOf(emulator.client.describeRegions(new DescribeRegionsRequest({})))).to.equal(
      'ECONNRESET',
    );
    await waiting;
    expect((await emulator.send('GET', 'requests?waitForFault=nobody&timeoutMs=20'))[0]).to.equal(404);
  });

  it('answer garbage that the SDK cannot read', async () => {
    await emulator.addFault({ action: 'DescribeRegions', effect: { type: 'garbage' } });
    expect(await outcomeOf(emulator.client.describeRegions(new DescribeRegionsRequest({})))).to.equal(
      'SyntaxError',
    );
  });

  it('keep a log that can be read from a number on, counted and cleared', async () => {
    await emulator.clearRequests();
    await emulator.client.describeRegions(new DescribeRegionsRequest({}));
    await emulator.client.describeRegions(new DescribeRegionsRequest({}));
    const requests = await emulator.requests();
    expect(requests.map(({ action, code, status }) => [action, code, status])).to.deep.equal([
      ['DescribeRegions', 'OK', 200],
      ['DescribeRegions', 'OK', 200],
    ]);
    const later = await emulator.control<{ requests: unknown[] }>(
      'GET',
      `/requests?since=${requests[0]?.seq ?? 0}`,
    );
    expect(later.requests).to.have.length(1);
    expect(await emulator.control('GET', '/requests/summary')).to.deep.equal({ DescribeRegions: { OK: 2 } });
  });

  it('reset everything but the settings and the clock', async () => {
    await emulator.usedDisk();
    await emulator.addFault({ action: '*', effect: { type: 'hang' } });
    await emulator.configure({ detachMs: 9 });
    await emulator.control('POST', '/reset');
    expect(await emulator.counts()).to.deep.equal({ disks: 0, snapshots: 0, groups: 0 });
    expect(await emulator.requests()).to.deep.equal([]);
    expect(await emulator.control('GET', '/settings')).to.include({ detachMs: 9 });
    await emulator.usedDisk();
  });

  it('refuse a body that is too large or no JSON object', async () => {
    expect((await emulator.send('POST', 'settings', 'x'.repeat(5 * 1024 * 1024)))[0]).to.equal(413);
    expect((await emulator.send('POST', 'settings', '"x"'))[0]).to.equal(400);
  });
});
