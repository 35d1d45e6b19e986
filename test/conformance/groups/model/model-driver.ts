import { Server, ServerCredentials, status as GrpcStatus } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { loadCsiProto } from '../../../../src/csi/proto.ts';
import type { Defect } from './defects.ts';
import { modelCalls } from './model-calls.ts';
import { ModelError } from './model-groups.ts';

/** A driver that keeps to the standard and has nothing behind it, on a socket. */
export interface ModelDriver extends AsyncDisposable {
  readonly socket: string;
}

/**
 * Starts the model of a driver: the checks must find nothing wrong with it, and must find each defect that it is given.
 */
export async function startModelDriver(
  socket: string,
  defects: ReadonlySet<Defect> = new Set(),
): Promise<ModelDriver> {
  const { v1 } = loadCsiProto();
  const calls = modelCalls(defects);
  const server = new Server();
  for (const service of [v1.Identity.service, v1.Controller.service, v1.GroupController.service]) {
    const handlers = Object.keys(service).flatMap((name) => {
      const call = calls[name];
      return call === undefined ? [] : [[name, handlerOf(call)] as const];
    });
    server.addService(service, Object.fromEntries(handlers));
  }
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  return {
    socket,
    [Symbol.asyncDispose]() {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

function handlerOf(call: (request: never) => object) {
  return (grpcCall: ServerUnaryCall<object, object>, callback: sendUnaryData<object>): void => {
    try {
      callback(null, call(grpcCall.request as never));
    } catch (error) {
      const code = GrpcStatus[error instanceof ModelError ? error.code : 'UNKNOWN'];
      callback({ code, details: String(error) });
    }
  };
}
