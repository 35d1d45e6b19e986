import { expect } from 'chai';
import type { Disk } from '../../../../src/disk/disk.ts';
import type { DiskError } from '../../../../src/disk/disk-error.ts';
import type { DiskChange } from '../../../../src/disk/modify/disk-change.ts';
import { modifyDisk } from '../../../../src/disk/modify/modify-disk.ts';
import { aCall, diskErrorOf } from '../../../support/builders.ts';
import { FakeDiskCloud } from '../../../support/fake-disk-cloud.ts';
import { FakeDiskSpecs } from '../../../support/fake-disk-specs.ts';

const nothing = {
  category: undefined,
  performanceLevel: undefined,
  provisionedIops: undefined,
  burstingEnabled: undefined,
  tags: [],
  removedTagKeys: [],
};

class Scene {
  readonly cloud = new FakeDiskCloud();
  readonly specs = new FakeDiskSpecs(this.cloud.disks);
  readonly disk: Disk;
  nowMs = 0;

  constructor(disk: Partial<Disk> = {}) {
    this.disk = this.cloud.addDisk({ sizeGiB: 40, ...disk });
  }

  /** What was told before each change. */
  readonly told: (string | undefined)[] = [];

  modify(change: Partial<DiskChange>, signal?: AbortSignal): Promise<void> {
    const parts = { cloud: this.cloud, specs: this.specs, now: () => this.nowMs };
    return modifyDisk(
      parts,
      { ...nothing, diskId: this.disk.id, ...change },
      aCall(signal),
      (_disk, { spec }) => {
        this.told.push(spec?.category);
        return Promise.resolve();
      },
    );
  }

  refusal(change: Partial<DiskChange>): Promise<DiskError> {
    return diskErrorOf(this.modify(change));
  }

  now(): Disk {
    return this.cloud.disks.get(this.disk.id) ?? this.disk;
  }
}

const everything: Partial<DiskChange> = {
  category: 'cloud_auto',
  provisionedIops: 500,
  burstingEnabled: true,
  tags: [{ key: 'team', value: 'db' }],
  removedTagKeys: ['old'],
};

