import { createHash } from 'node:crypto';
import { request } from 'node:http';

import { CreateDiskRequest, CreateSnapshotRequest, DescribeRegionsRequest } from '@alicloud/ecs20140526';
import { expect } from 'chai';

import { emulatorWith, regionId, zoneId, type EmulatorTarget } from './emulator-target.ts';
import { outcomeOf, present } from './sdk-client.ts';

const gib = 1024 ** 3;

describe('Control endpoints', () => {
  let emulator: EmulatorTarget;

  before(async () => {
    emulator = await emulatorWith({ uploadMs: 10_000 });
  });
  after(() => emulator[Symbol.asyncDispose]());
  afterEach(() => emulator.clearFaults());

  const send = async (method: string, path: string, body?: string | Buffer): Promise<[number, string]> => {
    const url = `http://${emulator.endpoint}/__emulator/${path}`;
    const response = await fetch(url, { method, ...(body === undefined ? {} : { body: body as string }) });
    return [response.status, await response.text()];
  };

  const newDisk = async (): Promise<string> => {
    const wish = new CreateDiskRequest({ regionId, zoneId, diskCategory: 'cloud_essd', size: 20 });
    return present((await emulator.client.createDisk(wish)).body?.diskId);
  };

  const newSnapshot = async (diskId: string): Promise<string> =>
    present((await emulator.client.createSnapshot(new CreateSnapshotRequest({ diskId }))).body?.snapshotId);

  it('tell their health and, for a wrong path or method, which there are', async () => {
    expect(await send('GET', 'health')).to.deep.equal([200, '{"status":"ok"}']);
    const [missing, list] = await send('GET', 'helth');
    expect([missing, list]).to.satisfy(
      ([status, text]: [number, string]) => status === 404 && text.includes('GET health'),
    );
    expect((await send('PUT', 'health'))[0]).to.equal(405);
  });

  it('change settings one by one and refuse unknown ones by name', async () => {
    await emulator.control('POST', '/settings', { attachMs: 7 });
    expect(await emulator.control('GET', '/settings')).to.include({ attachMs: 7, uploadMs: 10_000 });
    const [status, text] = await send('POST', 'settings', '{"atachMs":7}');
    expect(status).to.equal(400);
    expect(text).to.include('no setting atachMs');
    expect((await send('POST', 'settings', '{'))[0]).to.equal(400);
    expect(await emulator.control('DELETE', '/settings')).to.include({ attachMs: 0, uploadMs: 10_000 });
  });

  it('step the clock forward and never back', async () => {
    const before = await emulator.control<{ now: string }>('GET', '/clock');
    const after = await emulator.control<{ now: string }>('POST', '/clock', { advanceMs: 60_000 });
    expect(Date.parse(after.now) - Date.parse(before.now)).to.equal(60_000);
    for (const wrong of ['{"advanceMs":-1}', '{"frozen":1}', '{"set":0}', '[]']) {
      expect((await send('POST', 'clock', wrong))[0], wrong).to.equal(400);
    }
  });

  it('write and read bytes anywhere in an attached disk', async () => {
    const diskId = await newDisk();
    await emulator.attach(diskId);
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 256));
    await emulator.writeDisk(diskId, 12_345, bytes);
    expect((await emulator.readDisk(diskId, 12_345, bytes.length)).equals(bytes)).to.equal(true);
    expect(await emulator.readDisk(diskId, 12_340, 5)).to.deep.equal(Buffer.alloc(5));
    const path = `disks/${diskId}/digest?offset=12345&length=${bytes.length}`;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(JSON.parse((await send('GET', path))[1])).to.include({ sha256 });
  });

  it('refuse bytes beyond the end of a disk, reading and writing', async () => {
    const diskId = await newDisk();
    await emulator.attach(diskId);
    const end = 20 * gib;
    expect((await send('GET', `disks/${diskId}/data?offset=${end - 1}&length=1`))[0]).to.equal(200);
    expect((await send('GET', `disks/${diskId}/data?offset=${end - 1}&length=2`))[0]).to.equal(416);
    expect((await send('PUT', `disks/${diskId}/data?offset=${end - 1}`, 'ab'))[0]).to.equal(416);
    expect((await send('PUT', `disks/${diskId}/data?offset=${end - 1}`, 'a'))[0]).to.equal(200);
    expect((await send('GET', `disks/${diskId}/data?offset=-1&length=1`))[0]).to.equal(400);
    expect((await send('GET', `disks/${diskId}/data`))[0]).to.equal(400);
    expect((await send('GET', 'disks/d-x/data?length=1'))[0]).to.equal(404);
  });

  it('refuse to write to a disk that nobody has attached, unless the settings allow it', async () => {
    const diskId = await newDisk();
    const [status, text] = await send('PUT', `disks/${diskId}/data?offset=0`, 'x');
    expect(status).to.equal(409);
    expect(text).to.include('not attached').and.include('writeUnattached');
    await emulator.configure({ writeUnattached: true });
    expect((await send('PUT', `disks/${diskId}/data?offset=0`, 'x'))[0]).to.equal(200);
    await emulator.configure({ writeUnattached: false });
  });

  it('carry 128 MiB at once in both directions', async () => {
    const diskId = await newDisk();
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
    const snapshotId = await newSnapshot(diskId);
    expect((await send('GET', `snapshots/${snapshotId}/data?length=1`))[0]).to.equal(409);
    await emulator.advance(1000);
    await emulator.writeDisk(diskId, 0, Buffer.from('y'));
    expect(await send('GET', `snapshots/${snapshotId}/data?length=1`)).to.deep.equal([200, 'x']);
    const sha256 = createHash('sha256').update('x').digest('hex');
    expect(JSON.parse((await send('GET', `snapshots/${snapshotId}/digest?length=1`))[1])).to.include({
      sha256,
    });
    await emulator.configure({ cutMs: 0 });
  });

  it('hold, finish or fail an upload', async () => {
    const snapshotId = await newSnapshot(await emulator.usedDisk());
    const change = (body: unknown) => emulator.control('POST', `/snapshots/${snapshotId}`, body);
    expect(await change({ progress: 40 })).to.include({ heldProgress: 40 });
    await emulator.advance(100_000);
    const statusNow = async (): Promise<unknown> => {
      const { snapshots } = await emulator.control<{ snapshots: { id: string; status: string }[] }>(
        'GET',
        '/state',
      );
      return snapshots.find(({ id }) => id === snapshotId)?.status;
    };
    expect(await statusNow()).to.equal('progressing');
    await change({ status: 'accomplished' });
    expect(await statusNow()).to.equal('accomplished');
    await change({ status: 'failed' });
    expect(await statusNow()).to.equal('failed');
    expect((await send('POST', `snapshots/${snapshotId}`, '{"status":"ready"}'))[0]).to.equal(400);
    expect((await send('POST', `snapshots/${snapshotId}`, '{"progress":100}'))[0]).to.equal(400);
  });

  it('make and stop instances', async () => {
    const wish = {
      zoneId: 'cn-hangzhou-k',
      instanceType: 'ecs.g8i.xlarge',
      tags: { a: 'b' },
      status: 'Stopped',
    };
    const made = await emulator.control<{ id: string }>('POST', '/instances', wish);
    expect(made.id).to.match(/^i-bp1[a-z0-9]{17}$/);
    expect(made).to.deep.include({
      zoneId: 'cn-hangzhou-k',
      status: 'Stopped',
      tags: [{ key: 'a', value: 'b' }],
    });
    expect(await emulator.control('POST', `/instances/${made.id}`, { status: 'Running' })).to.include({
      status: 'Running',
    });
    for (const wrong of ['{"zoneId":"x"}', '{"instanceType":"x"}', '{"status":"Asleep"}', '{"zone":"x"}']) {
      expect((await send('POST', 'instances', wrong))[0], wrong).to.equal(400);
    }
  });

  it('attach a disk to a chosen instance and refuse a second one', async () => {
    const one = await emulator.control<{ id: string }>('POST', '/instances', { zoneId });
    const diskId = await newDisk();
    expect(await emulator.control('POST', `/disks/${diskId}/attach`, { instanceId: one.id })).to.deep.equal({
      diskId,
      instanceId: one.id,
    });
    const two = await emulator.control<{ id: string }>('POST', '/instances', { zoneId });
    expect(
      (await send('POST', `disks/${diskId}/attach`, JSON.stringify({ instanceId: two.id })))[0],
    ).to.equal(409);
  });

  it('attach only what is there, where an instance runs', async () => {
    expect((await send('POST', 'disks/d-x/attach'))[0]).to.equal(404);
    expect((await send('POST', 'disks/d-x/detach'))[0]).to.equal(404);
    expect((await send('POST', 'snapshots/s-x', '{}'))[0]).to.equal(404);
    expect((await send('POST', 'instances/i-x', '{}'))[0]).to.equal(404);
    const diskId = await newDisk();
    expect((await send('POST', `disks/${diskId}/attach`, '{"instanceId":"i-x"}'))[0]).to.equal(404);
    expect((await send('POST', `disks/${diskId}/attach`, '{"instanceId":5}'))[0]).to.equal(400);
    const { instances } = await emulator.control<{ instances: { id: string; zoneId: string }[] }>(
      'GET',
      '/state',
    );
    const inZone = instances.filter((instance) => instance.zoneId === zoneId);
    const setAll = async (status: string): Promise<void> => {
      for (const { id } of inZone) {
        await emulator.control('POST', `/instances/${id}`, { status });
      }
    };
    await setAll('Stopped');
    expect((await send('POST', `disks/${diskId}/attach`))[0]).to.equal(409);
    await setAll('Running');
    expect((await send('POST', `disks/${diskId}/attach`))[0]).to.equal(200);
  });

  it('move at most 256 MiB at once', async () => {
    const diskId = await newDisk();
    await emulator.attach(diskId);
    const tooMany = 256 * 1024 * 1024 + 1;
    expect((await send('GET', `disks/${diskId}/data?length=${tooMany}`))[0]).to.equal(413);
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
      expect((await send('POST', 'faults', wrong))[0], wrong).to.equal(400);
    }
  });

  it('refuse a second fault rule of one name', async () => {
    const rule = '{"id":"mine","effect":{"type":"drop"},"action":"CreateDisk"}';
    expect((await send('POST', 'faults', rule))[0]).to.equal(200);
    expect((await send('POST', 'faults', rule))[0]).to.equal(409);
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
    expect((await send('GET', `requests?waitForFault=${id}&timeoutMs=20`))[0]).to.equal(408);
    const waiting = emulator.waitForFault(id);
    expect(await outcomeOf(emulator.client.describeRegions(new DescribeRegionsRequest({})))).to.equal(
      'ECONNRESET',
    );
    await waiting;
    expect((await send('GET', 'requests?waitForFault=nobody&timeoutMs=20'))[0]).to.equal(404);
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
});
