import { expect } from 'chai';
import { createCachingCredential } from '../../../../src/ecs/credentials/caching-credential.ts';
import { CredentialProblem } from '../../../../src/ecs/credentials/credential-failure.ts';
import type { Session } from '../../../../src/ecs/credentials/session.ts';
import { FakeClock, settle } from '../fake-clock.ts';
import { rejection, watch } from '../fixtures.ts';
import { expectNoSecrets, secret } from './fixtures.ts';

const minuteMs = 60_000;

/** A credential over a source that a test steers. */
function setUp(reloadMs = minuteMs) {
  const clock = new FakeClock();
  const world = {
    clock,
    fetches: 0,
    failure: undefined as Error | undefined,
    latencyMs: 0,
    lifeMs: undefined as number | undefined,
    refreshFailures: [] as string[],
  };
  const source = async (): Promise<Session> => {
    world.fetches += 1;
    await clock.sleep(world.latencyMs);
    if (world.failure !== undefined) {
      throw world.failure;
    }
    const accessKeyId = `AK-${String(world.fetches)}`;
    const expiresAt = world.lifeMs === undefined ? undefined : clock.now() + world.lifeMs;
    return { accessKeyId, accessKeySecret: secret, securityToken: '', providerName: 'fake', expiresAt };
  };
  const credential = createCachingCredential({
    kind: 'fake',
    source,
    clock,
    reloadMs,
    onRefreshFailure: (_kind, reason) => world.refreshFailures.push(reason),
  });
  const get = async () => {
    const keys = watch(credential.getCredentials());
    await clock.advance(world.latencyMs);
    if (keys.error !== undefined) {
      throw keys.error as Error;
    }
    return keys.value?.accessKeyId;
  };
  return Object.assign(world, { credential, get });
}

describe('a credential', () => {
  it('fetches once for all who ask at the same time', async () => {
    const world = setUp();
    world.latencyMs = 500;
    const all = Array.from({ length: 50 }, () => watch(world.credential.getCredentials()));
    await world.clock.advance(500);
    expect(all.map(({ value }) => value?.accessKeyId)).to.deep.equal(Array(50).fill('AK-1'));
    expect(world.fetches).to.equal(1);
  });

  it('looks again in time, also when the clock of the node is set back', async () => {
    const world = setUp();
    await world.get();
    world.clock.step(-60 * minuteMs);
    await world.clock.advance(minuteMs);
    expect(await world.get()).to.equal('AK-2');
  });

  it('keeps what it has until it is time to look again', async () => {
    const world = setUp();
    expect(await world.get()).to.equal('AK-1');
    await world.clock.advance(minuteMs - 1);
    expect(await world.get()).to.equal('AK-1');
    await world.clock.advance(1);
    expect(await world.get()).to.equal('AK-2');
  });

  it('looks again ten minutes before the keys expire', async () => {
    const world = setUp(60 * minuteMs);
    world.lifeMs = 15 * minuteMs;
    await world.get();
    await world.clock.advance(5 * minuteMs - 1);
    expect(await world.get()).to.equal('AK-1');
    await world.clock.advance(1);
    expect(await world.get()).to.equal('AK-2');
  });

  it('keeps valid keys when a fetch fails, says why, and tries again ten seconds later', async () => {
    const world = setUp();
    await world.get();
    world.failure = new CredentialProblem('the file is gone');
    await world.clock.advance(minuteMs);
    expect(await world.get()).to.equal('AK-1');
    expect(await world.get()).to.equal('AK-1');
    expect(world.fetches).to.equal(2);
    expect(world.refreshFailures).to.deep.equal(['the file is gone']);
    world.failure = undefined;
    await world.clock.advance(10_000);
    expect(await world.get()).to.equal('AK-3');
  });

  it('keeps valid keys when those that are fetched have ended already, and says so', async () => {
    const world = setUp();
    world.lifeMs = 30 * minuteMs;
    await world.get();
    for (const lifeMs of [0, -60 * minuteMs]) {
      world.lifeMs = lifeMs;
      await world.clock.advance(minuteMs);
      expect(await world.get()).to.equal('AK-1');
    }
    expect(world.refreshFailures).to.have.length(2);
    expect(world.refreshFailures[0]).to.contain('the keys that were handed out ended at 1970-01-01T00:01:00');
    world.lifeMs = 30 * minuteMs;
    await world.clock.advance(10_000);
    expect(await world.get()).to.equal('AK-4');
  });

  it('has none where the first that are fetched have ended already', async () => {
    const world = setUp();
    world.lifeMs = -minuteMs;
    const error = await rejection(world.get());
    expect(error.kind).to.equal('unauthenticated');
    expect(error.message).to.contain('the keys that were handed out ended at 1969-12-31T23:59:00');
  });

  it('looks again when the keys have ended while the node was suspended, ten seconds after the last fetch', async () => {
    const world = setUp(60 * minuteMs);
    world.lifeMs = 60 * minuteMs;
    await world.get();
    await world.clock.advance(10_000 - 1);
    world.clock.step(59 * minuteMs);
    expect(await world.get()).to.equal('AK-1');
    world.clock.step(minuteMs);
    expect(await world.get()).to.equal('AK-1');
    await world.clock.advance(1);
    expect(await world.get()).to.equal('AK-2');
    expect(await world.get()).to.equal('AK-2');
    expect(world.refreshFailures).to.deep.equal([]);
  });

  it('fails when a fetch fails and the keys have expired', async () => {
    const world = setUp();
    world.lifeMs = 5 * minuteMs;
    await world.get();
    world.failure = new CredentialProblem('the file is gone');
    await world.clock.advance(5 * minuteMs);
    const error = await rejection(world.get());
    expect(world.refreshFailures).to.deep.equal(['the file is gone']);
    expect(error.message).to.equal('no keys from the credentials of kind fake: the file is gone');
    expect(error.kind).to.equal('unauthenticated');
  });

  it('asks again after the first fetch failed, and fails everyone who waited for it', async () => {
    const world = setUp();
    world.failure = new CredentialProblem('out of reach', true);
    const all = Array.from({ length: 3 }, () => watch(world.credential.getCredentials()));
    await settle();
    await world.clock.advance(0);
    expect(all.map(({ error }) => (error as { kind?: string }).kind)).to.deep.equal(
      Array(3).fill('outcome-unknown'),
    );
    world.failure = undefined;
    expect(await world.get()).to.equal('AK-2');
  });

  it('never quotes what the source threw', async () => {
    const world = setUp();
    for (const text of ['get sts token failed, result:', 'parse aliyun cli config failed:', '']) {
      world.failure = new Error(`${text} {"AccessKeySecret":"${secret}"}`);
      expectNoSecrets(await rejection(world.get()));
    }
    await world.clock.advance(0);
    expectNoSecrets(world.credential);
  });
});
