import { expect } from 'chai';
import { InstanceQueue, type Turn } from '../../../../src/disk/attach/instance-queue.ts';
import { aCall, rejectionOf } from '../../../support/builders.ts';

/** Work that goes on until it is told to end. */
class Works {
  readonly started: string[] = [];
  readonly #queue = new InstanceQueue();
  readonly #ends = new Map<string, () => void>();

  run(name: string, turn: Partial<Turn> = {}, signal?: AbortSignal): Promise<string> {
    const whole: Turn = { instanceId: 'i-1', kind: 'attach', atATime: 1, ...turn };
    return this.#queue.run(whole, aCall(signal), async () => {
      this.started.push(name);
      await new Promise<void>((resolve) => this.#ends.set(name, resolve));
      return name;
    });
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    await settled();
  }

  isDetaching(instanceId: string): boolean {
    return this.#queue.isDetaching(instanceId);
  }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

const detach = { kind: 'detach', atATime: 5 } as const;

describe('InstanceQueue', () => {
  it('runs one attach at a time, in the order in which they came', async () => {
    const works = new Works();
    const all = [works.run('a'), works.run('b'), works.run('c')];
    await settled();
    expect(works.started).to.deep.equal(['a']);
    await works.end('a');
    expect(works.started).to.deep.equal(['a', 'b']);
    await works.end('b');
    await works.end('c');
    expect(await Promise.all(all)).to.deep.equal(['a', 'b', 'c']);
  });

  it('keeps instances apart', async () => {
    const works = new Works();
    void works.run('a');
    void works.run('b', { instanceId: 'i-2' });
    await settled();
    expect(works.started).to.deep.equal(['a', 'b']);
  });

  it('runs as many at a time as the instance takes', async () => {
    const works = new Works();
    for (const name of ['a', 'b', 'c']) {
      void works.run(name, { ...detach, atATime: 2 });
    }
    await settled();
    expect(works.started).to.deep.equal(['a', 'b']);
    for (const name of ['d', 'e']) {
      void works.run(name, { ...detach, atATime: Number.POSITIVE_INFINITY });
    }
    await settled();
    expect(works.started).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
  });

  it('begins no attach while a detach waits, however early it came', async () => {
    const works = new Works();
    void works.run('attach 1');
    void works.run('attach 2');
    void works.run('detach 1', { ...detach, atATime: 1 });
    void works.run('detach 2', { ...detach, atATime: 1 });
    await works.end('attach 1');
    expect(works.started).to.deep.equal(['attach 1', 'detach 1']);
    await works.end('detach 1');
    expect(works.started).to.deep.equal(['attach 1', 'detach 1', 'detach 2', 'attach 2']);
  });

  it('begins attaches beside a detach that runs: one that is stuck holds nobody up', async () => {
    const works = new Works();
    void works.run('detach', detach);
    void works.run('attach');
    await settled();
    expect(works.started).to.deep.equal(['detach', 'attach']);
    expect(works.isDetaching('i-1')).to.equal(true);
    await works.end('detach');
    expect(works.isDetaching('i-1')).to.equal(false);
  });

  it('gives the turn of a caller that has gone to the next', async () => {
    const works = new Works();
    const gone = new AbortController();
    void works.run('a');
    const leaving = rejectionOf(works.run('b', {}, gone.signal));
    void works.run('c');
    gone.abort(new Error('gone'));
    expect(await leaving).to.have.property('message', 'gone');
    await works.end('a');
    expect(works.started).to.deep.equal(['a', 'c']);
  });

  it('lets attaches go on when the detach that waited has gone', async () => {
    const works = new Works();
    const gone = new AbortController();
    void works.run('detach 1', { ...detach, atATime: 1 });
    const leaving = rejectionOf(works.run('detach 2', { ...detach, atATime: 1 }, gone.signal));
    void works.run('attach');
    await settled();
    expect(works.started).to.deep.equal(['detach 1']);
    gone.abort(new Error('gone'));
    await leaving;
    await settled();
    expect(works.started).to.deep.equal(['detach 1', 'attach']);
  });
});
