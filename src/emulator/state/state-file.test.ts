import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { blockBytes } from '../blocks/block-map.ts';
import { newDisk, testCloud, type TestCloud } from '../test-kit.test.ts';
import { StateFile } from './state-file.ts';
import { EmulatorState } from './state.ts';

interface Folder extends Disposable {
  readonly file: string;
}

function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'emulator-'));
  return { file: join(path, 'state'), [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

/** A cloud that reads what another one has left behind without being closed, as after a SIGKILL. */
function restarted(folder: Folder, settings: Readonly<Record<string, unknown>> = {}): TestCloud {
  return testCloud(settings, folder.file);
}

function write(cloud: TestCloud, id: string, offset: number, text: string): void {
  cloud.emulator.settle();
  cloud.emulator.state.data.write(id, offset, Buffer.from(text));
  cloud.emulator.save();
}

function read(cloud: TestCloud, id: string, offset: number, length: number): string {
  return cloud.emulator.state.data.read(id, offset, length).toString();
}

describe('State file', () => {
  it('brings back resources, pending changes, tokens, page tokens, settings and the clock', async () => {
    using folder = temporaryFolder();
    const before = testCloud({ createDiskMs: 1000 }, folder.file);
    const first = await before.ok('CreateDisk', { ...newDisk, ClientToken: 't', 'Tag.1.Key': 'k' });
    for (let count = 0; count < 10; count += 1) {
      await before.ok('CreateDisk', newDisk);
    }
    const page = await before.ok('DescribeDisks', { RegionId: 'cn-hangzhou', MaxResults: 10 });
    before.emulator.changeSettings({ uploadMs: 77 });
    before.emulator.clock.setFrozen(true);
    before.advance(500);
    before.emulator.save();

    const after = restarted(folder, { createDiskMs: 1000 });
    expect(after.emulator.state.disks.all()).to.deep.equal(before.emulator.state.disks.all());
    expect(after.emulator.state.instances.all()).to.deep.equal(before.emulator.state.instances.all());
    expect(after.emulator.settings.uploadMs).to.equal(77);
    expect(after.emulator.clock.state()).to.deep.equal(before.emulator.clock.state());
    expect(
      (await after.ok('CreateDisk', { ...newDisk, ClientToken: 't', 'Tag.1.Key': 'k' }))['DiskId'],
    ).to.equal(first['DiskId']);
    const nextPage = { RegionId: 'cn-hangzhou', MaxResults: 10, NextToken: String(page['NextToken']) };
    expect(await after.code('DescribeDisks', nextPage)).to.equal('OK');
    expect(after.emulator.state.disks.all().every(({ isCreating }) => isCreating)).to.equal(true);
    after.advance(500);
    after.emulator.settle();
    expect(after.emulator.state.disks.all().some(({ isCreating }) => isCreating)).to.equal(false);
  });

  it('gives new resources numbers after the old ones', async () => {
    using folder = temporaryFolder();
    await testCloud({}, folder.file).ok('CreateDisk', newDisk);
    const after = restarted(folder);
    await after.ok('CreateDisk', newDisk);
    const [old, young] = after.emulator.state.disks.all();
    expect(young?.sequence).to.be.greaterThan(old?.sequence ?? 0);
  });

  it('brings back the bytes of disks and snapshots and still keeps them apart', async () => {
    using folder = temporaryFolder();
    const before = testCloud({}, folder.file);
    const DiskId = await before.usedDisk();
    write(before, DiskId, 0, 'one');
    write(before, DiskId, 5 * blockBytes, 'far');
    const SnapshotId = String((await before.ok('CreateSnapshot', { DiskId }))['SnapshotId']);
    write(before, DiskId, 0, 'two');

    const after = restarted(folder);
    expect(read(after, DiskId, 0, 3)).to.equal('two');
    expect(read(after, SnapshotId, 0, 3)).to.equal('one');
    expect(read(after, DiskId, 5 * blockBytes, 3)).to.equal('far');
    write(after, DiskId, 5 * blockBytes, 'new');
    expect(read(after, SnapshotId, 5 * blockBytes, 3)).to.equal('far');

    const again = restarted(folder);
    expect(read(again, SnapshotId, 5 * blockBytes, 3)).to.equal('far');
    expect(read(again, DiskId, 5 * blockBytes, 3)).to.equal('new');
  });

  it('keeps what was written before a cut apart from what was written after it in one save', async () => {
    using folder = temporaryFolder();
    const before = testCloud({}, folder.file);
    const DiskId = await before.usedDisk();
    const { data } = before.emulator.state;
    data.write(DiskId, 0, Buffer.from('one'));
    data.copy('copy', DiskId);
    data.write(DiskId, 0, Buffer.from('two'));
    before.emulator.save();
    const after = restarted(folder);
    expect([read(after, 'copy', 0, 3), read(after, DiskId, 0, 3)]).to.deep.equal(['one', 'two']);
  });

  it('leaves out a last line that was not written to its end', async () => {
    using folder = temporaryFolder();
    await testCloud({}, folder.file).ok('CreateDisk', newDisk);
    appendFileSync(folder.file, '{"rows":[["disks","d-x",{"id":"d-');
    expect(restarted(folder).emulator.state.disks.size).to.equal(1);
  });

  it('refuses a file that is damaged elsewhere and says where', () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file, '{"rows":[],"data":[]}\nnonsense\n');
    expect(() => restarted(folder)).to.throw(/damaged at line 2/);
  });

  it('uses the place of deleted bytes again after a restart', async () => {
    using folder = temporaryFolder();
    const blocksBytes = (): number => statSync(`${folder.file}.blocks`).size;
    let cloud = testCloud({}, folder.file);
    for (let round = 0; round < 3; round += 1) {
      const DiskId = await cloud.usedDisk();
      write(cloud, DiskId, 0, 'x'.repeat(4 * blockBytes));
      await cloud.ok('DeleteDisk', { DiskId });
      expect(blocksBytes()).to.equal(4 * blockBytes);
      cloud = restarted(folder);
    }
  });

  it('writes nothing for requests that change nothing', async () => {
    using folder = temporaryFolder();
    const cloud = testCloud({}, folder.file);
    const before = readFileSync(folder.file, 'utf8');
    await cloud.ok('DescribeDisks', { RegionId: 'cn-hangzhou' });
    expect(readFileSync(folder.file, 'utf8')).to.equal(before);
  });

  it('is written anew when it has grown, with nothing lost', () => {
    using folder = temporaryFolder();
    const state = new EmulatorState();
    const file = StateFile.open(folder.file, state, 10_000);
    state.data.write('d', 0, Buffer.from('bytes'));
    for (let count = 0; count < 2000; count += 1) {
      state.meta.put({ id: `m${count % 3}`, value: count });
      file.save(state);
    }
    expect(statSync(folder.file).size).to.be.lessThan(20_000);
    file.close();
    const again = new EmulatorState();
    StateFile.open(folder.file, again).close();
    expect(again.meta.all()).to.deep.equal(state.meta.all());
    expect(again.data.read('d', 0, 5).toString()).to.equal('bytes');
  });

  it('is forgotten by a reset', async () => {
    using folder = temporaryFolder();
    const cloud = testCloud({}, folder.file);
    await cloud.ok('CreateDisk', { ...newDisk, ClientToken: 't' });
    cloud.emulator.reset();
    cloud.emulator.save();
    const { state } = restarted(folder).emulator;
    expect([state.disks.size, state.tokens.size, state.events.size]).to.deep.equal([0, 0, 0]);
  });
});
