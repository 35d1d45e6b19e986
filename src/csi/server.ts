import {
  logVerbosity,
  Server,
  ServerCredentials,
  setLogVerbosity,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { bindWithMode, removeSocket, removeStaleSocket, type SocketFile } from './socket.ts';
import { toGrpcHandler, type UnaryOptions, type UnaryRpc } from './unary.ts';

/** A service of the standard, with the RPCs that we have of it; the others answer UNIMPLEMENTED. */
export interface ServedService {
  readonly definition: ServiceDefinition;
  readonly rpcs: Readonly<Record<string, UnaryRpc<never, object>>>;
}

export interface CsiServerOptions extends Omit<UnaryOptions, 'stopping'> {
  readonly socket: SocketFile;
  readonly services: readonly ServedService[];
}

export interface CsiServer {
  /**
   * Takes no new calls and removes the socket, lets running calls finish for at most `drainMs`, then has them answer
   * UNAVAILABLE.
   */
  stop(drainMs: number): Promise<void>;
}

/** How long calls have to answer after they are told to stop. */
const lastWordsMs = 1000;

/**
 * Serves CSI on a Unix socket. Connections have no maximum age and no idle limit: each one that is closed on a
 * healthy sidecar ends that sidecar.
 */
export async function startCsiServer(options: CsiServerOptions): Promise<CsiServer> {
  // What grpc-js has to say goes into our errors; it would write to stderr as well.
  setLogVerbosity(logVerbosity.NONE);
  const stopping = new AbortController();
  const server = new Server();
  for (const { definition, rpcs } of options.services) {
    server.addService(definition, handlersOf(definition, rpcs, { ...options, stopping: stopping.signal }));
  }
  await removeStaleSocket(options.socket.path);
  await bindWithMode(options.socket, () => bind(server, options.socket.path));
  return {
    async stop(drainMs) {
      const drained = shutDown(server);
      // Now rather than at the end: by then a successor may serve on the same path.
      removeSocket(options.socket.path);
      if (!(await endsWithin(drained, drainMs))) {
        stopping.abort();
        await endsWithin(drained, lastWordsMs);
        server.forceShutdown();
      }
    },
  };
}

function handlersOf(
  definition: ServiceDefinition,
  rpcs: Readonly<Record<string, UnaryRpc<never, object>>>,
  options: UnaryOptions,
): UntypedServiceImplementation {
  const handlers: UntypedServiceImplementation = {};
  for (const [name, rpc] of Object.entries(rpcs)) {
    const method = definition[name];
    if (method === undefined) {
      throw new Error(`csi.proto has no RPC ${name}`);
    }
    handlers[name] = toGrpcHandler(method.path, rpc as UnaryRpc<object, object>, options);
  }
  return handlers;
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) => {
      if (error === null) {
        resolve();
      } else {
        reject(new Error(`cannot listen on ${path}: ${error.message}`, { cause: error }));
      }
    });
  });
}

function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.tryShutdown(() => {
      resolve();
    });
  });
}

/** Whether the promise settles within the time. */
async function endsWithin(promise: Promise<void>, timeMs: number): Promise<boolean> {
  const { promise: timeIsUp, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => {
    resolve(false);
  }, timeMs);
  try {
    return await Promise.race([promise.then(() => true), timeIsUp]);
  } finally {
    clearTimeout(timer);
  }
}
