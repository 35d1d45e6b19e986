import { credentials, type ServiceError } from '@grpc/grpc-js';
import { loadCsiProto } from '../../src/csi/proto.ts';
import type { ControllerClient } from '../../src/generated/csi/v1/Controller.ts';
import type { GroupControllerClient } from '../../src/generated/csi/v1/GroupController.ts';
import type { IdentityClient } from '../../src/generated/csi/v1/Identity.ts';

const { v1 } = loadCsiProto();

/** A method of a generated client, in the form without metadata. */
type Method<Request, Response> = (
  request: Request,
  options: { deadline?: Date },
  callback: (error: ServiceError | null, response?: Response) => void,
) => unknown;

/** The CSI services on a socket. Closed when it goes out of scope. */
export interface CsiClient extends Disposable {
  readonly identity: IdentityClient;
  readonly controller: ControllerClient;
  readonly groupController: GroupControllerClient;
}

export function connectCsi(socketPath: string): CsiClient {
  const identity = new v1.Identity(`unix:${socketPath}`, credentials.createInsecure());
  const controller = new v1.Controller(`unix:${socketPath}`, credentials.createInsecure());
  const groupController = new v1.GroupController(`unix:${socketPath}`, credentials.createInsecure());
  return {
    identity,
    controller,
    groupController,
    [Symbol.dispose]() {
      identity.close();
      controller.close();
      groupController.close();
    },
  };
}

/**
 * Calls one method as a promise: `await invoke(client.controller, 'CreateVolume', request)`. Rejects with the gRPC
 * error. Without a time limit the call has no deadline, as csi-sanity makes them.
 */
export function invoke<
  Client extends object,
  Name extends keyof Client & string,
  Response = ResponseOf<Client[Name]>,
>(client: Client, name: Name, request: RequestOf<Client[Name]>, timeLimitMs?: number): Promise<Response> {
  const method = (client[name] as Method<RequestOf<Client[Name]>, Response>).bind(client);
  const options = timeLimitMs === undefined ? {} : { deadline: new Date(Date.now() + timeLimitMs) };
  return new Promise((resolve, reject) => {
    method(request, options, (error, response) => {
      if (error === null && response !== undefined) {
        resolve(response);
      } else {
        reject(error ?? new Error(`${name}: no response`));
      }
    });
  });
}

/** The arguments of a generated client method in its last overload: the request and the callback. */
type ArgumentsOf<T> = T extends (...args: infer Arguments) => unknown ? Arguments : never;
type RequestOf<T> = ArgumentsOf<T>[0];
type ResponseOf<T> =
  ArgumentsOf<T> extends [unknown, (error: never, response?: infer Response) => void]
    ? NonNullable<Response>
    : never;
