import { expect } from 'chai';
import type { Call } from '../../../src/disk/call.ts';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { createRequestSender } from '../../../src/ecs/ecs-request.ts';
import type { EcsRequest } from '../../../src/ecs/ecs-request.ts';
import { withReadRetry } from '../../../src/ecs/read-retry.ts';
import type { SdkResponse } from '../../../src/ecs/sdk-types.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { RecordingObserver, aCall, cancelled, ecsError, rejection, watch } from './fixtures.ts';

type Answer = SdkResponse<{ requestId?: string }>;

const fine: Answer = { body: { requestId: 'RID-9' } };

function setUp(closed = new AbortController().signal) {
  const clock = new FakeClock(0);
  const observer = new RecordingObserver();
  const send = createRequestSender({ observer, clock, closed });
  return { clock, observer, send, read: withReadRetry(send, clock) };
}

function deletion(send: () => Promise<Answer>): EcsRequest<{ requestId?: string }> {
  return { action: 'DeleteDisk', asked: 'delete disk d-1', resourceId: 'd-1', effect: 'change', send };
}

function look(send: () => Promise<Answer>): EcsRequest<{ requestId?: string }> {
  return { action: 'DescribeDisks', asked: 'describe disk d-1', effect: 'read', send };
}

/** Answers one after the other; the last one again and again. */
function answers(...list: (Answer | Error)[]): { send: () => Promise<Answer>; count: number } {
  const fake = {
    count: 0,
    send: () => {
      const answer = list[Math.min(fake.count, list.length - 1)];
      fake.count += 1;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? {});
    },
  };
  return fake;
}

const lost = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

describe('sending a request', () => {
  it('gives the body of the answer and reports the call', async () => {
    const { send, observer } = setUp();
    const body = await send(deletion(answers(fine).send), aCall());
    expect(body.requestId).to.equal('RID-9');
    expect(observer.finished).to.deep.equal([
      {
        action: 'DeleteDisk',
        code: 'OK',
        durationMs: 0,
        requestId: 'RID-9',
        callRequestId: 'request-1',
        resourceId: 'd-1',
        abandoned: undefined,
      },
    ]);
  });

  it('takes an answer without a request id for one that is not from ECS', async () => {
    const { send } = setUp();
    for (const answer of [{}, { body: {} }, { body: { requestId: '' } }]) {
      const error = await rejection(send(deletion(answers(answer).send), aCall()));
      expect(error.kind).to.equal('outcome-unknown');
      expect(error.message).to.include('unreadable answer');
    }
  });

  it('maps an error and reports its code, its request id and how long it took', async () => {
    const { send, observer, clock } = setUp();
    const slow = async () => {
      await clock.sleep(250);
      throw ecsError('DiskStillAttached');
    };
    const result = watch(send(deletion(slow), aCall()));
    await clock.advance(300);
    expect(result.error).to.include({ kind: 'in-use', code: 'DiskStillAttached' });
    expect(observer.finished[0]).to.include({
      code: 'DiskStillAttached',
      requestId: 'RID-1',
      durationMs: 250,
    });
  });

  it('reports the kind where there is no code', async () => {
    const { send, observer } = setUp();
    await rejection(send(deletion(answers(lost).send), aCall()));
    expect(observer.finished[0]).to.include({ code: 'outcome-unknown', requestId: undefined });
  });

  it('reports an unlisted 4xx code and no other', async () => {
    const { send, observer } = setUp();
    await rejection(send(deletion(answers(ecsError('NobodyKnows.This')).send), aCall()));
    await rejection(send(deletion(answers(ecsError('InvalidClientToken.Malformed')).send), aCall()));
    await rejection(send(deletion(answers(ecsError('Odd', { status: 503 })).send), aCall()));
    expect(observer.unlisted).to.deep.equal(['NobodyKnows.This']);
  });

  it('sends a throttled change again, since ECS has not executed it', async () => {
    const { send, clock, observer } = setUp();
    const ecs = answers(ecsError('Throttling'), fine);
    const result = watch(send(deletion(ecs.send), aCall()));
    await clock.advance(1_000);
    expect(result.value).to.deep.equal({ requestId: 'RID-9' });
    expect(ecs.count).to.equal(2);
    expect(observer.throttles).to.deep.equal(['DeleteDisk']);
  });

  it('holds requests of a throttled action and no others', async () => {
    const { send, clock } = setUp();
    const throttled = watch(send(deletion(answers(ecsError('Throttling.User')).send), aCall()));
    await settle();
    const sameAction = answers(fine);
    const held = watch(send(deletion(sameAction.send), aCall()));
    const other = watch(send(look(answers(fine).send), aCall()));
    await settle();
    expect([throttled.settled, held.settled, other.settled]).to.deep.equal([false, false, true]);
    expect(sameAction.count).to.equal(0);
    await clock.advance(20_000);
    expect(held.settled).to.equal(true);
  });

  it('sends what is urgent past those that wait, once, and says that it was throttled', async () => {
    const { read, clock } = setUp();
    const held = watch(read(look(answers(ecsError('Throttling.User'), fine).send), aCall()));
    await settle();
    const urgent = answers(ecsError('Throttling.User'), fine);
    const request = { ...look(urgent.send), isUrgent: true };
    expect((await rejection(read(request, aCall()))).kind).to.equal('throttled');
    expect(await read(request, aCall())).to.deep.equal({ requestId: 'RID-9' });
    expect(urgent.count).to.equal(2);
    expect(held.settled).to.equal(false);
    await clock.advance(1_000);
    expect(held.settled).to.equal(true);
  });

  it('never sends a change again whose outcome is unknown', async () => {
    const { read } = setUp();
    const ecs = answers(lost, fine);
    const error = await rejection(read(deletion(ecs.send), aCall()));
    expect(error.kind).to.equal('outcome-unknown');
    expect(ecs.count).to.equal(1);
  });

  it('leaves the outcome of a change unknown when the caller goes while it is under way, and reports its end', async () => {
    const { send, clock, observer } = setUp();
    const controller = new AbortController();
    const hanging = async () => {
      await clock.sleep(5_000);
      return fine;
    };
    const result = watch(send(deletion(hanging), aCall(controller)));
    await clock.advance(1_000);
    controller.abort(cancelled);
    await settle();
    expect(result.error).to.include({ kind: 'outcome-unknown', action: 'DeleteDisk', cause: cancelled });
    expect(observer.finished).to.deep.equal([]);
    await clock.advance(5_000);
    expect(observer.finished[0]).to.include({ code: 'OK', durationMs: 5_000, abandoned: true });
  });

  it('rejects a read with the reason of the signal when the caller goes', async () => {
    const { read, clock } = setUp();
    const controller = new AbortController();
    const result = watch(
      read(
        look(() => clock.sleep(5_000).then(() => fine)),
        aCall(controller),
      ),
    );
    await clock.advance(1_000);
    controller.abort(cancelled);
    await settle();
    expect(result.error).to.equal(cancelled);
  });

  it('rejects with the reason of the signal when the request was never sent', async () => {
    const { send } = setUp();
    const ecs = answers(fine);
    const call: Call = { signal: AbortSignal.abort(cancelled), requestId: 'r' };
    expect(await rejection(send(deletion(ecs.send), call))).to.equal(cancelled);
    expect(ecs.count).to.equal(0);
  });

  it('ends every call when the plugin closes', async () => {
    const closing = new AbortController();
    const { read, clock } = setUp(closing.signal);
    const result = watch(
      read(
        look(() => clock.sleep(5_000).then(() => fine)),
        aCall(),
      ),
    );
    await settle();
    closing.abort(cancelled);
    await settle();
    expect(result.error).to.equal(cancelled);
  });
});

