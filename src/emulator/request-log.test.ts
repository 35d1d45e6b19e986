import { expect } from 'chai';

import { RequestLog } from './request-log.ts';
import { newDisk, testCloud } from './test-kit.test.ts';

describe('Request log', () => {
  it('tells what was asked by whom, what came back and when', async () => {
    const cloud = testCloud();
    await cloud.call('CreateDisk', newDisk);
    const [entry] = cloud.emulator.log.since(0);
    expect(entry).to.include({
      seq: 1,
      at: '2026-11-22T10:00:00.000Z',
      action: 'CreateDisk',
      accessKeyId: 'emulator-access-key',
      code: 'OK',
      status: 200,
    });
    expect(entry?.parameters).to.deep.equal({ ...newDisk, Size: '20' });
    expect(entry?.finishedAt).to.be.a('number');
  });

  it('has refused requests as well', async () => {
    const cloud = testCloud();
    await cloud.call('NoSuchAction');
    await cloud.call('DescribeRegions', {}, { accessKeyId: 'x', accessKeySecret: 'y' });
    expect(cloud.emulator.log.summary()).to.deep.equal({
      NoSuchAction: { 'InvalidAction.NotFound': 1 },
      DescribeRegions: { 'InvalidAccessKeyId.NotFound': 1 },
    });
  });

  it('does not show passwords', async () => {
    const cloud = testCloud();
    await cloud.call('AttachDisk', { Password: 'secret' });
    expect(cloud.emulator.log.since(0)[0]?.parameters['Password']).to.equal('***');
  });

  it('keeps the last requests only and counts on', () => {
    const log = new RequestLog(10);
    for (let count = 0; count < 2000; count += 1) {
      log.start({ at: '', action: 'A', parameters: {}, requestId: '', startedAt: 0 });
    }
    expect(log.since(0).map(({ seq }) => seq)).to.deep.equal(
      Array.from({ length: 10 }, (_, index) => 1991 + index),
    );
    expect(log.since(1998).map(({ seq }) => seq)).to.deep.equal([1999, 2000]);
    log.clear();
    expect(log.since(0)).to.deep.equal([]);
  });
});
