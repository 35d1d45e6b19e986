import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { connectCsi, invoke } from '../support/csi-client.ts';
import { spawnProgram, type SpawnedProcess } from '../support/spawned-process.ts';
import { createVolume, untilReady } from '../support/volumes.ts';
import type { Engine } from './engine.ts';
import { podOf, runArguments } from './pod.ts';
import { note } from './report.ts';

/** A started container, removed when it goes out of scope. */
interface Started extends AsyncDisposable {
  readonly name: string;
  readonly process: SpawnedProcess;
}

/** The emulator and the plugin as the preset `try` starts them, each of the image, in a network of their own. */
export async function serveInContainer(engine: Engine, image: string, directory: string): Promise<void> {
  const place = { engine, image, directory };
  await using emulator = start(place, 'emulator', ['--network=none']);
  await emulator.process.waitForOutput(/listening on http:\/\/\S+/);
  const network = `--network=container:${emulator.name}`;
  const port = podOf('emulator').container.ports[0]?.containerPort ?? 0;
  const args = [`--ecs-endpoint=127.0.0.1:${port}`, '--kubernetes=off'];
  await using plugin = start(place, 'plugin', [network], args);
  await plugin.process.waitForOutput(/"Serving CSI"/);
  using client = connectCsi(join(directory, 'csi.sock'));
  await untilReady(client);
  const volumeId = await createVolume(client, 'pvc-1');
  const again = await createVolume(client, 'pvc-1');
  if (volumeId === '' || volumeId !== again) {
    throw new Error(`CreateVolume, called twice, answered ${volumeId} and ${again}`);
  }
  await invoke(client.controller, 'DeleteVolume', { volumeId });
  expectReadyAnswer(engine, plugin.name);
  expectNoRights(engine, plugin.name);
  expectNothingWritten(engine, plugin.name);
  engine.run('kill', '--signal=TERM', plugin.name);
  const status = await plugin.process.ended;
  if (status !== 0 || !plugin.process.output().includes('"Stopped"')) {
    throw new Error(`the plugin ended with ${status}:\n${plugin.process.output()}`);
  }
}

interface Place {
  readonly engine: Engine;
  readonly image: string;
  /** What every volume of a container leads to. */
  readonly directory: string;
}

function start(
  { engine, image, directory }: Place,
  kind: 'plugin' | 'emulator',
  options: readonly string[],
  args: readonly string[] = [],
): Started {
  const pod = podOf(kind);
  const name = `datasafe-${kind}-${randomUUID()}`;
  const flags = [`--name=${name}`, ...options, ...runArguments(engine, pod, directory)];
  const process = spawnProgram(engine.name, ['run', ...flags, image, ...pod.container.args, ...args]);
  return {
    name,
    process,
    async [Symbol.asyncDispose]() {
      engine.run('rm', '--force', name);
      await process.ended;
    },
  };
}

function evaluate(engine: Engine, container: string, code: string): string {
  return engine.run('exec', container, 'node', '--input-type=module', '--eval', code).trim();
}

/** Asks what the kubelet asks, on the port that the chart names. */
function expectReadyAnswer(engine: Engine, container: string): void {
  const [port] = podOf('plugin').container.ports;
  for (const path of ['/readyz', '/healthz', '/metrics']) {
    const url = `http://127.0.0.1:${port?.containerPort ?? 0}${path}`;
    const status = evaluate(engine, container, `console.log((await fetch('${url}')).status)`);
    if (status !== '200') {
      throw new Error(`${path} answered ${status}`);
    }
  }
}

function expectNoRights(engine: Engine, container: string): void {
  const text = evaluate(
    engine,
    container,
    `console.log((await import('node:fs')).readFileSync('/proc/1/status', 'utf8'))`,
  );
  const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(text)?.[1] ?? '';
  const said = `${field('Uid').split('\t')[0]} ${field('CapEff')} ${field('CapBnd')} ${field('NoNewPrivs')}`;
  if (said !== '65532 0000000000000000 0000000000000000 1') {
    throw new Error(`user, capabilities, their bound, no new privileges: ${said}`);
  }
  note(`resident ${Math.round(Number.parseInt(field('VmRSS'), 10) / 1024)} MiB`);
}

function expectNothingWritten(engine: Engine, container: string): void {
  const changes = engine
    .run('diff', container)
    .split('\n')
    // Mount points that the engine makes.
    .filter((line) => line !== '' && !/^[AC] \/(csi|state|dev|proc|sys|run|etc)(\/|$)/.test(line));
  if (changes.length > 0) {
    throw new Error(`the container has changed: ${changes.join(', ')}`);
  }
}
