import { expect } from 'chai';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { startEmulator } from '../../support/emulator.ts';
import type { Emulator } from '../../support/emulator.ts';
import { rejection } from '../../unit/ecs/fixtures.ts';
import { aCall, connect, newDisk, newSnapshot } from './set-up.ts';

const timedOut = new DiskError('timed-out', 'the time of the caller is up');

/** A signal that aborts after so many milliseconds, as that of a call whose time is up. */
function timeUpIn(durationMs: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(timedOut), durationMs);
  return controller.signal;
}

describe('EcsDiskCloud against an ECS that misbehaves', () => {
  let emulator: Emulator;
  let cloud: ReturnType<typeof connect>;

  before(async () => {
    emulator = await startEmulator();
  });

  beforeEach(async () => {
    await emulator.control('POST', '/reset');
    await emulator.clearFaults();
    await emulator.configure({ createDiskMs: 20, ramPolicies: [] });
    cloud = connect({ endpoint: emulator.endpoint, requestTimeoutMs: 500 });
    await emulator.clearRequests();
  });

  afterEach(() => cloud.close());

  after(() => emulator[Symbol.asyncDispose]());

  const disk = newDisk();

  it('waits while it is throttled, and sends a change again', async () => {
    await emulator.addFault({
      action: 'CreateDisk',
      effect: { type: 'error', code: 'Throttling' },
      times: 2,
    });
    await cloud.createDisk(newDisk(), aCall());
    expect(await emulator.requests('CreateDisk')).to.have.length(3);
    expect((await emulator.counts()).disks).to.equal(1);
    expect(cloud.observer.throttles).to.deep.equal(['CreateDisk', 'CreateDisk']);
  });

  it('ends the wait for a throttled action when the time of the caller is up, with nothing done', async () => {
    await emulator.addFault({ action: 'CreateDisk', effect: { type: 'error', code: 'Throttling.User' } });
    expect(await rejection(cloud.createDisk(disk, aCall(timeUpIn(200))))).to.equal(timedOut);
    expect((await emulator.counts()).disks).to.equal(0);
  });

  const lostAnswers = {
    'a cut connection': { type: 'drop' },
    'an HTML page': { type: 'garbage' },
    'an empty answer': { type: 'garbage', status: 200, body: '' },
    'an empty object': { type: 'garbage', status: 200, body: '{}', contentType: 'application/json' },
    'an answer without id': {
      type: 'garbage',
      status: 200,
      body: '{"RequestId":"R"}',
      contentType: 'application/json',
    },
    'an internal error': { type: 'error', code: 'InternalError' },
    'a busy service': { type: 'error', code: 'ServiceUnavailable' },
    silence: { type: 'hang' },
  };
  for (const [name, effect] of Object.entries(lostAnswers)) {
    it(`leaves the outcome of a change unknown after ${name}, and sends it once`, async () => {
      const wanted = newDisk();
      await emulator.addFault({ action: 'CreateDisk', when: 'after', effect, times: 1 });
      const error = await rejection(cloud.createDisk(wanted, aCall()));
      expect(error.kind).to.equal('outcome-unknown');
      expect(await emulator.requests('CreateDisk')).to.have.length(1);
      expect((await emulator.counts()).disks).to.equal(1);

      const diskId = await cloud.createDisk(wanted, aCall());
      expect(await cloud.findDisk(diskId, aCall())).to.include({ id: diskId });
      expect((await emulator.counts()).disks).to.equal(1);
    });

    it(`asks again after ${name} to a read`, async () => {
      const diskId = await cloud.createDisk(newDisk(), aCall());
      await emulator.addFault({ action: 'DescribeDisks', effect, times: 2 });
      expect((await cloud.findDisk(diskId, aCall()))?.id).to.equal(diskId);
    });
  }

  it('never takes an unreadable answer for one without disks', async () => {
    const effect = {
      type: 'garbage',
      status: 200,
      body: '{"RequestId":"R"}',
      contentType: 'application/json',
    };
    await emulator.addFault({ action: '*', effect });
    const reads = [
      cloud.findDisk('d-1', aCall()),
      cloud.findDisksMadeFrom('s-1', aCall()),
      cloud.findSnapshot('s-1', aCall()),
      cloud.findSnapshotsByName('x', 'shared', aCall()),
      cloud.listDiskIds({ key: 'k', value: 'v' }, aCall()),
    ];
    const errors = await Promise.all(reads.map(rejection));
    expect(errors.map(({ kind }) => kind)).to.deep.equal(Array(5).fill('outcome-unknown'));
  });

  it('takes no refused look for a decision, since it says nothing about an earlier attempt', async () => {
    await emulator.addFault({ action: '*', effect: { type: 'error', code: 'InvalidParameter' } });
    const looks = [
      cloud.findDisk('d-1', aCall()),
      cloud.findDisksByTag({ key: 'k', value: 'v' }, aCall()),
      cloud.findSnapshotsByName('x', 'shared', aCall()),
      cloud.isDiskProvenAbsent('d-1', aCall()),
      cloud.listSnapshotIds({ key: 'k', value: 'v' }, aCall()),
      cloud.waitForSnapshot('s-1', () => true, aCall()),
    ];
    const errors = await Promise.all(looks.map(rejection));
    expect(errors.map(({ kind }) => kind)).to.deep.equal(Array(6).fill('unreadable'));
    expect((await rejection(cloud.deleteDisk('d-1', aCall()))).kind).to.equal('invalid');
  });

  it('does not know what became of a change when the time of the caller is up', async () => {
    await emulator.addFault({ action: 'CreateDisk', when: 'after', effect: { type: 'hang' } });
    const error = await rejection(cloud.createDisk(disk, aCall(timeUpIn(100))));
    expect(error).to.include({ kind: 'outcome-unknown', cause: timedOut });
  });

  it('gives the reason of the signal when the time of the caller is up during a read', async () => {
    await emulator.addFault({ action: 'DescribeDisks', effect: { type: 'hang' } });
    expect(await rejection(cloud.findDisk('d-1', aCall(timeUpIn(100))))).to.equal(timedOut);
    expect(await rejection(cloud.waitForDisk('d-1', () => false, aCall(timeUpIn(100))))).to.equal(timedOut);
  });

  it('goes on waiting for a disk through errors that pass', async () => {
    const diskId = await cloud.createDisk(newDisk(), aCall());
    await emulator.addFault({ action: 'DescribeDisks', effect: { type: 'drop' }, times: 3 });
    const found = await cloud.waitForDisk(diskId, (seen) => seen?.status === 'Available', aCall());
    expect(found?.id).to.equal(diskId);
  });

  describe('rights', () => {
    const policy = (deniedActions: string[], isInvisible = false) =>
      emulator.configure({
        ramPolicies: [{ accessKeyId: 'emulator-access-key', deniedActions, isInvisible }],
      });

    it('knows nothing without the right to look', async () => {
      await policy(['DescribeDisks']);
      const error = await rejection(cloud.findDisk('d-1', aCall()));
      expect(error.kind).to.equal('unreadable');
      expect(error.message).to.include('grant ecs:DescribeDisks');
      expect((await rejection(cloud.waitForDisk('d-1', () => true, aCall()))).kind).to.equal('unreadable');
      expect((await rejection(cloud.checkAccess(aCall()))).kind).to.equal('unreadable');
    });

    it('is denied without the right to change', async () => {
      await policy(['CreateDisk']);
      const error = await rejection(cloud.createDisk(disk, aCall()));
      expect(error.kind).to.equal('denied');
      expect(error.message).to.include('grant ecs:CreateDisk');
    });

    it('does not take a disk for gone that is only not shown', async () => {
      const diskId = await cloud.createDisk(newDisk(), aCall());
      await policy([], true);
      expect(await cloud.findDisk(diskId, aCall())).to.equal(undefined);
      expect(await cloud.isDiskProvenAbsent(diskId, aCall())).to.equal(false);
      expect(await cloud.isDiskProvenAbsent('d-nothing', aCall())).to.equal(true);
    });

    it('proves nothing without the right to the probe', async () => {
      await policy(['UntagResources']);
      const error = await rejection(cloud.isDiskProvenAbsent('d-nothing', aCall()));
      expect(error.kind).to.equal('unreadable');
      expect(error.message).to.include('grant ecs:UntagResources');
      expect((await rejection(cloud.isSnapshotProvenAbsent('s-nothing', aCall()))).kind).to.equal(
        'unreadable',
      );
    });
  });

  it('says why ECS makes no snapshot of a disk that was never attached', async () => {
    const diskId = await cloud.createDisk(newDisk(), aCall());
    await cloud.waitForDisk(diskId, (made) => made?.status === 'Available', aCall());
    const error = await rejection(cloud.createSnapshot(newSnapshot(diskId), aCall()));
    expect(error.kind).to.equal('never-used');
    expect(error.code).to.equal('IncorrectDiskStatus.NeverAttached');
  });

  it('takes a category that is sold out in the zone for not offered', async () => {
    await emulator.configure({ soldOut: ['cn-hangzhou-i/cloud_essd'] });
    expect((await rejection(cloud.createDisk(disk, aCall()))).kind).to.equal('not-offered');
    await emulator.configure({ soldOut: [] });
  });
});

