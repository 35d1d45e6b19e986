import { expect } from 'chai';
import { Keeper } from '../../../../src/disk/guards/keeper.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall } from '../../../support/builders.ts';
import { GuardScene } from './set-up.ts';

/** Disks that have grown more than once while their file system has not grown at all. */
async function grownTo(...sizes: readonly number[]): Promise<GuardScene> {
  const scene = new GuardScene();
  scene.addDisk({ expand: 'forced' });
  scene.cluster.expansion = 'pending';
  for (const sizeGiB of sizes) {
    scene.nowMs += 3_600_000;
    await scene.expand(sizeGiB, true);
  }
  return scene;
}

function intents({ cloud }: GuardScene): (string | undefined)[] {
  return cloud.snapshots.values().map(({ tags }) => tags.get(tagKeys.guardIntent));
}

async function keep(scene: GuardScene): Promise<void> {
  const onProblem = (error: unknown) => {
    throw error;
  };
  await new Keeper({ ...scene.parts, isDryRun: false, onAct: () => undefined, onProblem }).round(aCall());
}

describe('Expansions whose file system has still to grow', () => {
  it('keep their restore point beside that of the next one, which is made of what may be damaged', async () => {
    const scene = await grownTo(30, 40);
    await keep(scene);
    expect(intents(scene)).to.deep.equal(['20-30', '30-40']);
  });

  it('leave nothing once the claim reports the capacity', async () => {
    const scene = await grownTo(30, 40);
    scene.cluster.expansion = 'complete';
    await keep(scene);
    expect(intents(scene)).to.deep.equal([]);
  });

  it('leave nothing where there is no file system to wait for', async () => {
    const scene = await grownTo(30, 40);
    await scene.expand(50, false);
    expect(intents(scene)).to.deep.equal([]);
  });

  it('do not fill the quota when many follow one another: the first and the last two stay', async () => {
    const scene = await grownTo(30, 40, 50, 60, 70);
    expect(intents(scene)).to.deep.equal(['20-30', '50-60', '60-70']);
    await keep(scene);
    expect(intents(scene)).to.deep.equal(['20-30', '50-60', '60-70']);
  });

  it('have one restore point each: an older one of the same size goes', async () => {
    const scene = await grownTo(30, 40);
    const [first] = scene.cloud.snapshots.values();
    const cutAt = new Date((first?.cutAt?.getTime() ?? 0) - 60_000);
    const old = scene.cloud.addSnapshot({ ...first, id: 's-old', cutAt });
    await keep(scene);
    expect(scene.cloud.snapshots.get(old.id)).to.equal(undefined);
    expect(intents(scene)).to.deep.equal(['20-30', '30-40']);
  });
});