describe('repeating a read', () => {
  it('asks again when the answer got lost', async () => {
    const { read, clock } = setUp();
    const ecs = answers(lost, new SyntaxError('Unexpected token <'), fine);
    const result = watch(read(look(ecs.send), aCall()));
    await clock.advance(700);
    expect(result.value).to.deep.equal({ requestId: 'RID-9' });
    expect(ecs.count).to.equal(3);
  });

  it('gives up after three attempts', async () => {
    const { read, clock } = setUp();
    const ecs = answers(lost);
    const result = watch(read(look(ecs.send), aCall()));
    await clock.advance(60_000);
    expect(result.error).to.include({ kind: 'outcome-unknown' });
    expect(ecs.count).to.equal(3);
  });

  it('does not ask again after a clear answer', async () => {
    const { read } = setUp();
    const ecs = answers(ecsError('Forbidden.RAM'));
    expect((await rejection(read(look(ecs.send), aCall()))).kind).to.equal('unreadable');
    expect(ecs.count).to.equal(1);
  });

  it('stops when the caller goes', async () => {
    const { read, clock } = setUp();
    const controller = new AbortController();
    const result = watch(read(look(answers(lost).send), aCall(controller)));
    await settle();
    controller.abort(cancelled);
    await settle();
    expect(result.error).to.equal(cancelled);
    expect(clock.pending).to.equal(0);
  });

  it('passes an error on that the credentials gave', async () => {
    const { read } = setUp();
    const noKeys = new DiskError('unauthenticated', 'no keys');
    expect(await rejection(read(look(answers(noKeys).send), aCall()))).to.equal(noKeys);
  });
});
