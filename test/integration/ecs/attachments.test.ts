import { expect } from 'chai';
import { addNode } from '../../support/attachments.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { rejectionOf } from '../../support/builders.ts';
import { aCall, connect, newDisk } from './set-up.ts';

describe('Instances and attachments over the SDK', () => {
  let emulator: Emulator;
  let cloud: ReturnType<typeof connect>;

  before(async () => {
    emulator = await startEmulator();
    await emulator.configure({ createDiskMs: 0, attachMs: 0, detachMs: 0, disksPerInstance: 9 });
    cloud = connect({ endpoint: emulator.endpoint });
  });

  after(async () => {
    cloud.close();
    await emulator[Symbol.asyncDispose]();
  });

  beforeEach(() => emulator.clearRequests());
  afterEach(() => emulator.clearFaults());

  const attached = { diskId: '', instanceId: '', deleteWithInstance: false, force: false };

  it('finds an instance with its place, type and tags', async () => {
    const id = await addNode(emulator, { zoneId: 'cn-hangzhou-i', tags: { a: 'b' } });
    expect(await cloud.findInstance(id, aCall())).to.deep.equal({
      id,
      zoneId: 'cn-hangzhou-i',
      type: 'ecs.g7se.large',
      tags: new Map([['a', 'b']]),
    });
    expect(await cloud.findInstance('i-bp1000000000000000000', aCall())).to.equal(undefined);
  });

  it('does not ask about what cannot be an instance', async () => {
    expect(await cloud.findInstance('fake-node-id', aCall())).to.equal(undefined);
    expect(await emulator.requests('DescribeInstances')).to.deep.equal([]);
  });

  it('looks many instances up with a request for each hundred', async () => {
    const ids = await Promise.all(Array.from({ length: 150 }, () => addNode(emulator)));
    const found = await Promise.all(ids.map((id) => cloud.findInstance(id, aCall())));
    expect(found.map((instance) => instance?.id)).to.deep.equal(ids);
    expect(await emulator.requests('DescribeInstances')).to.have.length(2);
  });

  it('attaches, counts what is on an instance, and detaches', async () => {
    const instanceId = await addNode(emulator, { zoneId: 'cn-hangzhou-i' });
    const diskId = await cloud.createDisk(newDisk(), aCall());
    await cloud.attachDisk({ ...attached, diskId, instanceId }, aCall());
    expect(await cloud.countDataDisksOn(instanceId, aCall())).to.equal(1);
    const [request] = await emulator.requests('AttachDisk');
    expect(request?.parameters).to.include({ DeleteWithInstance: 'false' });
    expect(request?.parameters).not.to.have.property('Force');
    await cloud.detachDisk({ diskId, instanceId, deleteWithInstance: false }, aCall());
    expect(await cloud.countDataDisksOn(instanceId, aCall())).to.equal(0);
    const again = cloud.detachDisk({ diskId, instanceId, deleteWithInstance: false }, aCall());
    expect(await rejectionOf(again)).to.have.property('kind', 'not-found');
  });

  it('tells how many disks a type takes, and nothing of a type that ECS does not know', async () => {
    expect(await cloud.findDiskLimit('ecs.g6.large', aCall())).to.equal(9);
    const unknown = await rejectionOf(cloud.findDiskLimit('ecs.none', aCall()));
    expect(unknown).to.have.property('kind', 'unreadable');
  });

  it('many who ask what their type takes share a request', async () => {
    const types = Array.from(
      { length: 50 },
      (_, number) => `ecs.${number % 2 === 0 ? 'g7se.large' : 'g8i.xlarge'}`,
    );
    const limits = await Promise.all(types.map((type) => cloud.findDiskLimit(type, aCall())));
    expect(limits).to.deep.equal(types.map(() => 9));
    expect(await emulator.requests('DescribeInstanceTypes')).to.have.length(1);
  });

  for (const [action, ask] of [
    ['DescribeInstances', () => cloud.findInstance('i-bp1000000000000000000', aCall())],
    ['DescribeInstanceTypes', () => cloud.findDiskLimit('ecs.g6.large', aCall())],
  ] as const) {
    it(`takes an answer of ${action} without a list for no answer`, async () => {
      const body = '{"RequestId":"0F4C1C4E-0000-0000-0000-000000000000"}';
      const effect = { type: 'garbage', status: 200, body, contentType: 'application/json' };
      await emulator.addFault({ action, when: 'after', effect });
      expect(await rejectionOf(ask())).to.have.property('kind', 'outcome-unknown');
    });
  }
});
