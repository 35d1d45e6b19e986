import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceError,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { expect } from 'chai';
import { once } from 'node:events';
import { join } from 'node:path';
import { loadCsiProto } from '../../src/csi/proto.ts';
import { socketDirectory } from '../support/plugin.ts';
import { startCsiProxy } from './csi-proxy.ts';
import { nodeStub } from './node-stub.ts';

const { v1 } = loadCsiProto();
const path = '/csi.v1.Controller/DeleteVolume';

type Call = ServerUnaryCall<unknown, unknown>;
type Answer = sendUnaryData<object>;

/** A plugin whose DeleteVolume is the given one, the proxy before it, and a client of the proxy. */
async function through(deleteVolume: (call: Call, answer: Answer) => void) {
  await using started = new AsyncDisposableStack();
  const directory = started.use(socketDirectory());
  const plugin = new Server();
  const handlers: UntypedServiceImplementation = { DeleteVolume: deleteVolume };
  plugin.addService(v1.Controller.service, handlers);
  started.defer(() => {
    plugin.forceShutdown();
  });
  await new Promise<void>((resolve) => {
    plugin.bindAsync(`unix:${directory.socket}`, ServerCredentials.createInsecure(), () => {
      resolve();
    });
  });
  const proxy = started.use(
    await startCsiProxy({
      socket: join(directory.path, 'front.sock'),
      pluginSocket: directory.socket,
      forwarded: [v1.Controller.service],
      answered: [
        {
          definition: v1.Node.service,
          implementation: nodeStub({ instanceId: 'i-1', zoneId: 'cn-hangzhou-h', maxVolumes: 3 }),
        },
      ],
    }),
  );
  const client = new Client(`unix:${proxy.socket}`, credentials.createInsecure());
  started.defer(() => {
    client.close();
  });
  const running = started.move();
  return { client, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const bytes = (value: Buffer) => value;

/** DeleteVolumeRequest { volume_id: "vol" } */
const request = Buffer.from([0x0a, 3, ...Buffer.from('vol')]);

interface Outcome {
  readonly error: ServiceError | null;
  readonly trailer: Metadata;
}

function send(client: Client, options: { metadata?: Metadata; deadline?: Date } = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    let error: ServiceError | null = null;
    const { metadata = new Metadata(), deadline } = options;
    const callOptions = deadline === undefined ? {} : { deadline };
    const call = client.makeUnaryRequest(path, bytes, bytes, request, metadata, callOptions, (problem) => {
      error = problem;
    });
    call.on('status', ({ metadata: trailer }) => {
      setImmediate(() => {
        resolve({ error, trailer });
      });
    });
  });
}

describe('the proxy that adds a node to the plugin', () => {
  it('hands on the request, the metadata and the answer', async () => {
    const seen: unknown[] = [];
    await using system = await through((call, answer) => {
      seen.push((call.request as { volumeId: string }).volumeId, call.metadata.get('x-test'));
      const trailer = new Metadata();
      trailer.set('x-answer', 'late');
      answer(null, {}, trailer);
    });
    const metadata = new Metadata();
    metadata.set('x-test', 'early');
    const { error, trailer } = await send(system.client, { metadata });
    expect(error).to.equal(null);
    expect(seen).to.deep.equal(['vol', ['early']]);
    expect(trailer.get('x-answer')).to.deep.equal(['late']);
  });

  it('hands on a status with its text', async () => {
    await using system = await through((_call, answer) => {
      answer({ code: status.FAILED_PRECONDITION, details: 'in use' });
    });
    const { error } = await send(system.client);
    expect(error).to.include({ code: status.FAILED_PRECONDITION, details: 'in use' });
  });

  it('hands on the deadline, and none when there is none', async () => {
    const deadlines: (Date | number)[] = [];
    await using system = await through((call, answer) => {
      deadlines.push(call.getDeadline());
      answer(null, {});
    });
    const deadline = new Date(Date.now() + 60_000);
    await send(system.client, { deadline });
    await send(system.client);
    expect(Number(deadlines[0])).to.be.within(deadline.getTime() - 5000, deadline.getTime() + 5000);
    expect(deadlines[1]).to.equal(Infinity);
  });

  it('hands on that the caller has given up', async () => {
    const arrived = Promise.withResolvers<Call>();
    await using system = await through((call) => {
      arrived.resolve(call);
    });
    const call = system.client.makeUnaryRequest(path, bytes, bytes, request, () => undefined);
    const atPlugin = await arrived.promise;
    const cancelled = once(atPlugin, 'cancelled', { signal: AbortSignal.timeout(1000) });
    call.cancel();
    await cancelled;
  });

  it('answers for the node itself', async () => {
    await using system = await through(() => undefined);
    const { NodeGetInfo } = v1.Node.service;
    const info = await new Promise<unknown>((resolve, reject) => {
      system.client.makeUnaryRequest(
        NodeGetInfo.path,
        NodeGetInfo.requestSerialize,
        NodeGetInfo.responseDeserialize,
        {},
        (error, answer) => {
          if (error === null) {
            resolve(answer);
          } else {
            reject(error);
          }
        },
      );
    });
    expect(info).to.deep.include({ nodeId: 'i-1' });
  });
});
