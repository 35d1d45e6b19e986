import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { once } from 'node:events';
import { StatusError } from '../../../src/csi/status.ts';
import { workingTimeMs, type UnaryRpc } from '../../../src/csi/unary.ts';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { invoke } from '../../support/csi-client.ts';
import { heldRpc, serveRpcs, startCall } from './csi-server.ts';

const ok: UnaryRpc<object, object> = () => Promise.resolve({ capabilities: [] });

/** Takes rejections that nobody awaits away from mocha, which would fail the test. */
function catchStrayErrors() {
  const { promise: first, resolve } = Promise.withResolvers<unknown>();
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', resolve);
  return {
    first,
    [Symbol.dispose]() {
      process.removeAllListeners('unhandledRejection');
      listeners.forEach((listener) => process.on('unhandledRejection', listener));
    },
  };
}

describe('a unary call over a socket', () => {
  it('hands the request in and the response back, and tells about the call', async () => {
    await using served = await serveRpcs({
      GetSnapshot: (request: { snapshotId: string }) =>
        Promise.resolve({ snapshot: { snapshotId: request.snapshotId, readyToUse: true } }),
    });

    const startedAt = performance.now();
    const { snapshot } = await invoke(served.client.controller, 'GetSnapshot', { snapshotId: 's-1' });
    const elapsedMs = performance.now() - startedAt;

    expect(snapshot).to.include({ snapshotId: 's-1', readyToUse: true });
    expect(served.finished).to.have.length(1);
    expect(served.finished[0]).to.include({
      method: '/csi.v1.Controller/GetSnapshot',
      code: status.OK,
      error: undefined,
    });
    expect(served.finished[0]?.request).to.include({ snapshotId: 's-1' });
    expect(served.finished[0]?.durationMs).to.be.within(0, elapsedMs);
  });

  it('gives each call a request id of its own', async () => {
    const seen: string[] = [];
    await using served = await serveRpcs({
      ControllerGetCapabilities: (_request, { requestId }) => {
        seen.push(requestId);
        return Promise.resolve({});
      },
    });

    await startCall(served.client).error;
    await startCall(served.client).error;

    expect(new Set(seen).size).to.equal(2);
    expect(served.finished.map(({ requestId }) => requestId)).to.deep.equal(seen);
  });

  it('answers an error of the domain with its status and message', async () => {
    await using served = await serveRpcs({
      ControllerGetCapabilities: () => Promise.reject(new DiskError('conflict', 'pvc-1 exists as disk d-1')),
    });

    const error = await startCall(served.client).error;

    expect(error).to.include({ code: status.ALREADY_EXISTS, details: 'pvc-1 exists as disk d-1' });
    expect(served.finished[0]).to.have.property('code', status.ALREADY_EXISTS);
    expect(served.finished[0]?.error).to.be.instanceOf(StatusError);
  });

  it('answers also with a text that holds half a character', async () => {
    await using served = await serveRpcs({
      ControllerGetCapabilities: () => Promise.reject(new DiskError('conflict', 'tag \ud83d of disk d-1')),
    });

    const error = await startCall(served.client, new Date(Date.now() + 5_000)).error;

    expect(error).to.include({ code: status.ALREADY_EXISTS, details: 'tag \ufffd of disk d-1' });
  });

  for (const [how, rpc] of [
    [
      'at once',
      () => {
        throw new TypeError('secret LTAI123 of undefined');
      },
    ],
    ['later', () => Promise.reject(new TypeError('secret LTAI123 of undefined'))],
  ] as const) {
    it(`ends only the call in which an exception is thrown ${how}, and leaks nothing of it`, async () => {
      await using served = await serveRpcs({ ControllerGetCapabilities: rpc, ListVolumes: ok });

      const error = await startCall(served.client).error;

      expect(error).to.include({
        code: status.UNAVAILABLE,
        details: 'unexpected error in the plugin; the outcome is unknown, see its log',
      });
      expect(error?.metadata.toJSON()).not.to.have.property('stack');
      expect(await invoke(served.client.controller, 'ListVolumes', {})).to.have.property('entries');
      expect(served.finished[0]?.error?.cause).to.be.instanceOf(TypeError);
    });
  }

  it('answers a little before the deadline with words of its own', async () => {
    await using served = await serveRpcs({ ControllerGetCapabilities: heldRpc() });

    const error = await startCall(served.client, new Date(Date.now() + 300)).error;

    expect(error).to.include({
      code: status.DEADLINE_EXCEEDED,
      details: 'not finished within the time given; call again to learn more',
    });
  });

  it('has a limit of its own when the caller sets no deadline, or a late one', async () => {
    await using served = await serveRpcs({ ControllerGetCapabilities: heldRpc() }, { maxCallMs: 20 });

    for (const deadline of [undefined, new Date(Date.now() + 60_000)]) {
      const error = await startCall(served.client, deadline).error;
      expect(error).to.have.property('code', status.DEADLINE_EXCEEDED);
      expect(error?.details).to.contain('not finished within the time given');
    }
  });

  it('aborts the signal when the caller cancels', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    await using served = await serveRpcs({ ControllerGetCapabilities: heldRpc(started.resolve) });
    const { call, error } = startCall(served.client);
    const signal = await started.promise;

    call.cancel();

    expect(await error).to.have.property('code', status.CANCELLED);
    if (!signal.aborted) {
      await once(signal, 'abort');
    }
    expect(signal.reason).to.be.instanceOf(DiskError).with.property('kind', 'cancelled');
    await Promise.resolve();
    expect(served.finished.map(({ code }) => code)).to.deep.equal([status.CANCELLED]);
  });

  it('does not abort the signal of a call that has ended', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    await using served = await serveRpcs(
      {
        ControllerGetCapabilities: (_request, { signal }) => {
          started.resolve(signal);
          return Promise.resolve({});
        },
        ListVolumes: heldRpc(),
      },
      { maxCallMs: 20 },
    );
    await startCall(served.client).error;
    // Ends after its own 20 ms, which are then over for the first call too.
    await invoke(served.client.controller, 'ListVolumes', {}).catch(() => undefined);

    expect((await started.promise).aborted).to.equal(false);
  });

  it('answers even when telling about the call fails', async () => {
    const broken = new Error('the log is full');
    await using served = await serveRpcs(
      { ControllerGetCapabilities: ok },
      {
        onFinished: () => {
          throw broken;
        },
      },
    );
    using stray = catchStrayErrors();

    expect(await startCall(served.client, new Date(Date.now() + 1000)).error).to.equal(undefined);
    expect(await stray.first).to.equal(broken);
  });

  it('answers UNIMPLEMENTED to an RPC that is not there', async () => {
    await using served = await serveRpcs({});

    expect(await startCall(served.client).error).to.have.property('code', status.UNIMPLEMENTED);
  });
});

describe('workingTimeMs', () => {
  it('keeps a tenth for the way back, one second at most', () => {
    expect(workingTimeMs(10_000, 0, 120_000)).to.equal(9000);
    expect(workingTimeMs(1000, 0, 120_000)).to.equal(900);
    expect(workingTimeMs(60_000, 0, 120_000)).to.equal(59_000);
    expect(workingTimeMs(new Date(20_000), 10_000, 120_000)).to.equal(9000);
  });

  it('is never longer than the limit, with a deadline or without', () => {
    expect(workingTimeMs(1_000_000, 0, 120_000)).to.equal(120_000);
    expect(workingTimeMs(Infinity, 0, 120_000)).to.equal(120_000);
  });

  it('is nothing when the deadline has passed', () => {
    expect(workingTimeMs(0, 1, 120_000)).to.equal(0);
    expect(workingTimeMs(5, 5, 120_000)).to.equal(0);
    expect(workingTimeMs(-Infinity, 5, 120_000)).to.satisfy((ms: number) => ms >= 0);
  });
});