describe('checking access', () => {
  const keys = { kind: 'access-key', accessKeyId: 'emulator-access-key', accessKeySecret: 'wrong' } as const;

  it('passes where everything is right, and says what is wrong where it is not', async () => {
    await using emulator = await startEmulator();
    const { endpoint } = emulator;
    const check = (settings: Parameters<typeof connect>[0]) => connect(settings).checkAccess(aCall());
    await check({ endpoint });

    const badSecret = await rejection(check({ endpoint, keys }));
    expect(badSecret.kind).to.equal('unauthenticated');
    expect(badSecret.message).to.include('check the AccessKey');

    const badKey = await rejection(check({ endpoint, keys: { ...keys, accessKeyId: 'nobody' } }));
    expect(badKey.kind).to.equal('unauthenticated');

    const badRegion = await rejection(check({ endpoint, regionId: 'cn-nowhere' }));
    expect(badRegion).to.include({ kind: 'unreadable', code: 'InvalidRegionId.NotFound' });
    expect(badRegion.message)
      .to.include('in region cn-nowhere')
      .and.to.include('set the region of the plugin');

    const nobodyThere = await rejection(check({ endpoint: '127.0.0.1:1' }));
    expect(nobodyThere.kind).to.equal('outcome-unknown');
    expect(nobodyThere.message).to.include('refuses connections');

    await emulator.addFault({ action: '*', effect: { type: 'error', code: 'InvalidTimeStamp.Expired' } });
    const skewed = await rejection(check({ endpoint }));
    expect(skewed.kind).to.equal('unauthenticated');
    expect(skewed.message).to.include('set the clock of the node');
  });

  it('takes being throttled for being let in, at once, and nothing else', async () => {
    await using emulator = await startEmulator();
    const cloud = connect({ endpoint: emulator.endpoint });
    const throttle = { type: 'error', code: 'Throttling.User' } as const;
    await emulator.addFault({ action: 'DescribeDisks', effect: throttle });
    await cloud.checkLetIn(aCall());
    expect(cloud.observer.throttles).to.deep.equal(['DescribeDisks']);

    await using other = await startEmulator();
    const wrong = connect({ endpoint: other.endpoint, keys });
    expect((await rejection(wrong.checkLetIn(aCall()))).kind).to.equal('unauthenticated');
  });
});
