import { expect } from 'chai';
import fc from 'fast-check';
import type { Disk } from '../../../../src/disk/disk.ts';
import { isDiskError } from '../../../../src/disk/disk-error.ts';
import { rejectionOf } from '../../../support/builders.ts';
import type { Fault } from '../../../support/fake-disk-cloud.ts';
import { on, setUpInstances } from './set-up.ts';

function setUp(disk: Partial<Disk> = {}) {
  const site = setUpInstances();
  site.cloud.addDisk({ id: 'd-1', ...disk });
  return {
    ...site,
    attach: (instanceId = 'i-1', shared = false) => site.attach('d-1', instanceId, shared),
  };
}

describe('attachDisk', () => {
  it('asks once, never to delete the disk with its instance, and returns when the disk is there', async () => {
    const { cloud, attach } = setUp();
    expect(await attach()).to.deep.include(on('i-1'));
    expect(cloud.argumentsOf('attachDisk')).to.deep.equal([
      { diskId: 'd-1', instanceId: 'i-1', deleteWithInstance: false, force: false },
    ]);
  });

  it('leaves a disk alone that is there already', async () => {
    const { cloud, attach } = setUp(on('i-1'));
    await attach();
    expect(cloud.countOf('attachDisk')).to.equal(0);
  });

  for (const [what, disk, wanted] of [
    ['true for a disk that is tied to its instance', { category: 'elastic_ephemeral_disk_premium' }, true],
    ['not at all for a multi-attach disk', { multiAttach: true }, undefined],
  ] as const) {
    it(`says DeleteWithInstance ${what}`, async () => {
      const { cloud, attach, detach } = setUp(disk);
      await attach();
      await detach();
      expect(cloud.argumentsOf('attachDisk')[0]).to.have.property('deleteWithInstance', wanted);
      expect(cloud.argumentsOf('detachDisk')[0]).to.have.property('deleteWithInstance', wanted);
    });
  }

  it('refuses a disk that another instance holds, and names both', async () => {
    const { cloud, attach } = setUp(on('i-2'));
    const error = await rejectionOf(attach());
    expect(error).to.have.property('kind', 'in-use');
    expect(error.message).to.match(/disk d-1 is attached to instance i-2.*i-1/);
    expect(cloud.countOf('attachDisk')).to.equal(0);
  });

  it('shares a multi-attach disk only when that is asked for', async () => {
    const { attach, place } = setUp({ multiAttach: true, ...on('i-2') });
    expect(await rejectionOf(attach('i-1', false))).to.have.property('kind', 'in-use');
    await attach('i-1', true);
    expect(place()).to.have.members(['i-1', 'i-2']);
  });

  it('does not share a disk that cannot be shared', async () => {
    const { attach } = setUp(on('i-2'));
    expect(await rejectionOf(attach('i-1', true))).to.have.property('kind', 'in-use');
  });

  it('waits for an instance that lets go of the disk', async () => {
    const { cloud, attach, place } = setUp({ ...on('i-2'), status: 'Detaching' });
    cloud.disks.change('d-1', { status: 'Available', attachments: [] }, 3);
    await attach();
    expect(place()).to.deep.equal(['i-1']);
    expect(cloud.argumentsOf('attachDisk')[0]).to.have.property('force', false);
  });

  for (const [what, holder, status, force] of [
    ['takes a regional disk that an instance of another zone is to let go of', 'i-far', 'Detaching', true],
    ['waits for one of the same zone', 'i-2', 'Detaching', false],
  ] as const) {
    it(what, async () => {
      const regional = { category: 'cloud_regional_disk_auto', zoneId: undefined };
      const { cloud, attach, place } = setUp({ ...regional, ...on(holder), status });
      cloud.disks.change('d-1', { status: 'Available', attachments: [] }, 12);
      await attach();
      expect(cloud.argumentsOf('attachDisk')[0]).to.have.property('force', force);
      expect(place()).to.deep.equal(['i-1']);
    });
  }

  it('never takes a regional disk that is in use', async () => {
    const regional = { category: 'cloud_regional_disk_auto', zoneId: undefined };
    const { cloud, attach } = setUp({ ...regional, ...on('i-far') });
    expect(await rejectionOf(attach())).to.have.property('kind', 'in-use');
    expect(cloud.countOf('attachDisk')).to.equal(0);
  });

  it('never takes a zonal disk that another instance is to let go of', async () => {
    const { cloud, attach } = setUp({ ...on('i-far'), status: 'Detaching' });
    expect(await rejectionOf(attach())).to.have.property('kind', 'busy');
    expect(cloud.countOf('attachDisk')).to.equal(0);
  });

  it('refuses an instance of another zone before it asks', async () => {
    const { cloud, attach } = setUp();
    const error = await rejectionOf(attach('i-far'));
    expect(error).to.have.property('kind', 'invalid');
    expect(error.message).to.contain('d-1').and.to.contain('i-far');
    expect(cloud.countOf('attachDisk')).to.equal(0);
  });

  it('lets ECS say that an instance does not exist', async () => {
    const { attach } = setUp();
    expect(await rejectionOf(attach('i-none'))).to.have.property('kind', 'not-found');
  });

  it('asks again after some looks that show nothing of a request that was lost', async () => {
    const { cloud, attach } = setUp();
    cloud.failNext('attachDisk', 'lost-request');
    await attach();
    expect(cloud.countOf('attachDisk')).to.equal(2);
  });

  it('does not ask again when only the reply was lost', async () => {
    const { cloud, attach } = setUp();
    cloud.failNext('attachDisk', 'lost-reply');
    await attach();
    expect(cloud.countOf('attachDisk')).to.equal(1);
  });
});

