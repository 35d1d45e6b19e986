import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, launch, type Launch, type LocalProcess } from './local-process.ts';
import type { Container, PodSpec, Probe } from './workload.ts';

/** What a node gives its pods: programs for images, Secrets, and who they are at the API server. */
export interface Node {
  /** Program and leading arguments for an image. @throws Error for an image that nobody knows here. */
  programFor(image: string): readonly [string, ...string[]];
  secret(namespace: string, name: string, key: string): Promise<string>;
  /** How a container reaches the API server: with flags, or with variables. */
  apiAccess(
    container: Container,
    pod: PodSpec,
  ): Promise<{ readonly args: readonly string[]; readonly env: Environment }>;
  /** `host:port` inside the cluster, and where that is on this machine. */
  readonly services: ReadonlyMap<string, string>;
}

export interface ProbeAnswer {
  readonly status: number;
  readonly text: string;
}

type Environment = Readonly<Record<string, string>>;

/** Containers of a pod as processes. They are started again whenever they end, as a kubelet does. */
export interface Pod extends AsyncDisposable {
  readonly name: string;
  readonly containers: readonly Container[];
  /** SIGKILL to a container; it comes back by itself. */
  kill(container: string): Promise<void>;
  /** Whether it runs at this moment. */
  isRunning(container: string): boolean;
  /** GETs a probe of a container as a kubelet does. Status 0: no answer. */
  probe(container: string, kind: 'livenessProbe' | 'readinessProbe'): Promise<ProbeAnswer>;
  /** Where the port of that name is on this machine. */
  port(name: string): number;
  /** The end of what a container has written. */
  lastWords(container: string): string;
  /** All that a container has written. */
  log(container: string): string;
  /** How often a container was started again. */
  restarts(container: string): number;
}

/** A container that ends is started again after so long: the first wait of a kubelet, cut short. */
const restartMs = 1_000;
const noAnswer: ProbeAnswer = { status: 0, text: '' };

interface Running {
  readonly launch: Launch;
  readonly ports: ReadonlyMap<string, number>;
  process: LocalProcess;
  restarts: number;
}

/** Starts the containers of this pod: its own arguments and variables, with paths and ports that exist on this machine. */
export async function startPod(
  { name, namespace, spec }: { name: string; namespace: string; spec: PodSpec },
  node: Node,
  directory: string,
): Promise<Pod> {
  const home = join(directory, namespace, name);
  mkdirSync(home, { recursive: true });
  const running = new Map<string, Running>();
  let isStopping = false;

  const supervise = async (container: string): Promise<void> => {
    const it = find(container);
    for (;;) {
      await it.process.ended;
      await pause(restartMs);
      if (isStopping) {
        return;
      }
      it.process = launch(it.launch);
      it.restarts += 1;
    }
  };
  const find = (container: string): Running => {
    const found = running.get(container);
    if (found === undefined) {
      throw new Error(`pod ${name} has no container ${container}`);
    }
    return found;
  };
  for (const container of spec.containers) {
    const { launch: how, ports } = await localLaunch(container, { name, namespace, spec, node, home });
    running.set(container.name, { launch: how, ports, process: launch(how), restarts: 0 });
  }
  const supervisors = spec.containers.map((container) => supervise(container.name));
  return {
    name,
    containers: spec.containers,
    kill: (container) => find(container).process.kill(),
    port(portName) {
      const found = [...running.values()].map(({ ports }) => ports.get(portName)).find(Number.isInteger);
      if (found === undefined) {
        throw new Error(`pod ${name} has no port ${portName}`);
      }
      return found;
    },
    isRunning: (container) => find(container).process.isRunning(),
    restarts: (container) => find(container).restarts,
    lastWords: (container) => readFileSync(find(container).launch.logFile, 'utf8').slice(-2_000),
    log: (container) => readFileSync(find(container).launch.logFile, 'utf8'),
    async probe(container, kind) {
      const probe = spec.containers.find((one) => one.name === container)?.[kind];
      return probe === undefined ? noAnswer : await get(probe, find(container).ports);
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await Promise.all([...running.values()].map(({ process }) => process[Symbol.asyncDispose]()));
      await Promise.all(supervisors);
    },
  };
}

interface Place {
  readonly name: string;
  readonly namespace: string;
  readonly spec: PodSpec;
  readonly node: Node;
  readonly home: string;
}

/** Rewrites what must be: image, mount paths, ports, and how the API server is reached. */
async function localLaunch(container: Container, { name, namespace, spec, node, home }: Place) {
  const ports = new Map<string, number>();
  const rewrites: [RegExp, string][] = [];
  for (const { name: portName, containerPort } of container.ports ?? []) {
    const port = await freePort();
    ports.set(portName, port);
    rewrites.push([new RegExp(`=:${containerPort}$`), `=127.0.0.1:${port}`]);
    rewrites.push([new RegExp(`=${containerPort}$`), `=${port}`]);
  }
  rewrites.push([/=0\.0\.0\.0$/, '=127.0.0.1']);
  for (const [inCluster, here] of node.services) {
    rewrites.push([new RegExp(`=${inCluster.replaceAll('.', '\\.')}$`), `=${here}`]);
  }
  for (const { name: volumeName, mountPath } of container.volumeMounts ?? []) {
    if (spec.volumes?.find((volume) => volume.name === volumeName)?.emptyDir === undefined) {
      throw new Error(`container ${container.name}: only emptyDir volumes can be mounted here`);
    }
    const directory = join(home, volumeName);
    mkdirSync(directory, { recursive: true });
    rewrites.push([new RegExp(`(?<=[=:]|//)${mountPath}/`), `${directory}/`]);
  }
  const args = (container.args ?? []).map((arg) =>
    rewrites.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), arg),
  );
  const [program, ...leading] = node.programFor(container.image);
  const access = await node.apiAccess(container, spec);
  const how: Launch = {
    program,
    args: [...leading, ...args, ...access.args],
    env: { ...(await environmentOf(container, namespace, node)), ...access.env },
    logFile: join(home, `${container.name}.log`),
    hostname: name,
  };
  return { launch: how, ports };
}

async function environmentOf(container: Container, namespace: string, node: Node): Promise<Environment> {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env ?? []) {
    const secret = valueFrom?.secretKeyRef;
    env[name] = secret === undefined ? (value ?? '') : await node.secret(namespace, secret.name, secret.key);
  }
  return env;
}

async function get({ httpGet }: Probe, ports: ReadonlyMap<string, number>): Promise<ProbeAnswer> {
  try {
    const port = ports.get(httpGet.port) ?? 0;
    const response = await fetch(`http://127.0.0.1:${port}${httpGet.path}`, {
      signal: AbortSignal.timeout(5_000),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return noAnswer;
  }
}