describe('modifyDisk', () => {
  it('asks for the specification first, so that a refusal comes before any change; tags come last', async () => {
    const scene = new Scene({ tags: new Map([['old', 'x']]) });
    await scene.modify(everything);
    expect(scene.specs.changes()).to.deep.equal(['startSpecChange', 'setBursting', 'untagDisk', 'tagDisk']);
    expect(scene.now()).to.include({ category: 'cloud_auto', provisionedIops: 500, burstingEnabled: true });
    expect([...scene.now().tags]).to.deep.equal([['team', 'db']]);
  });

  it('changes nothing of what is as wanted', async () => {
    const scene = new Scene({ tags: new Map([['old', 'x']]) });
    await scene.modify(everything);
    scene.specs.calls.length = 0;
    await scene.modify(everything);
    expect(scene.specs.changes()).to.deep.equal([]);
  });

  it('does not ask for tasks when only tags are to change', async () => {
    const scene = new Scene();
    await scene.modify({ tags: [{ key: 'team', value: 'db' }] });
    expect(scene.specs.calls.map(({ method }) => method)).to.deep.equal(['tagDisk']);
  });

  it('is content when ECS names no task', async () => {
    const scene = new Scene({ sizeGiB: 500 });
    scene.specs.namesTasks = false;
    await scene.modify({ performanceLevel: 'PL2' });
    expect(scene.now().performanceLevel).to.equal('PL2');
    expect(scene.specs.countOf('startSpecChange')).to.equal(1);
  });

  it('waits for a change that is under way before it begins its own', async () => {
    const scene = new Scene({ sizeGiB: 500 });
    const before = {
      diskId: scene.disk.id,
      category: 'cloud_auto',
      performanceLevel: undefined,
      provisionedIops: undefined,
    };
    await scene.specs.startSpecChange(before, aCall());
    await scene.modify({ provisionedIops: 100 });
    expect(scene.now()).to.include({ category: 'cloud_auto', provisionedIops: 100 });
  });

  for (const kind of ['invalid', 'unsupported', 'out-of-range'] as const) {
    it(`turns a dry run that is refused as ${kind} into invalid, with nothing changed`, async () => {
      const scene = new Scene();
      scene.specs.failNext('checkSpecChange', kind);
      expect((await scene.refusal(everything)).kind).to.equal('invalid');
      expect(scene.specs.changes()).to.deep.equal([]);
    });

    it(`says wrong-state, not invalid, when bursting is refused as ${kind} after other changes`, async () => {
      const scene = new Scene();
      scene.specs.failNext('setBursting', kind);
      expect((await scene.refusal(everything)).kind).to.equal('wrong-state');
    });

    it(`says wrong-state when tags are refused as ${kind} after others were taken off`, async () => {
      const scene = new Scene({ tags: new Map([['old', 'x']]) });
      scene.specs.failNext('tagDisk', kind);
      const { tags, removedTagKeys } = { tags: [{ key: 'a', value: 'b' }], removedTagKeys: ['old'] };
      expect((await scene.refusal({ tags, removedTagKeys })).kind).to.equal('wrong-state');
    });
  }

  it('tells of a new category before it asks for it: whoever comes after a lost reply finds it done', async () => {
    const scene = new Scene();
    scene.specs.failNext('startSpecChange', 'lost-reply');
    await scene.refusal({ category: 'cloud_ssd' });
    await scene.modify({ category: 'cloud_ssd' });
    expect(scene.told).to.deep.equal(['cloud_ssd', undefined]);
  });

  it('tells nothing of a change that the dry run refuses', async () => {
    const scene = new Scene();
    scene.specs.failNext('checkSpecChange', 'unsupported');
    await scene.refusal(everything);
    expect(scene.told).to.deep.equal([]);
  });

  it('leaves the tags as they were when ECS gives up, so that a later refusal is true', async () => {
    const scene = new Scene({ tags: new Map([['old', 'x']]) });
    scene.specs.failTasks = 1;
    expect((await scene.refusal(everything)).kind).to.equal('failed');
    scene.nowMs = 60_000;
    scene.specs.failNext('checkSpecChange', 'unsupported');
    expect((await scene.refusal(everything)).kind).to.equal('invalid');
    expect([...scene.now().tags]).to.deep.equal([['old', 'x']]);
  });

  for (const method of ['setBursting', 'untagDisk', 'tagDisk'] as const) {
    it(`never says invalid when ${method} is refused in a call after that which changed the rest`, async () => {
      const scene = new Scene({ tags: new Map([['old', 'x']]) });
      scene.specs.failNext(method, 'lost-request', 'invalid');
      expect((await scene.refusal(everything)).kind).to.equal('outcome-unknown');
      expect((await scene.refusal(everything)).kind).to.equal('wrong-state');
    });
  }

  it('plans the tags anew after a change that took its time', async () => {
    const scene = new Scene({ tags: new Map([['team', 'db']]) });
    const wait = scene.specs.waitForSpecTask.bind(scene.specs);
    scene.specs.waitForSpecTask = (taskId, call) => {
      scene.cloud.disks.set(scene.disk.id, { tags: new Map([['team', 'web']]) });
      return wait(taskId, call);
    };
    await scene.modify(everything);
    expect([...scene.now().tags]).to.deep.equal([['team', 'db']]);
  });

  it('does not freeze the wish of whom there is no stock for', async () => {
    const scene = new Scene();
    scene.specs.failNext('checkSpecChange', 'no-capacity');
    expect((await scene.refusal(everything)).kind).to.equal('wrong-state');
    expect(scene.specs.changes()).to.deep.equal([]);
  });

  it('says that ECS gave up, once more to whoever asks soon, and then tries again', async () => {
    const scene = new Scene();
    scene.specs.failTasks = 1;
    const first = await scene.refusal({ category: 'cloud_auto' });
    expect(first.kind).to.equal('failed');
    scene.nowMs = 30_000;
    const second = await scene.refusal({ category: 'cloud_auto' });
    expect(second.message).to.equal(first.message);
    expect(scene.specs.countOf('startSpecChange')).to.equal(1);
    scene.nowMs = 60_000;
    await scene.modify({ category: 'cloud_auto' });
    expect(scene.now().category).to.equal('cloud_auto');
  });

  it('does not mind a failure once the disk is as wanted', async () => {
    const scene = new Scene();
    scene.specs.failTasks = 1;
    await scene.refusal({ category: 'cloud_auto' });
    await scene.modify({ category: 'cloud_essd' });
  });

  for (const method of ['startSpecChange', 'tagDisk', 'untagDisk', 'setBursting'] as const) {
    for (const fault of ['lost-reply', 'lost-request'] as const) {
      it(`finds after a ${fault} of ${method} what was done, and does the rest`, async () => {
        const scene = new Scene({ tags: new Map([['old', 'x']]) });
        scene.specs.failNext(method, fault);
        expect((await scene.refusal(everything)).kind).to.equal('outcome-unknown');
        await scene.modify(everything);
        expect(scene.now()).to.include({
          category: 'cloud_auto',
          provisionedIops: 500,
          burstingEnabled: true,
        });
        expect([...scene.now().tags]).to.deep.equal([['team', 'db']]);
        expect(scene.specs.tasks.size).to.equal(1);
      });
    }
  }

  for (const wanted of ['PL1', 'PL2']) {
    it(`leaves it to ECS whether a disk that shows no level has ${wanted}, and ends`, async () => {
      const scene = new Scene({ performanceLevel: undefined, sizeGiB: 500 });
      scene.specs.hidesLevels = true;
      await scene.modify({ performanceLevel: wanted, tags: [{ key: 'team', value: 'db' }] });
      expect(scene.specs.changes()).to.deep.equal(
        wanted === 'PL1' ? ['tagDisk'] : ['startSpecChange', 'tagDisk'],
      );
      expect(scene.now().tags.get('team')).to.equal('db');
    });
  }

  it('takes its time while a snapshot of the disk is made', async () => {
    const scene = new Scene({ wasEverAttached: true });
    scene.cloud.addSnapshot({ sourceDiskId: scene.disk.id, status: 'accomplished' });
    scene.specs.failNext('checkSpecChange', 'busy');
    await scene.modify({ category: 'cloud_auto' });
    expect(scene.cloud.countOf('findSnapshotsOfDisk')).to.equal(1);
    expect(scene.now().category).to.equal('cloud_auto');
  });

  it('waits until the end of the change, and tries again, when ECS does not let it switch bursting yet', async () => {
    const scene = new Scene({ category: 'cloud_auto', performanceLevel: undefined });
    scene.specs.failNext('setBursting', 'busy');
    await scene.modify({ burstingEnabled: true });
    expect(scene.now().burstingEnabled).to.equal(true);
  });

  it('is busy while the disk is attached or detached for too long, with the same text each time', async () => {
    const scene = new Scene({ status: 'Detaching' });
    const [first, second] = [await scene.refusal(everything), await scene.refusal(everything)];
    expect(first.kind).to.equal('busy');
    expect(second.message).to.equal(first.message);
    expect(scene.specs.changes()).to.deep.equal([]);
  });

  it('is not-found only for a disk that is proven absent', async () => {
    const scene = new Scene();
    scene.cloud.disks.hide(scene.disk.id);
    expect((await scene.refusal(everything)).kind).to.equal('unreadable');
    scene.cloud.disks.remove(scene.disk.id);
    expect((await scene.refusal(everything)).kind).to.equal('not-found');
  });
});
