import { Client, credentials, loadPackageDefinition, status as GrpcStatus } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import { CallTally, type CallCounts } from './call-counts.ts';
import type { ProtoGrpcType } from '../generated/csi.ts';
import type { ControllerDefinition } from '../generated/csi/v1/Controller.ts';
import type { GroupControllerDefinition } from '../generated/csi/v1/GroupController.ts';
import type { IdentityDefinition } from '../generated/csi/v1/Identity.ts';

const protoFile = fileURLToPath(new URL('../../proto/csi.proto', import.meta.url));
/** Those that the generated types are made with. */
const loaderOptions = { longs: String, enums: String, defaults: true, oneofs: true };
const callLimitMs = 60_000;

type Known<T> = { [Key in keyof T as string extends Key ? never : number extends Key ? never : Key]: T[Key] };
type Methods = Known<IdentityDefinition> & Known<ControllerDefinition> & Known<GroupControllerDefinition>;

/** A call of the CSI services that the plugin has. */
export type MethodName = keyof Methods;
/** What the call is given. */
export type RequestOf<Name extends MethodName> = Parameters<Methods[Name]['requestSerialize']>[0];
/** What it answers with when all is well. */
export type ResponseOf<Name extends MethodName> = ReturnType<Methods[Name]['responseDeserialize']>;

/** What a client needs of a method's definition. */
interface ClientMethod<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}
type ClientMethods = { readonly [Name in MethodName]: ClientMethod<RequestOf<Name>, ResponseOf<Name>> };

/** The answer to a CSI call: a message, or a status other than OK and its text. */
export interface CsiAnswer<Response> {
  readonly code: string;
  readonly message: string;
  readonly response: Response | undefined;
  readonly durationMs: number;
}

/** The plugin's socket, as every CSI client sees it. */
export interface CsiConnection extends Disposable {
  /** Never rejects for a status: that is an answer too. */
  call<Name extends MethodName>(name: Name, request: RequestOf<Name>): Promise<CsiAnswer<ResponseOf<Name>>>;
  /** The calls made so far, by method and status. */
  readonly callCounts: CallCounts;
}

export function connectToCsi(socketPath: string): CsiConnection {
  const { csi } = loadPackageDefinition(loadSync(protoFile, loaderOptions)) as unknown as ProtoGrpcType;
  const methods: ClientMethods = {
    ...csi.v1.Identity.service,
    ...csi.v1.Controller.service,
    ...csi.v1.GroupController.service,
  };
  const client = new Client(`unix:${socketPath}`, credentials.createInsecure());
  const tally = new CallTally();
  return {
    callCounts: tally.counts(),
    async call<Name extends MethodName>(name: Name, request: RequestOf<Name>) {
      const answer = await send(client, methods[name], request);
      tally.add(name, answer.code);
      return answer;
    },
    [Symbol.dispose]() {
      client.close();
    },
  };
}

async function send<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: ClientMethod<Request, Response>,
  request: Request,
): Promise<CsiAnswer<Response>> {
  const startedAtMs = performance.now();
  const options = { deadline: Date.now() + callLimitMs };
  const { promise, resolve } = Promise.withResolvers<CsiAnswer<Response>>();
  client.makeUnaryRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    options,
    (error, response) => {
      const durationMs = performance.now() - startedAtMs;
      if (error === null && response !== undefined) {
        resolve({ code: 'OK', message: '', response, durationMs });
      } else {
        const code = GrpcStatus[error?.code ?? GrpcStatus.UNKNOWN];
        resolve({ code, message: error?.details ?? 'the answer is empty', response: undefined, durationMs });
      }
    },
  );
  return await promise;
}
