import type { Clock } from './clock.ts';
import { KubeConfig, RequestContext, type HttpMethod } from './library.ts';

/** How the API server is found and who we are there. */
export type KubeAccess =
  { readonly mode: 'in-cluster' } | { readonly mode: 'kubeconfig'; readonly path: string };

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

/** An API server with the credentials for it. */
export interface Connection {
  /** A request to the server, with credentials and on kept connections, ready to be sent. */
  prepare(method: keyof typeof HttpMethod, pathAndQuery: string): Promise<RequestContext>;
  /** Cuts what is open. */
  close(): Promise<void>;
}

/** Certificates are read again this often, so that rotated ones are found. */
const dispatcherLifeMs = 10 * 60_000;

/**
 * Reads the kubeconfig file or the service account.
 * @throws Error when there is none, or when it names no cluster.
 */
export function openConnection(access: KubeAccess, clock: Clock): Connection {
  const config = loadConfig(access);
  const server = serverOf(config, access);
  // The library makes a new pool of connections, and so a TLS handshake, for each request: one is kept instead.
  let kept: { readonly dispatcher: Dispatcher; readonly madeAt: number } | undefined;

  const keep = async (fresh: Dispatcher): Promise<Dispatcher> => {
    if (kept !== undefined && clock.now() - kept.madeAt < dispatcherLifeMs) {
      await fresh.close();
      return kept.dispatcher;
    }
    // A request may be under way on the old one: `close` lets it end.
    void kept?.dispatcher.close().catch(() => undefined);
    kept = { dispatcher: fresh, madeAt: clock.now() };
    return fresh;
  };
  return {
    async prepare(method, pathAndQuery) {
      const context = new RequestContext(`${server}${pathAndQuery}`, method);
      await config.applySecurityAuthentication(context);
      const dispatcher = context.getDispatcher();
      if (dispatcher !== undefined) {
        context.setDispatcher(await keep(dispatcher));
      }
      return context;
    },
    async close() {
      await kept?.dispatcher.destroy();
    },
  };
}

function loadConfig(access: KubeAccess): KubeConfig {
  const config = new KubeConfig();
  if (access.mode === 'in-cluster') {
    config.loadFromCluster();
    return config;
  }
  try {
    config.loadFromFile(access.path);
  } catch (error) {
    const message = `the kubeconfig file ${access.path} cannot be read: check the path and that it is YAML`;
    throw new Error(message, { cause: error });
  }
  return config;
}

function serverOf(config: KubeConfig, access: KubeAccess): string {
  const server = config.getCurrentCluster()?.server;
  if (access.mode === 'in-cluster' && (server === undefined || server.includes('undefined'))) {
    throw new Error(
      'this process runs in no pod of a cluster (KUBERNETES_SERVICE_HOST is not set): give a kubeconfig file, or switch Kubernetes off',
    );
  }
  if (access.mode === 'kubeconfig' && server === undefined) {
    throw new Error(`the kubeconfig file ${access.path} names no cluster: set its current-context`);
  }
  return String(server).replace(/\/+$/, '');
}
