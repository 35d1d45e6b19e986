import { expect } from 'chai';
import type { Disk } from '../../../../src/disk/disk.ts';
import { rejectionOf } from '../../../support/builders.ts';
import { on, setUpInstances } from './set-up.ts';

const leaving = (instanceId: string): Partial<Disk> => ({ ...on(instanceId), status: 'Detaching' });
const free: Partial<Disk> = { status: 'Available', attachments: [] };

describe('Attaching and detaching beside other calls', () => {
  it('a disk that is not free yet does not hold up another one at the same instance', async () => {
    const { cloud, attach } = setUpInstances();
    cloud.addDisk({ id: 'd-late', ...leaving('i-2') });
    cloud.disks.change('d-late', free, 8);
    cloud.addDisk({ id: 'd-free' });
    await Promise.all([attach('d-late'), attach('d-free')]);
    const order = cloud.argumentsOf('attachDisk').map((attach) => (attach as { diskId: string }).diskId);
    expect(order).to.deep.equal(['d-free', 'd-late']);
  });

  it('a disk that another replica puts there meanwhile is not asked for again', async () => {
    const { cloud, attach } = setUpInstances();
    cloud.addDisk({ id: 'd-1', status: 'Attaching' });
    cloud.disks.change('d-1', on('i-1'), 3);
    await attach('d-1');
    expect(cloud.countOf('attachDisk')).to.equal(0);
  });

  it('an instance that is full of the very disk is not called full', async () => {
    const { cloud, attach, place } = setUpInstances();
    cloud.addDisk({ id: 'd-1' });
    cloud.failNext('attachDisk', 'lost-request', 'no-capacity');
    await attach('d-1');
    expect(place()).to.deep.equal(['i-1']);
  });

  it('a detach does not undo an attach that is newer than itself', async () => {
    const { cloud, detach, place } = setUpInstances();
    cloud.addDisk({ id: 'd-1', ...on('i-1'), lastAttachedAt: new Date(1000) });
    cloud.disks.change('d-1', { lastAttachedAt: new Date(2000) }, 3);
    cloud.failNext('detachDisk', 'lost-request');
    expect(await rejectionOf(detach())).to.deep.include({
      kind: 'busy',
      message: 'disk d-1 was attached to instance i-1 anew while it was being detached from there',
    });
    expect(cloud.countOf('detachDisk')).to.equal(1);
    await detach();
    expect(place()).to.deep.equal([]);
  });

  const sharedAt = (first: number, second: number): Partial<Disk> => ({
    ...{ multiAttach: true, status: 'In_use', lastAttachedAt: new Date(Math.max(first, second)) },
    attachments: [
      { instanceId: 'i-1', device: undefined, attachedAt: new Date(first) },
      { instanceId: 'i-2', device: undefined, attachedAt: new Date(second) },
    ],
  });

  it('a detach of a shared disk does not undo an attach to the same instance that is newer than itself', async () => {
    const { cloud, detach, place } = setUpInstances();
    cloud.addDisk({ id: 'd-1', ...sharedAt(1000, 1500) });
    cloud.disks.change('d-1', sharedAt(2000, 1500), 3);
    cloud.failNext('detachDisk', 'lost-request');
    expect(await rejectionOf(detach())).to.deep.include({
      kind: 'busy',
      message: 'disk d-1 was attached to instance i-1 anew while it was being detached from there',
    });
    expect(place()).to.deep.equal(['i-1', 'i-2']);
  });

  it('a detach of a shared disk goes on when the disk comes to another instance meanwhile', async () => {
    const { cloud, detach, place } = setUpInstances();
    cloud.addDisk({ id: 'd-1', ...sharedAt(1000, 1500) });
    cloud.disks.change('d-1', sharedAt(1000, 3000), 3);
    cloud.failNext('detachDisk', 'lost-request');
    await detach();
    expect(place()).to.deep.equal(['i-2']);
  });

  it('a detach waits for the attach that it is to undo, whatever time of an earlier one ECS still shows', async () => {
    const { cloud, detach, place } = setUpInstances();
    cloud.addDisk({ id: 'd-1', ...on('i-1'), status: 'Attaching', lastAttachedAt: new Date(1000) });
    cloud.disks.change('d-1', { status: 'In_use', lastAttachedAt: new Date(2000) }, 3);
    cloud.failNext('detachDisk', 'busy');
    await detach();
    expect(place()).to.deep.equal([]);
  });

  it('a regional disk that leaves one instance is not off another before ECS says so', async () => {
    const { cloud, detach, place } = setUpInstances();
    const regional = { category: 'cloud_regional_disk_auto', zoneId: undefined };
    cloud.addDisk({ id: 'd-1', ...regional, ...leaving('i-far') });
    cloud.failNext('detachDisk', 'busy');
    cloud.disks.change('d-1', on('i-1'), 3);
    await detach();
    expect(place()).to.deep.equal([]);
  });

  it('a shared disk that comes to one more instance meanwhile is taken off there too', async () => {
    const { cloud, detachAll, place } = setUpInstances();
    cloud.addDisk({ id: 'd-1', multiAttach: true, ...on('i-1') });
    cloud.disks.change('d-1', on('i-1', 'i-2'), 1);
    await detachAll();
    expect(place()).to.deep.equal([]);
  });
});
