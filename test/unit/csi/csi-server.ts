import { systemClock } from '../../../src/ecs/clock.ts';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { loadCsiProto } from '../../../src/csi/proto.ts';
import { startCsiServer, type CsiServer, type ServedService } from '../../../src/csi/server.ts';
import type { FinishedCall, UnaryOptions, UnaryRpc } from '../../../src/csi/unary.ts';
import { connectCsi, type CsiClient } from '../../support/csi-client.ts';
import { socketDirectory } from '../../support/plugin.ts';

const { v1 } = loadCsiProto();

/** A server with RPCs of the test on a socket of its own, and a client. Stopped when it goes out of scope. */
export interface ServedRpcs extends AsyncDisposable {
  readonly client: CsiClient;
  readonly server: CsiServer;
  readonly socket: string;
  readonly finished: FinishedCall[];
}

export async function serveRpcs(
  rpcs: ServedService['rpcs'],
  options: Partial<UnaryOptions> = {},
): Promise<ServedRpcs> {
  const directory = socketDirectory();
  const finished: FinishedCall[] = [];
  const server = await startCsiServer({
    socket: { path: directory.socket, mode: 0o660, owner: undefined },
    services: [{ definition: v1.Controller.service, rpcs }],
    maxCallMs: 10_000,
    clock: systemClock,
    onFinished: (call) => finished.push(call),
    ...options,
  });
  const client = connectCsi(directory.socket);
  return {
    client,
    server,
    socket: directory.socket,
    finished,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await server.stop(0);
      directory[Symbol.dispose]();
    },
  };
}

/** An RPC that never ends by itself: it rejects with the reason of its signal. */
export function heldRpc(onStart: (signal: AbortSignal) => void = () => undefined): UnaryRpc<object, object> {
  return (_request, { signal }) => {
    onStart(signal);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  };
}

/** Calls ControllerGetCapabilities, which has an empty request, and can cancel it. */
export function startCall(client: CsiClient, deadline?: Date) {
  const { promise, resolve } = Promise.withResolvers<ServiceError | undefined>();
  const options = deadline === undefined ? {} : { deadline };
  const call = client.controller.ControllerGetCapabilities({}, new Metadata(), options, (error) => {
    resolve(error ?? undefined);
  });
  return { call, error: promise };
}
