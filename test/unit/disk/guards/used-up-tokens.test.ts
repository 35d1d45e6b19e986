import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { guardBeforeDelete } from '../../../../src/disk/guards/before-delete.ts';
import { removeDisk } from '../../../../src/disk/remove-disk.ts';
import { aCall, quickSightings, rejectionOf } from '../../../support/builders.ts';
import { GuardScene } from './set-up.ts';

const minuteMs = 60_000;

function full(): DiskError {
  return new DiskError('quota', 'the quota is full (QuotaExceed.Snapshot); delete old ones');
}

function tokensOf({ cloud }: GuardScene): string[] {
  return cloud.argumentsOf('createSnapshot').map(({ clientToken }) => clientToken);
}

/** A protected disk of which ECS makes no snapshot for some minutes. */
async function afterRefusals(refusalsUseTokens: boolean, invisibleLooks = 1): Promise<GuardScene> {
  let isFull = true;
  const snapshotRefusal = () => (isFull ? full() : undefined);
  const scene = new GuardScene({ refusalsUseTokens, snapshotRefusal, invisibleLooks });
  scene.addDisk({ days: '3' });
  for (let minutes = 0; minutes < 8; minutes += 1) {
    expect(await rejectionOf(scene.remove())).to.have.property('kind', 'wrong-state');
    scene.nowMs += minuteMs;
  }
  isFull = false;
  return scene;
}

describe('A guard whose snapshot ECS has refused', () => {
  it('deletes the disk in the next minute, though the refusals have used up their tokens', async () => {
    const scene = await afterRefusals(true);
    await scene.remove();
    expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
    expect(scene.cloud.snapshots.values()).to.have.length(1);
  });

  it('asks with the first token before all others, so that where refusals use up none, it decides', async () => {
    const scene = await afterRefusals(false);
    const [first] = tokensOf(scene);
    await scene.remove();
    expect(tokensOf(scene).at(-1)).to.equal(first);
    expect(scene.cloud.snapshots.values()).to.have.length(1);
  });

  it('asks with no other token after a refusal that may have passed by the next call', async () => {
    const scene = new GuardScene();
    scene.addDisk({ days: '3' });
    scene.cloud.failNext('createSnapshot', full());
    await rejectionOf(scene.remove());
    await scene.remove();
    expect(tokensOf(scene)).to.have.length(2);
    expect(new Set(tokensOf(scene)).size).to.equal(1);
  });

  for (const [when, laterMs] of [
    ['in the same minute', 0],
    ['in the next one', minuteMs],
  ] as const) {
    it(`makes one snapshot with another replica, ${when}, while a search does not show it yet`, async () => {
      const scene = await afterRefusals(true, 3);
      const { cloud } = scene;
      const parts = { ...scene.parts, sightings: quickSightings() };
      // The other one has been refused for as long.
      for (let looks = 0; looks < 3; looks += 1) {
        parts.sightings.isMissingForLong(`what token ${tokensOf(scene)[0]} makes`);
      }
      cloud.failNext('isSnapshotProvenAbsent', 'busy');
      cloud.failNext('waitForSnapshot', 'timed-out');
      await rejectionOf(scene.remove());
      scene.nowMs += laterMs;
      await removeDisk(cloud, 'd-1', aCall(), guardBeforeDelete(parts));
      expect(cloud.disks.get('d-1')).to.equal(undefined);
      expect(cloud.snapshots.values()).to.have.length(1);
    });
  }

  it('never takes an answer that is lost for a refusal', async () => {
    const scene = await afterRefusals(false);
    const first = tokensOf(scene)[0];
    const before = tokensOf(scene).length;
    scene.cloud.failNext('createSnapshot', 'lost-reply', full());
    await rejectionOf(scene.remove());
    await rejectionOf(scene.remove());
    expect(tokensOf(scene).slice(before)).to.deep.equal([first, first]);
  });

  it('expands the disk later, though a refusal has used up the token', async () => {
    const scene = new GuardScene({ refusalsUseTokens: true });
    scene.addDisk({ expand: 'forced' });
    scene.cloud.failNext('createSnapshot', full());
    for (let minutes = 0; minutes < 5 && scene.cloud.disks.get('d-1')?.sizeGiB !== 40; minutes += 1) {
      await scene.expand().catch((error: unknown) => expect(error).to.have.property('kind', 'busy'));
      scene.nowMs += minuteMs;
    }
    expect(scene.cloud.disks.get('d-1')?.sizeGiB).to.equal(40);
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
  });
});
