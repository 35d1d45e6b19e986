import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { rejectionOf } from '../../../support/builders.ts';
import { GuardScene } from './set-up.ts';

describe('keepAfterFailure', () => {
  it('keeps the snapshot of the first failure however many attempts follow, and one live one besides', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    const full = () => new DiskError('quota', 'no capacity left (QuotaExceed.DiskCapacity)');
    const kept: string[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      scene.cloud.failNext('resizeDisk', full());
      await rejectionOf(scene.expand());
      kept.push(...scene.cloud.snapshots.values().map(({ id }) => id));
      scene.nowMs += 15 * 60_000;
    }
    const [first] = kept;
    const left = scene.cloud.snapshots.values().map(({ id }) => id);
    expect(left).to.have.length(2).and.to.include(first);
    const message = scene.cluster.events.findLast(
      ({ reason }) => reason === 'ExpansionFailedSnapshotKept',
    )?.message;
    expect(message).to.contain(
      `kept until a later attempt takes a fresh one; that of the first failure, snapshotId[${first}], until 2026-01-03T00:00`,
    );

    await scene.expand();
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
  });
});
