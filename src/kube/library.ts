/**
 * The Kubernetes library, without the client that it generates for every kind of object: what src/kube needs of it comes from
 * here. We write our requests ourselves, and that client takes more memory than the rest of the plugin.
 */
import { createRequire, registerHooks, type ResolveHookSync } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Library from '@kubernetes/client-node';

const require = createRequire(import.meta.url);
const directory = dirname(require.resolve('@kubernetes/client-node'));
const { KubeConfig } = withoutGeneratedClient(() => part<'KubeConfig'>('config.js'));
const { HttpMethod, RequestContext } = part<'HttpMethod' | 'RequestContext'>('gen/http/http.js');
const { IsomorphicFetchHttpLibrary } = part<'IsomorphicFetchHttpLibrary'>('gen/http/isomorphic-fetch.js');

export { HttpMethod, IsomorphicFetchHttpLibrary, KubeConfig, RequestContext };
export type HttpMethod = Library.HttpMethod;
export type KubeConfig = Library.KubeConfig;
export type RequestContext = Library.RequestContext;

function part<Names extends keyof typeof Library>(file: string): Pick<typeof Library, Names> {
  return require(join(directory, file)) as Pick<typeof Library, Names>;
}

/** The part that reads kubeconfigs asks for the whole generated client, and gets the two modules that it uses of it. */
function withoutGeneratedClient<T>(load: () => T): T {
  const urlOf = (file: string) => pathToFileURL(join(directory, file)).href;
  const used = ['gen/configuration.js', 'gen/servers.js'].map((file) => `export * from '${urlOf(file)}';`);
  const resolve: ResolveHookSync = (specifier, context, next) =>
    specifier === './gen/index.js' && context.parentURL === urlOf('config.js')
      ? {
          url: `data:text/javascript,${encodeURIComponent(used.join('\n'))}`,
          format: 'module',
          shortCircuit: true,
        }
      : next(specifier, context);
  const hooks = registerHooks({ resolve });
  try {
    return load();
  } finally {
    hooks.deregister();
  }
}
