import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKubectl, writeKubeconfig, type Access, type Kubectl } from './kubectl.ts';
import { freePort, launch, type Launch, type LocalProcess } from './local-process.ts';
import type { Programs } from './programs.ts';
import { eventually } from './wait.ts';

/**
 * What a cluster without nodes needs: volumes and their claims, StatefulSets that make claims, attachment, and cleaning up.
 * No Deployment controller: the pods of the chart are started by this test itself.
 */
const controllers = [
  'persistentvolume-binder-controller',
  'persistentvolume-expander-controller',
  'persistentvolume-protection-controller',
  'persistentvolumeclaim-protection-controller',
  'volumeattributesclass-protection-controller',
  'persistentvolume-attach-detach-controller',
  'statefulset-controller',
  'serviceaccount-controller',
  'namespace-controller',
  'garbage-collector-controller',
];

/** etcd, API server with RBAC and an audit log, controllers, scheduler. All of it ends when it goes out of scope. */
export interface ControlPlane extends AsyncDisposable {
  readonly kubectl: Kubectl;
  readonly adminKubeconfig: string;
  readonly auditLog: string;
  /** When requests were to be denied: while roles are taken away, and until a restarted API server has read them. */
  readonly deniedTimes: readonly { readonly from: Date; readonly until: Date }[];
  /** Runs something during which denied requests are no mistake. */
  whileDenied(run: () => Promise<void>): Promise<void>;
  /** Where its files are, and what else belongs to this run. */
  readonly directory: string;
  /** Where kubectl and the other programs are. */
  readonly programDirectory: string;
  /** A kubeconfig file for this token. */
  kubeconfigFor(name: string, token: string): string;
  /** Kills the API server and starts it again, as its node would. */
  restartApiServer(): Promise<void>;
  readonly apiServer: ApiServerHealth;
}

export interface ApiServerHealth {
  /** How often it has been killed. */
  deaths(): number;
  /** Resolves once it is ready; at once unless it is being started again. */
  untilBack(): Promise<void>;
  /** Infinity when it has never been away. */
  msSinceBack(): number;
}