describe('detachDisk', () => {
  it('asks once, and returns when the disk is off', async () => {
    const { cloud, detach, place } = setUp(on('i-1'));
    await detach();
    expect(place()).to.deep.equal([]);
    expect(cloud.countOf('detachDisk')).to.equal(1);
  });

  it('does not ask when the disk is on another instance', async () => {
    const { cloud, detach, place } = setUp(on('i-2'));
    await detach();
    expect(place()).to.deep.equal(['i-2']);
    expect(cloud.countOf('detachDisk')).to.equal(0);
  });

  it('asks about a disk that looks free, and believes the refusal', async () => {
    const { cloud, detach } = setUp();
    await detach();
    expect(cloud.countOf('detachDisk')).to.equal(1);
  });

  it('waits for a disk that comes, and takes it off', async () => {
    const { cloud, detach, place } = setUp();
    cloud.disks.change('d-1', on('i-1'), 4);
    cloud.failNext('detachDisk', 'busy');
    await detach();
    expect(place()).to.deep.equal([]);
  });

  it('believes what it sees when ECS calls a free disk busy to the end', async () => {
    const { cloud, detach } = setUp();
    cloud.failNext('detachDisk', 'busy', 'busy', 'busy', 'busy');
    await detach();
    expect(cloud.countOf('detachDisk')).to.equal(3);
  });

  it('only waits when the disk is being detached already', async () => {
    const { cloud, detach } = setUp({ ...on('i-1'), status: 'Detaching' });
    cloud.disks.change('d-1', { status: 'Available', attachments: [] }, 3);
    await detach();
    expect(cloud.countOf('detachDisk')).to.equal(0);
  });

  it('counts a disk as detached that does not exist, but not one that ECS hides', async () => {
    const { cloud, detach } = setUp(on('i-1'));
    cloud.disks.hide('d-1');
    expect(await rejectionOf(detach())).to.have.property('kind', 'unreadable');
    cloud.disks.remove('d-1');
    await detach();
  });

  it('does not call a disk detached that is shown on an instance which does not exist', async () => {
    const { cloud, detach } = setUp(on('i-1'));
    cloud.instances.delete('i-1');
    cloud.failNext('detachDisk', 'none', 'none', 'timed-out');
    const error = await rejectionOf(detach());
    expect(error).to.include({
      kind: 'busy',
      message: 'disk d-1 is still being detached from instance i-1',
    });
  });

  it('takes a shared disk off all its instances', async () => {
    const { detachAll, place } = setUp({ multiAttach: true, ...on('i-1', 'i-2') });
    await detachAll();
    expect(place()).to.deep.equal([]);
  });

  it('waits for a disk on its way, to take it off wherever it comes', async () => {
    const { cloud, detachAll, place } = setUp({ status: 'Attaching' });
    cloud.disks.change('d-1', on('i-2'), 2);
    await detachAll();
    expect(place()).to.deep.equal([]);
  });
});

describe('Attaching and detaching with faults at any request', () => {
  const fault = fc.constantFrom<Fault>(
    'none',
    'lost-reply',
    'lost-request',
    'busy',
    'unreadable',
    'throttled',
  );

  it('ends, once repeated, with the disk where the last call wants it, having asked for no more than one change that worked', async () => {
    const script = fc.record({
      faults: fc.array(fault, { maxLength: 12 }),
      wishes: fc.array(fc.constantFrom('i-1', 'i-2', 'off'), { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(script, async ({ faults, wishes }) => {
        const { cloud, attach, detach, place } = setUp();
        cloud.failNext('any', ...faults);
        let at = 'off';
        for (const wish of wishes) {
          const from = at;
          if (from !== 'off' && from !== wish) {
            await untilDecided(() => detach(from));
            expect(place()).to.deep.equal([]);
            at = 'off';
          }
          if (wish !== 'off') {
            await untilDecided(() => attach(wish));
            expect(place()).to.deep.equal([wish]);
            at = wish;
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Repeats as a sidecar does; a final error ends the test. */
async function untilDecided(attempt: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!isDiskError(error, 'busy', 'outcome-unknown', 'unreadable', 'throttled', 'timed-out')) {
        throw error;
      }
    }
  }
  throw new Error('40 attempts did not succeed');
}
