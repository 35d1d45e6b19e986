import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  status,
  type ServerUnaryCall,
  type sendUnaryData,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

/** Services on a socket of their own, some of them answered elsewhere. Ends when it goes out of scope. */
export interface CsiProxy extends AsyncDisposable {
  readonly socket: string;
}

export interface CsiProxyOptions {
  /** Where to serve. */
  readonly socket: string;
  /** The socket of the plugin. */
  readonly pluginSocket: string;
  /** Services whose calls go to the plugin, byte for byte. */
  readonly forwarded: readonly ServiceDefinition[];
  /** Services answered here. */
  readonly answered: readonly {
    definition: ServiceDefinition;
    implementation: UntypedServiceImplementation;
  }[];
}

/**
 * Joins the plugin, which is a process of its own and knows nothing of this, with services that it does not have.
 * Requests, answers, metadata, statuses, deadlines and cancellation pass through as they are.
 */
export async function startCsiProxy(options: CsiProxyOptions): Promise<CsiProxy> {
  const plugin = new Client(`unix:${options.pluginSocket}`, credentials.createInsecure());
  const server = new Server();
  for (const definition of options.forwarded) {
    const raw = rawDefinition(definition);
    server.addService(raw, forwardersOf(raw, plugin));
  }
  for (const { definition, implementation } of options.answered) {
    server.addService(definition, implementation);
  }
  await listen(server, options.socket);
  return {
    socket: options.socket,
    [Symbol.asyncDispose]() {
      plugin.close();
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

const asItIs = (bytes: Buffer): Buffer => bytes;

/** The same methods, with messages left as bytes. */
function rawDefinition(definition: ServiceDefinition): ServiceDefinition<Record<string, never>> {
  const methods = Object.entries(definition).map(([name, method]) => {
    if (method.requestStream || method.responseStream) {
      throw new Error(`${method.path} streams; only unary calls can be forwarded`);
    }
    return [
      name,
      {
        ...method,
        requestSerialize: asItIs,
        requestDeserialize: asItIs,
        responseSerialize: asItIs,
        responseDeserialize: asItIs,
      },
    ];
  });
  return Object.fromEntries(methods) as ServiceDefinition<Record<string, never>>;
}

function forwardersOf(definition: ServiceDefinition, plugin: Client): UntypedServiceImplementation {
  return Object.fromEntries(
    Object.entries(definition).map(([name, { path }]) => [name, forwarder(path, plugin)]),
  );
}

function forwarder(path: string, plugin: Client) {
  return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
    let message: Buffer | undefined;
    const outgoing = plugin.makeUnaryRequest(
      path,
      asItIs,
      asItIs,
      call.request,
      call.metadata.clone(),
      // Hands on the deadline and the cancellation.
      { parent: call },
      (_error, answer) => {
        message = answer;
      },
    );
    outgoing.on('metadata', (header) => {
      call.sendMetadata(header);
    });
    // The last thing that a call says, after its answer: status and trailing metadata.
    outgoing.on('status', (ended) => {
      if (ended.code === status.OK) {
        callback(null, message, ended.metadata);
      } else {
        callback(ended);
      }
    });
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) => {
      if (error === null) {
        resolve();
      } else {
        reject(error);
      }
    });
  });
}