/** Starts everything below this directory, on free ports, and waits until the API server is ready. */
export async function startControlPlane(programs: Programs, directory: string): Promise<ControlPlane> {
  await using started = new AsyncDisposableStack();
  const logFile = (name: string) => join(directory, `${name}.log`);
  const etcd = await startEtcd(programs, directory);
  started.use(etcd.process);
  const server = await describeApiServer(programs, directory, etcd.url);
  let apiServer = launch(server.launch);
  started.defer(() => apiServer[Symbol.asyncDispose]());
  const kubeconfigFor = (name: string, token: string) =>
    writeKubeconfig(directory, name, { ...server.access, token });
  const adminKubeconfig = kubeconfigFor('admin', server.access.token);
  const kubectl = createKubectl(programs.path('kubectl'), adminKubeconfig, join(directory, 'kubectl-cache'));
  const untilReady = () =>
    eventually('the API server is ready', async () => {
      if (!apiServer.isRunning()) {
        throw new Error(`kube-apiserver has ended: see ${logFile('kube-apiserver')}`);
      }
      return (await kubectl.run('get --raw=/readyz')) === 'ok';
    });
  await untilReady();
  started.use(await startController(programs, directory, adminKubeconfig));
  started.use(await startScheduler(programs, directory, adminKubeconfig));
  const running = started.move();
  const denials = recordDenials();
  let deaths = 0;
  let backAt = -Infinity;
  let restarting = Promise.resolve();
  const restart = async () => {
    await apiServer.kill();
    apiServer = launch(server.launch);
    await untilReady();
    backAt = performance.now();
  };
  return {
    kubectl,
    adminKubeconfig,
    auditLog: server.auditLog,
    directory,
    programDirectory: programs.directory,
    kubeconfigFor,
    ...denials,
    restartApiServer() {
      deaths += 1;
      restarting = denials.whileDenied(restart);
      return restarting;
    },
    apiServer: {
      deaths: () => deaths,
      untilBack: () => restarting,
      msSinceBack: () => performance.now() - backAt,
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function recordDenials(): Pick<ControlPlane, 'deniedTimes' | 'whileDenied'> {
  const deniedTimes: { from: Date; until: Date }[] = [];
  return {
    deniedTimes,
    async whileDenied(run) {
      const from = new Date();
      try {
        await run();
      } finally {
        deniedTimes.push({ from, until: new Date() });
      }
    },
  };
}

async function startEtcd(
  programs: Programs,
  directory: string,
): Promise<{ process: LocalProcess; url: string }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const process = launch({
    program: programs.path('etcd'),
    args: [
      ...['--data-dir', join(directory, 'etcd'), '--name', 'e2e', '--unsafe-no-fsync'],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
      ...['--initial-cluster', `e2e=${peerUrl}`],
    ],
    logFile: join(directory, 'etcd.log'),
  });
  return { process, url };
}

interface ApiServer {
  readonly launch: Launch;
  readonly access: Access;
  readonly auditLog: string;
}

async function describeApiServer(programs: Programs, directory: string, etcd: string): Promise<ApiServer> {
  const port = await freePort();
  const token = randomUUID();
  const auditLog = join(directory, 'audit.log');
  const files = writeApiServerFiles(directory, token);
  const args = [
    `--etcd-servers=${etcd}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--cert-dir=${files.certificates}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.publicKey}`,
    `--service-account-signing-key-file=${files.privateKey}`,
    `--token-auth-file=${files.tokens}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.96.0.0/24',
    `--audit-policy-file=${files.auditPolicy}`,
    `--audit-log-path=${auditLog}`,
    '--audit-log-mode=blocking',
    // In MiB: one file from the start to the end, however long that is.
    '--audit-log-maxsize=100000',
    // The node's part of an endpoint; there is none.
    '--endpoint-reconciler-type=none',
  ];
  return {
    launch: {
      program: programs.path('kube-apiserver'),
      args,
      logFile: join(directory, 'kube-apiserver.log'),
    },
    access: {
      server: `https://127.0.0.1:${port}`,
      certificateAuthorityFile: join(files.certificates, 'apiserver.crt'),
      token,
    },
    auditLog,
  };
}

function writeApiServerFiles(directory: string, adminToken: string) {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const write = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const certificates = join(directory, 'certificates');
  mkdirSync(certificates);
  return {
    certificates,
    publicKey: write('service-account.pub', keys.publicKey),
    privateKey: write('service-account.key', keys.privateKey),
    tokens: write('tokens.csv', `${adminToken},admin,admin,system:masters\n`),
    auditPolicy: write(
      'audit-policy.yaml',
      JSON.stringify({
        apiVersion: 'audit.k8s.io/v1',
        kind: 'Policy',
        omitStages: ['RequestReceived'],
        rules: [{ level: 'Metadata', omitManagedFields: true }],
      }),
    ),
  };
}

async function startController(
  programs: Programs,
  directory: string,
  kubeconfig: string,
): Promise<LocalProcess> {
  return launch({
    program: programs.path('kube-controller-manager'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--service-account-private-key-file=${join(directory, 'service-account.key')}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${await freePort()}`,
      `--cert-dir=${join(directory, 'certificates')}`,
      `--controllers=${controllers.join(',')}`,
      // Soon enough to see it; the default is half a minute.
      '--attach-detach-reconcile-sync-period=5s',
    ],
    logFile: join(directory, 'kube-controller-manager.log'),
  });
}

async function startScheduler(
  programs: Programs,
  directory: string,
  kubeconfig: string,
): Promise<LocalProcess> {
  return launch({
    program: programs.path('kube-scheduler'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${await freePort()}`,
      `--cert-dir=${join(directory, 'certificates')}`,
    ],
    logFile: join(directory, 'kube-scheduler.log'),
  });
}
