import { expect } from 'chai';
import { KnownInstances, type InstanceLimits } from '../../../../src/disk/attach/known-instances.ts';
import { aCall, oneAtATime } from '../../../support/builders.ts';
import { FakeDiskCloud } from '../../../support/fake-disk-cloud.ts';

function setUp(dataDisks = 0, diskLimit = 4, limits: Partial<InstanceLimits> = {}) {
  const cloud = new FakeDiskCloud();
  const clock = { nowMs: 0 };
  cloud.addInstance({ id: 'i-1' });
  cloud.diskLimits.set('ecs.g7.large', diskLimit);
  for (let count = 0; count < dataDisks; count += 1) {
    cloud.addDisk({ status: 'In_use', attachments: [{ instanceId: 'i-1', device: undefined }] });
  }
  const instances = new KnownInstances(cloud, { ...oneAtATime, ...limits }, () => clock.nowMs);
  const takePlace = () => instances.takePlaceOn('i-1', aCall());
  return { cloud, clock, instances, takePlace };
}

describe('KnownInstances', () => {
  it('takes one attach and five detaches at a time, unless the tags of the instance say otherwise', async () => {
    const { cloud, instances } = setUp();
    const tags = new Map([
      ['supportConcurrencyAttach', 'true'],
      ['supportConcurrencyDetach', 'true'],
    ]);
    cloud.addInstance({ id: 'i-2', tags });
    cloud.addInstance({ id: 'i-3', tags: new Map([['supportConcurrencyAttach', 'false']]) });
    const limitsOf = async (id: string) => [
      await instances.attachesAtATime(id, aCall()),
      await instances.detachesAtATime(id, aCall()),
    ];
    expect(await limitsOf('i-1')).to.deep.equal([1, 5]);
    expect(await limitsOf('i-2')).to.deep.equal([32, Number.POSITIVE_INFINITY]);
    expect(await limitsOf('i-3')).to.deep.equal([1, 5]);
    expect(await limitsOf('i-unknown')).to.deep.equal([1, 5]);
  });

  it('takes several at a time at any instance when the account may', async () => {
    const { instances } = setUp(0, 4, { isParallelAttachAllowed: true });
    expect(await instances.attachesAtATime('i-1', aCall())).to.equal(32);
    expect(await instances.detachesAtATime('i-1', aCall())).to.equal(5);
    const other = setUp(0, 4, { isParallelDetachAllowed: true }).instances;
    expect(await other.attachesAtATime('i-1', aCall())).to.equal(1);
    expect(await other.detachesAtATime('i-1', aCall())).to.equal(Number.POSITIVE_INFINITY);
  });

  it('asks for an instance once a minute', async () => {
    const { cloud, clock, instances } = setUp();
    for (const nowMs of [0, 1, 59_999]) {
      clock.nowMs = nowMs;
      await instances.find('i-1', aCall());
    }
    expect(cloud.countOf('findInstance')).to.equal(1);
    clock.nowMs = 60_000;
    await instances.find('i-1', aCall());
    expect(cloud.countOf('findInstance')).to.equal(2);
  });

  it('has as many places as the type takes, less the system disk and what is there', async () => {
    const { cloud, takePlace } = setUp(1, 4);
    expect([await takePlace(), await takePlace()]).to.deep.equal([true, true]);
    expect(cloud.countOf('countDataDisksOn')).to.equal(1);
    // Two more were given a place; none of them came, so there is still one, as a new count shows.
    expect(await takePlace()).to.equal(true);
    expect(cloud.countOf('countDataDisksOn')).to.equal(2);
  });

  it('looks at a full instance anew each time', async () => {
    const { cloud, takePlace } = setUp(3, 4);
    expect(await takePlace()).to.equal(false);
    expect(await takePlace()).to.equal(false);
    const [first] = cloud.disks.values();
    cloud.disks.set(first?.id ?? '', { status: 'Available', attachments: [] });
    expect(await takePlace()).to.equal(true);
  });

  for (const method of ['findInstance', 'findDiskLimit', 'countDataDisksOn'] as const) {
    it(`leaves it to ECS when ${method} tells nothing`, async () => {
      const { cloud, takePlace } = setUp(method === 'countDataDisksOn' ? 0 : 3, 4);
      cloud.failNext(method, 'unreadable');
      expect(await takePlace()).to.equal(true);
    });
  }

  it('ends with its caller', async () => {
    const { instances } = setUp();
    const call = aCall(AbortSignal.abort(new Error('gone')));
    const found = await instances.find('i-1', call).catch((error: unknown) => error);
    expect(found).to.have.property('message', 'gone');
  });
});
