import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { rejectionOf } from '../../../support/builders.ts';
import type { FakeDiskCloudOptions } from '../../../support/fake-disk-cloud.ts';
import { GuardScene } from './set-up.ts';

const minuteMs = 60_000;
const maxAgeMs = 10 * minuteMs;

/** A scene whose cloud cuts snapshots by the clock of the plugin. */
function sceneOnClock(options: FakeDiskCloudOptions = {}): GuardScene {
  const scene: GuardScene = new GuardScene({ ...options, cutAtMs: () => scene.nowMs });
  scene.addDisk({ expand: 'forced' });
  return scene;
}

/** Lets ECS refuse every resize until the time, for a reason that is none of the snapshots'. @returns how old the newest cut was at each. */
function refuseUntil(scene: GuardScene, untilMs: number): number[] {
  const { cloud } = scene;
  const ages: number[] = [];
  const resize = cloud.resizeDisk.bind(cloud);
  cloud.resizeDisk = async (request, call) => {
    const cuts = cloud.snapshots.values().map(({ cutAt }) => cutAt?.getTime() ?? 0);
    ages.push(scene.nowMs - Math.max(0, ...cuts));
    if (scene.nowMs < untilMs) {
      throw new DiskError('busy', 'a change of the disk is under way (InvalidStatus.Upgrading)');
    }
    await resize(request, call);
  };
  return ages;
}

/** Calls again and again, as the sidecar does, until the disk has grown. */
async function expandPatiently(scene: GuardScene): Promise<void> {
  for (let calls = 0; calls < 200; calls += 1) {
    const error: unknown = await scene.expand().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) {
      return;
    }
    expect(error).to.have.property('kind', 'busy');
    scene.nowMs += 5 * minuteMs;
  }
  throw new Error('the disk has not grown');
}

describe('The rounds of an expansion', () => {
  it('takes a fresh snapshot when the upload took too long, drops the old one, and stops after three rounds', async () => {
    const scene = new GuardScene({ rounds: 4, looks: { uploading: 40 } });
    scene.addDisk({ expand: 'forced' });
    for (let attempt = 0; attempt < 60 && scene.cloud.disks.get('d-1')?.sizeGiB !== 40; attempt += 1) {
      await scene.expand().catch((error: unknown) => {
        expect(error).to.have.property('kind', 'busy');
      });
      scene.nowMs += 300_000;
      expect(scene.cloud.snapshots.values().length).to.be.at.most(1);
    }
    expect(scene.cloud.disks.get('d-1')?.sizeGiB).to.equal(40);
    expect(scene.cloud.countOf('createSnapshot')).to.equal(3);
  });

  it('are not used up while ECS refuses the resize for another reason: each one is sent under a young cut', async () => {
    const scene = sceneOnClock();
    const ages = refuseUntil(scene, scene.nowMs + 6 * 60 * minuteMs);
    await expandPatiently(scene);
    expect(ages.length).to.be.at.least(72);
    expect(Math.max(...ages)).to.be.at.most(maxAgeMs);
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
  });

  it('are three at most where uploads of somebody else are what ECS waits for', async () => {
    const scene = sceneOnClock();
    refuseUntil(scene, scene.nowMs + 60 * minuteMs);
    const theirs = scene.cloud.addSnapshot({
      sourceDiskId: 'd-1',
      status: 'progressing',
      progressPercent: 1,
    });
    scene.cloud.snapshots.set(theirs.id, { cutAt: new Date(scene.nowMs - 60 * minuteMs) });
    const refused = async (): Promise<void> => {
      expect(await rejectionOf(scene.expand())).to.have.property('kind', 'busy');
      scene.nowMs += 5 * minuteMs;
    };
    for (let calls = 0; calls < 12; calls += 1) {
      await refused();
    }
    expect(scene.cloud.countOf('createSnapshot')).to.equal(3);
    scene.cloud.snapshots.set(theirs.id, { status: 'accomplished' });
    await expandPatiently(scene);
    expect(scene.cloud.countOf('createSnapshot')).to.equal(3);
  });

  it('count on when the mark cannot be made, and the refusal is what the call ends in', async () => {
    const scene = sceneOnClock();
    refuseUntil(scene, scene.nowMs + 30 * minuteMs);
    scene.cloud.failNext('tagSnapshot', ...Array.from({ length: 100 }, () => 'denied' as const));
    await expandPatiently(scene);
    expect(scene.cloud.countOf('createSnapshot')).to.equal(3);
  });
});
