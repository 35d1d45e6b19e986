import { createHash } from 'node:crypto';
import { request } from 'node:http';

import { expect } from 'chai';

import { emulatorWith, type EmulatorTarget } from './emulator-target.ts';

const gib = 1024 ** 3;

describe('Control endpoints for bytes', () => {
  let emulator: EmulatorTarget;

  before(async () => {
    emulator = await emulatorWith({ uploadMs: 10_000 });
  });
  after(() => emulator[Symbol.asyncDispose]());
  afterEach(() => emulator.clearFaults());

  it('write and read bytes anywhere in an attached disk', async () => {
    const diskId = await emulator.newDisk();
    await emulator.attach(diskId);
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 256));
    await emulator.writeDisk(diskId, 12_345, bytes);
    expect((await emulator.readDisk(diskId, 12_345, bytes.length)).equals(bytes)).to.equal(true);
    expect(await emulator.readDisk(diskId, 12_340, 5)).to.deep.equal(Buffer.alloc(5));
    const path = `disks/${diskId}/digest?offset=12345&length=${bytes.length}`;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(JSON.parse((await emulator.send('GET', path))[1])).to.include({ sha256 });
  });

  it('refuse bytes beyond the end of a disk, reading and writing', async () => {
    const diskId = await emulator.newDisk();
    await emulator.attach(diskId);
    const end = 20 * gib;
    expect((await emulator.send('GET', `disks/${diskId}/data?offset=${end - 1}&length=1`))[0]).to.equal(200);
    expect((await emulator.send('GET', `disks/${diskId}/data?offset=${end - 1}&length=2`))[0]).to.equal(416);
    expect((await emulator.send('PUT', `disks/${diskId}/data?offset=${end - 1}`, 'ab'))[0]).to.equal(416);
    expect((await emulator.send('PUT', `disks/${diskId}/data?offset=${end - 1}`, 'a'))[0]).to.equal(200);
    expect((await emulator.send('GET', `disks/${diskId}/data?offset=-1&length=1`))[0]).to.equal(400);
    expect((await emulator.send('GET', `disks/${diskId}/data`))[0]).to.equal(400);
    expect((await emulator.send('GET', 'disks/d-x/data?length=1'))[0]).to.equal(404);
  });

  it('refuse to write to a disk that nobody has attached, unless the settings allow it', async () => {
    const diskId = await emulator.newDisk();
    const [status, text] = await emulator.send('PUT', `disks/${diskId}/data?offset=0`, 'x');
    expect(status).to.equal(409);
    expect(text).to.include('not attached').and.include('writeUnattached');
    await emulator.configure({ writeUnattached: true });
    expect((await emulator.send('PUT', `disks/${diskId}/data?offset=0`, 'x'))[0]).to.equal(200);
    await emulator.configure({ writeUnattached: false });
  });

  it('carry 128 MiB at once in both directions', async () => {
    const diskId = await emulator.newDisk();
    await emulator.attach(diskId);
    const bytes = Buffer.alloc(128 * 1024 * 1024);
    for (let offset = 0; offset < bytes.length; offset += 4096) {
      bytes.writeUInt32LE(offset, offset);
    }
    await emulator.writeDisk(diskId, 1, bytes);
    expect((await emulator.readDisk(diskId, 1, bytes.length)).equals(bytes)).to.equal(true);
  });

  it('show the bytes of a snapshot once it is cut', async () => {
    await emulator.configure({ cutMs: 1000 });
    const diskId = await emulator.usedDisk();
    const snapshotId = await emulator.newSnapshot(diskId);
    expect((await emulator.send('GET', `snapshots/${snapshotId}/data?length=1`))[0]).to.equal(409);
    await emulator.advance(1000);
    await emulator.writeDisk(diskId, 0, Buffer.from('y'));
    expect(await emulator.send('GET', `snapshots/${snapshotId}/data?length=1`)).to.deep.equal([200, 'x']);
    const sha256 = createHash('sha256').update('x').digest('hex');
    expect(JSON.parse((await emulator.send('GET', `snapshots/${snapshotId}/digest?length=1`))[1])).to.include(
      {
        sha256,
      },
    );
    await emulator.configure({ cutMs: 0 });
  });

  it('move at most 256 MiB at once', async () => {
    const diskId = await emulator.newDisk();
    await emulator.attach(diskId);
    const tooMany = 256 * 1024 * 1024 + 1;
    expect((await emulator.send('GET', `disks/${diskId}/data?length=${tooMany}`))[0]).to.equal(413);
    const { hostname, port } = new URL(`http://${emulator.endpoint}`);
    const path = `/__emulator/disks/${diskId}/data`;
    const status = await new Promise((resolve, reject) => {
      const upload = request({ hostname, port, path, method: 'PUT', headers: { 'content-length': tooMany } });
      upload.on('response', (response) => {
        resolve(response.statusCode);
        upload.destroy();
      });
      upload.on('error', reject);
      upload.write('x');
    });
    expect(status).to.equal(413);
  });
});
