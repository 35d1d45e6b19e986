import { expect } from 'chai';
import { OperationLock } from '../../../src/csi/operation-lock.ts';
import { rejectionOf } from '../../support/builders.ts';

/** An operation that ends when the test says so. */
function heldOperation() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { operation: () => promise, resolve, reject };
}

const never = () => Promise.reject(new Error('must not run'));

describe('OperationLock', () => {
  it('runs an operation and hands its result back', async () => {
    expect(await new OperationLock().run(['volume d-1'], () => Promise.resolve(7))).to.equal(7);
  });

  it('refuses a second operation on the same thing with ABORTED, and does not run it', async () => {
    const lock = new OperationLock();
    const held = heldOperation();
    const first = lock.run(['volume d-1'], held.operation);

    const error = await rejectionOf(lock.run(['volume d-1'], never));

    expect(error).to.have.property('code', 10);
    expect(error.message).to.contain('an operation on volume d-1 is already running');
    held.resolve('done');
    expect(await first).to.equal('done');
  });

  it('refuses when one of several things is held, and holds none of the others then', async () => {
    const lock = new OperationLock();
    const held = heldOperation();
    const first = lock.run(['volume d-2'], held.operation);

    await rejectionOf(lock.run(['volume d-1', 'volume d-2'], never));

    expect(await lock.run(['volume d-1'], () => Promise.resolve('free'))).to.equal('free');
    held.resolve('done');
    await first;
  });

  it('lets operations on different things run side by side', async () => {
    const lock = new OperationLock();
    const held = heldOperation();
    const first = lock.run(['volume d-1'], held.operation);

    expect(await lock.run(['snapshot s-1'], () => Promise.resolve('free'))).to.equal('free');
    held.resolve('done');
    await first;
  });

  it('lets go after success, failure and an exception', async () => {
    const lock = new OperationLock();
    const failing = [
      () => Promise.reject(new Error('failed')),
      () => {
        throw new Error('thrown at once');
      },
    ];
    await lock.run(['volume d-1'], () => Promise.resolve());
    for (const operation of failing) {
      await rejectionOf(lock.run(['volume d-1'], operation));
      expect(await lock.run(['volume d-1'], () => Promise.resolve('free'))).to.equal('free');
    }
  });

  it('takes the same key twice in one operation for one', async () => {
    const lock = new OperationLock();
    await lock.run(['volume d-1', 'volume d-1'], () => Promise.resolve());
    expect(await lock.run(['volume d-1'], () => Promise.resolve('free'))).to.equal('free');
  });

  it('lets operations share a key, but not with one that holds it for itself', async () => {
    const lock = new OperationLock();
    const shared = ['the nodes of volume d-1'];
    const held = heldOperation();
    const first = lock.run(['volume d-1 at node i-1'], held.operation, shared);

    expect(await lock.run(['volume d-1 at node i-2'], () => Promise.resolve('free'), shared)).to.equal(
      'free',
    );
    const refused = await rejectionOf(lock.run(shared, () => Promise.resolve()));
    expect(refused.message).to.contain('the nodes of volume d-1 is already running');
    held.resolve('done');
    await first;
    const alone = heldOperation();
    const second = lock.run(shared, alone.operation);
    await rejectionOf(lock.run(['volume d-1 at node i-1'], () => Promise.resolve(), shared));
    alone.resolve('done');
    await second;
    expect(await lock.run(shared, () => Promise.resolve('free'))).to.equal('free');
  });

  it('is no lock across processes', async () => {
    const held = heldOperation();
    const first = new OperationLock().run(['volume d-1'], held.operation);
    expect(await new OperationLock().run(['volume d-1'], () => Promise.resolve('free'))).to.equal('free');
    held.resolve('done');
    await first;
  });
});
