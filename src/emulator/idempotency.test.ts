import { expect } from 'chai';

import { newDisk, stsSigner, testCloud, type TestCloud } from './test-kit.test.ts';

function holdBack(cloud: TestCloud, when: 'before' | 'after', ms: number): void {
  const rule = {
    id: 'slow',
    action: '*',
    when,
    effect: { type: 'delay', ms },
    skip: 0,
    times: 1,
    match: {},
    tags: {},
  } as const;
  cloud.emulator.faults.add(rule);
}

describe('ClientToken', () => {
  it('gives the same answer for the same request and makes nothing twice', async () => {
    const cloud = testCloud();
    const first = await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 't' });
    const second = await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 't' });
    expect(second['DiskId']).to.equal(first['DiskId']);
    expect(second['RequestId']).not.to.equal(first['RequestId']);
    expect(cloud.emulator.state.disks.size).to.equal(1);
  });

  it('gives the same answer also after the disk has gone', async () => {
    const cloud = testCloud();
    const { DiskId } = await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 't' });
    await cloud.ok('DeleteDisk', { DiskId: String(DiskId) });
    expect((await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 't' }))['DiskId']).to.equal(DiskId);
    expect(cloud.emulator.state.disks.size).to.equal(0);
  });

  it('resizes once for a token', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 30, ClientToken: 't' })).to.equal('OK');
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 30, ClientToken: 't' })).to.equal('OK');
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 30 })).to.equal('InvalidDiskSize.TooSmall');
  });

  it('refuses other parameters, even one tag more', async () => {
    const cloud = testCloud();
    await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 't' });
    const { status, body } = await cloud.call('CreateDisk', {
      ...newDisk,
      ClientToken: 't',
      'Tag.1.Key': 'k',
    });
    expect([status, body['Code']]).to.deep.equal([403, 'IdempotentParameterMismatch']);
  });

  it('is case-sensitive and belongs to one action', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk({ ClientToken: 't' });
    await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 'T' });
    expect(await cloud.code('CreateSnapshot', { DiskId, ClientToken: 't' })).to.equal('OK');
    expect(cloud.emulator.state.disks.size).to.equal(2);
  });

  it('is shared by the keys of one account and not by other accounts', async () => {
    const other = { accessKeyId: 'other', accessKeySecret: 'other', accountId: '2' };
    const { accounts } = testCloud().emulator.settings;
    const cloud = testCloud({ accounts: [...accounts, other] });
    const first = await cloud.call('CreateDisk', { ...newDisk, ClientToken: 't' });
    const same = await cloud.call('CreateDisk', { ...newDisk, ClientToken: 't' }, stsSigner);
    const another = await cloud.call('CreateDisk', { ...newDisk, ClientToken: 't' }, other);
    expect(same.body['DiskId']).to.equal(first.body['DiskId']);
    expect(another.body['DiskId']).not.to.equal(first.body['DiskId']);
  });

  it('is forgotten after its lifetime on the clock of the emulator, which a repetition does not prolong', async () => {
    const cloud = testCloud({ tokenLifetimeMs: 1000 });
    const first = await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 't' });
    cloud.advance(999);
    expect((await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 't' }))['DiskId']).to.equal(
      first['DiskId'],
    );
    cloud.advance(1);
    expect((await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 't' }))['DiskId']).not.to.equal(
      first['DiskId'],
    );
  });

  it('does not stay in memory after its lifetime', async () => {
    const cloud = testCloud({ tokenLifetimeMs: 1000 });
    for (const ClientToken of ['a', 'b', 'c']) {
      await cloud.ok('CreateDisk', { ...newDisk, ClientToken });
      cloud.advance(600);
    }
    expect(cloud.emulator.state.tokens.all().map(({ id }) => id.slice(-1))).to.deep.equal(['b', 'c']);
  });

  it('is not used up by a refused request', async () => {
    const cloud = testCloud();
    expect(await cloud.code('CreateDisk', { ...newDisk, Size: 0, ClientToken: 't' })).not.to.equal('OK');
    expect(await cloud.code('CreateDisk', { ...newDisk, ClientToken: 't' })).to.equal('OK');
  });

  it('is used up by a refused request when the settings say so', async () => {
    const cloud = testCloud({ failedRequestsConsumeToken: true, disksPerRegion: 0 });
    expect(await cloud.code('CreateDisk', { ...newDisk, ClientToken: 't' })).to.equal(
      'QuotaExceed.PostPaidDisk',
    );
    cloud.emulator.changeSettings({ disksPerRegion: 10 });
    expect(await cloud.code('CreateDisk', { ...newDisk, ClientToken: 't' })).to.equal(
      'QuotaExceed.PostPaidDisk',
    );
    expect(await cloud.code('CreateDisk', { ...newDisk, Size: 30, ClientToken: 't' })).to.equal(
      'IdempotentParameterMismatch',
    );
  });

  for (const when of ['before', 'after'] as const) {
    it(`is busy while the first request is held up ${when} it is carried out`, async () => {
      const cloud = testCloud();
      const DiskId = await cloud.usedDisk();
      holdBack(cloud, when, 50);
      const first = cloud.code('CreateSnapshot', { DiskId, ClientToken: 't' });
      expect(await cloud.code('CreateSnapshot', { DiskId, ClientToken: 't' })).to.equal(
        'IdempotentProcessing',
      );
      expect(await cloud.code('CreateSnapshot', { DiskId, ClientToken: 't', Description: 'other' })).to.equal(
        'IdempotentParameterMismatch',
      );
      expect(await first).to.equal('OK');
      expect(await cloud.code('CreateSnapshot', { DiskId, ClientToken: 't' })).to.equal('OK');
      expect(cloud.emulator.state.snapshots.size).to.equal(1);
    });
  }

  it('is busy with the code that CreateDisk has', async () => {
    const cloud = testCloud();
    holdBack(cloud, 'before', 20);
    const first = cloud.code('CreateDisk', { ...newDisk, ClientToken: 't' });
    expect(await cloud.code('CreateDisk', { ...newDisk, ClientToken: 't' })).to.equal('LastTokenProcessing');
    expect(await first).to.equal('OK');
  });

  it('with more than 64 or other than ASCII characters is malformed', async () => {
    const cloud = testCloud();
    const { status, body } = await cloud.call('CreateDisk', { ...newDisk, ClientToken: 'x'.repeat(65) });
    expect([status, body['Code']]).to.deep.equal([403, 'InvalidClientToken.Malformed']);
  });
});
