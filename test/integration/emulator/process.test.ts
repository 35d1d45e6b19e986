import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CreateDiskRequest, CreateSnapshotRequest, DescribeDisksRequest } from '@alicloud/ecs20140526';
import { expect } from 'chai';

import { startEmulator } from '../../support/emulator.ts';
import { spawnCommand } from '../../support/spawned-process.ts';
import { emulatorWith, regionId, zoneId, type EmulatorTarget } from './emulator-target.ts';
import { present } from './sdk-client.ts';

const newDisk = { regionId, zoneId, diskCategory: 'cloud_essd', size: 20 };

async function ended(args: readonly string[]): Promise<[number | string, string]> {
  const run = spawnCommand(['emulator', ...args]);
  return [await run.ended, run.output()];
}

describe('The emulator as a process', () => {
  it('says first where it listens', async () => {
    await using emulator = await startEmulator();
    expect(emulator.process.output()).to.match(/^ECS emulator listening on http:\/\/127\.0\.0\.1:\d+\n/);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends with status 0 on ${signal}, also while a request hangs`, async () => {
      const emulator = await emulatorWith({});
      const rule = await emulator.addFault({ action: 'CreateDisk', effect: { type: 'hang' } });
      const hanging = emulator.client.createDisk(new CreateDiskRequest(newDisk)).catch(() => 'lost');
      await emulator.waitForFault(rule);
      expect(await emulator.process.end(signal)).to.equal(0);
      expect(await hanging).to.equal('lost');
    });
  }

  it('explains itself with --help', async () => {
    const [status, output] = await ended(['--help']);
    expect(status).to.equal(0);
    expect(output).to.include('--state-file');
  });

  for (const args of [['--port', 'x'], ['--region', 'moon'], ['--settings', '{"a":1}'], ['--nonsense']]) {
    it(`ends with status 2 and one line for ${args.join(' ')}`, async () => {
      const [status, output] = await ended(args);
      expect(status).to.equal(2);
      expect(output.trim().split('\n')).to.have.length(1);
    });
  }

  it('ends with status 1 and one line when its port is taken', async () => {
    await using emulator = await startEmulator();
    const [status, output] = await ended(['--port', new URL(`http://${emulator.endpoint}`).port]);
    expect(status).to.equal(1);
    expect(output).to.match(/^emulator: .*EADDRINUSE.*\n$/);
  });
});

describe('The emulator with a state file', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emulator-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const start = (): Promise<EmulatorTarget> =>
    emulatorWith({ uploadMs: 1000 }, ['--state-file', join(folder, 'state')]);

  it('loses nothing that was answered when it is killed', async () => {
    const first = await start();
    const diskId = await first.usedDisk();
    await first.writeDisk(diskId, 70_000, Buffer.from('written'));
    const request = new CreateSnapshotRequest({ diskId, clientToken: 't' });
    const snapshotId = present((await first.client.createSnapshot(request)).body?.snapshotId);
    await first.writeDisk(diskId, 70_000, Buffer.from('changed'));
    await first.process.end('SIGKILL');

    await using second = await start();
    expect((await second.readDisk(diskId, 70_000, 7)).toString()).to.equal('changed');
    const snapshot = await fetch(
      `http://${second.endpoint}/__emulator/snapshots/${snapshotId}/data?offset=70000&length=7`,
    );
    expect(await snapshot.text()).to.equal('written');
    expect((await second.client.createSnapshot(request)).body?.snapshotId).to.equal(snapshotId);
    await second.advance(1000);
    expect(await second.control('GET', '/state')).to.have.nested.property(
      'snapshots[0].status',
      'accomplished',
    );
  });

  it('loses nothing that was answered when it is killed in the midst of many requests', async () => {
    const first = await start();
    const answered: string[] = [];
    const creator = async (): Promise<void> => {
      for (;;) {
        const { body } = await first.client.createDisk(new CreateDiskRequest(newDisk));
        answered.push(present(body?.diskId));
        if (answered.length === 100) {
          await first.process.end('SIGKILL');
        }
      }
    };
    await Promise.allSettled(Array.from({ length: 8 }, creator));

    await using second = await start();
    expect(answered.length).to.be.at.least(100);
    const query = new DescribeDisksRequest({ regionId, maxResults: 500 });
    const found = (await second.client.describeDisks(query)).body?.disks?.disk?.map((disk) => disk.diskId);
    expect(found).to.include.members(answered);
  });
});
