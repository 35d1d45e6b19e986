import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who speaks to which API server. */
export interface Access {
  readonly server: string;
  readonly certificateAuthorityFile: string;
  readonly token: string;
}

/** Writes a kubeconfig file. @returns its path. */
export function writeKubeconfig(directory: string, name: string, access: Access): string {
  const path = join(directory, `${name}.kubeconfig`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'e2e',
        cluster: { server: access.server, 'certificate-authority': access.certificateAuthorityFile },
      },
    ],
    users: [{ name, user: { token: access.token } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: name } }],
    'current-context': 'e2e',
  };
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(config, undefined, 2), { mode: 0o600 });
  return path;
}

/** Any Kubernetes object, as far as it is read here. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly uid: string;
    }[];
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
  };
}

/** kubectl, as its user types it. */
export interface Kubectl {
  /** Runs `kubectl <words>`; words are split at blanks. @returns what it prints. @throws Error with what it says. */
  run(words: string, input?: string): Promise<string>;
  /** The same for arguments that hold blanks. */
  call(args: readonly string[], input?: string): Promise<string>;
  /** `kubectl <words> -o json`, parsed. */
  json<T = KubeObject>(words: string): Promise<T>;
  /** `kubectl apply -f -` */
  apply(yaml: string): Promise<string>;
}

export function createKubectl(program: string, kubeconfig: string, cacheDirectory: string): Kubectl {
  const call = (args: readonly string[], input?: string) =>
    new Promise<string>((resolve, reject) => {
      const all = ['--kubeconfig', kubeconfig, '--cache-dir', cacheDirectory, ...args];
      const options = { maxBuffer: 64 * 1024 * 1024, env: { PATH: process.env['PATH'] ?? '' } };
      const child = execFile(program, all, options, (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout);
        } else {
          reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || error.message}`));
        }
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input ?? '');
    });
  const run = (words: string, input?: string) => call(words.trim().split(/\s+/), input);
  return {
    run,
    call,
    json: async <T>(words: string) => JSON.parse(await run(`${words} -o json`)) as T,
    apply: (yaml) => run('apply -f -', yaml),
  };
}
