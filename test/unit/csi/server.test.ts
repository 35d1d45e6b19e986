import { systemClock } from '../../../src/ecs/clock.ts';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCsiServer } from '../../../src/csi/server.ts';
import { rejectionOf } from '../../support/builders.ts';
import { connectCsi, invoke } from '../../support/csi-client.ts';
import { socketDirectory } from '../../support/plugin.ts';
import { heldRpc, serveRpcs, startCall } from './csi-server.ts';

const longMs = 60_000;

describe('startCsiServer', () => {
  it('serves on a socket of the given mode', async () => {
    await using served = await serveRpcs({ ListVolumes: () => Promise.resolve({ nextToken: 'x' }) });

    expect(await invoke(served.client.controller, 'ListVolumes', {})).to.include({ nextToken: 'x' });
    expect(statSync(served.socket).mode & 0o777).to.equal(0o660);
  });

  it('refuses a socket that another server holds', async () => {
    await using first = await serveRpcs({});
    const socket = { path: first.socket, mode: 0o660, owner: undefined };

    const error = await rejectionOf(
      startCsiServer({ socket, services: [], maxCallMs: 1, clock: systemClock, onFinished: () => undefined }),
    );

    expect(error.message).to.contain('another process serves');
  });

  it('says which socket it cannot have', async () => {
    using directory = socketDirectory();
    const path = join(directory.path, 'missing', 'csi.sock');
    const socket = { path, mode: 0o660, owner: undefined };

    const error = await rejectionOf(
      startCsiServer({ socket, services: [], maxCallMs: 1, clock: systemClock, onFinished: () => undefined }),
    );

    expect(error.message).to.contain(`${join(directory.path, 'missing')}, does not exist`);
  });

  it('says which socket the system refuses it', async () => {
    using directory = socketDirectory();
    const path = join(directory.path, 'x'.repeat(120));
    const socket = { path, mode: 0o660, owner: undefined };

    const error = await rejectionOf(
      startCsiServer({ socket, services: [], maxCallMs: 1, clock: systemClock, onFinished: () => undefined }),
    );

    expect(error.message).to.contain(`cannot listen on ${path}`);
  });

  it('refuses an RPC that the standard does not have', async () => {
    const error = await rejectionOf(serveRpcs({ CreateVolumes: () => Promise.resolve({}) }));
    expect(error.message).to.equal('csi.proto has no RPC CreateVolumes');
  });
});

describe('stopping the server', () => {
  it('ends at once when nothing runs, and removes the socket', async () => {
    await using served = await serveRpcs({});
    await startCall(served.client).error;

    await served.server.stop(longMs);

    expect(existsSync(served.socket)).to.equal(false);
  });

  it('lets a running call finish, and takes no new one meanwhile', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    const result = Promise.withResolvers<object>();
    await using served = await serveRpcs({
      ControllerGetCapabilities: (_request, { signal }) => {
        started.resolve(signal);
        return result.promise;
      },
    });
    const running = startCall(served.client);
    const signal = await started.promise;

    const stopped = served.server.stop(longMs);
    using late = connectCsi(served.socket);
    const refused = await startCall(late, new Date(Date.now() + 100)).error;
    const wasAborted = signal.aborted;
    result.resolve({});

    expect(refused?.code).to.be.oneOf([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]);
    expect(wasAborted).to.equal(false);
    expect(await running.error).to.equal(undefined);
    await stopped;
  });

  it('has calls answer UNAVAILABLE once the time for draining is over', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    await using served = await serveRpcs({ ControllerGetCapabilities: heldRpc(started.resolve) });
    const running = startCall(served.client);
    await started.promise;

    await served.server.stop(10);

    expect(await running.error).to.include({
      code: status.UNAVAILABLE,
      details: 'the plugin is stopping; call again',
    });
    expect(existsSync(served.socket)).to.equal(false);
  });

  it('leaves the socket of a successor alone that has begun to serve meanwhile', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    await using served = await serveRpcs({ ControllerGetCapabilities: heldRpc(started.resolve) });
    void startCall(served.client);
    await started.promise;

    const stopped = served.server.stop(50);
    await using successors = new AsyncDisposableStack();
    const successor = await startCsiServer({
      socket: { path: served.socket, mode: 0o660, owner: undefined },
      services: [],
      maxCallMs: 1,
      clock: systemClock,
      onFinished: () => undefined,
    });
    successors.defer(() => successor.stop(0));
    await stopped;

    expect(existsSync(served.socket)).to.equal(true);
  });

  it('removes no file that somebody else has put there', async () => {
    await using served = await serveRpcs({});
    const stopped = served.server.stop(longMs);
    writeFileSync(served.socket, 'precious');
    await stopped;

    expect(existsSync(served.socket)).to.equal(true);
  });
});
