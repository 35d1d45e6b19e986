import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { copyBuildInput, keepToOwner } from './build-input.ts';
import { expectProductionPackagesOnly, expectTrueSbom } from './content.ts';
import type { Base, Engine } from './engine.ts';
import { podOf } from './pod.ts';
import { note, type Report } from './report.ts';
import { serveInContainer } from './serve-in-container.ts';

interface ImageConfig {
  readonly Id: string;
  readonly Size: number;
  readonly RootFS: { readonly Layers: readonly string[] };
  readonly Config: {
    readonly User: string;
    readonly ExposedPorts: Readonly<Record<string, unknown>>;
    readonly Entrypoint: readonly string[];
    readonly StopSignal?: string;
  };
}

const tag = 'localhost/csi-datasafe-packaging-test';

/** Builds the image twice, looks into it, and starts it as the chart does. */
export async function checkImage(report: Report, engine: Engine, base: Base, work: string): Promise<void> {
  mkdirSync(work);
  const image = `${tag}:first`;
  const first = await report.check(`${engine.name} builds the Dockerfile`, () => {
    note(`over ${base.what}`);
    const config = build({ engine, base, image, directory: join(work, 'first') });
    note(`${Math.round(config.Size / 1e6)} MB`);
    return config;
  });
  if (first === undefined) {
    return;
  }
  try {
    await report.check('another checkout, that only its owner can read, gives the same image', () => {
      const directory = join(work, 'second');
      const second = build({ engine, base, image: `${tag}:second`, directory }, keepToOwner);
      expectSameImage(first, second);
    });
    await report.check('user, port and signal are those of the chart', () => expectAgreement(first));
    const system = join(work, 'system');
    await report.check('nothing is in the image but Node.js, its libraries and the program', () => {
      unpack(engine, image, system);
      expectNoTools(system);
      expectProductionPackagesOnly(join(system, 'app'));
    });
    await report.check('the SBOM names each package of the image and of the lock file, and no other', () =>
      expectTrueSbom(join(system, 'app')),
    );
    const socketDirectory = emptyVolume(join(work, 'socket'));
    await report.check(
      'started as the chart does, it serves CSI, is ready, writes nothing, and ends on SIGTERM',
      () => serveInContainer(engine, image, socketDirectory),
    );
  } finally {
    engine.run('image', 'rm', '--force', image, `${tag}:second`);
  }
}

interface Build {
  readonly engine: Engine;
  readonly base: Base;
  readonly image: string;
  readonly directory: string;
}

function build({ engine, base, image, directory }: Build, change?: (directory: string) => void): ImageConfig {
  copyBuildInput(directory);
  change?.(directory);
  const args = ['scripts/build-image.sh', '--no-cache', '--quiet', '--build-arg', `NODE_IMAGE=${base.image}`];
  execFileSync('sh', args, {
    cwd: directory,
    env: { ...process.env, IMAGE: image, SOURCE_DATE_EPOCH: '1700000000' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [config] = JSON.parse(engine.run('image', 'inspect', image)) as ImageConfig[];
  if (config === undefined) {
    throw new Error(`${engine.name} does not know ${image}, which it has built`);
  }
  return config;
}

function expectSameImage(first: ImageConfig, second: ImageConfig): void {
  const layers = [first, second].map(({ RootFS }) => RootFS.Layers.join(', '));
  if (layers[0] !== layers[1]) {
    throw new Error(`the layers differ:\n${layers.join('\n')}`);
  }
  if (first.Id !== second.Id) {
    throw new Error(`the layers are the same, the rest is not: ${first.Id} and ${second.Id}`);
  }
}

function expectAgreement({ Config }: ImageConfig): void {
  const { container, security } = podOf('plugin');
  const said = [Config.User, ...Object.keys(Config.ExposedPorts), Config.StopSignal ?? 'SIGTERM'];
  const ports = container.ports.map(({ containerPort }) => `${containerPort}/tcp`);
  const wanted = [`${security.runAsUser}:${security.runAsGroup}`, ...ports, 'SIGTERM'];
  if (said.join(' ') !== wanted.join(' ') || security.runAsUser === 0) {
    throw new Error(`the image says ${said.join(' ')}, the chart ${wanted.join(' ')}`);
  }
}

function unpack(engine: Engine, image: string, directory: string): void {
  mkdirSync(directory);
  const container = engine.run('create', image).trim();
  const archive = `${directory}.tar`;
  try {
    engine.run('export', '--output', archive, container);
    execFileSync('tar', ['--extract', '--preserve-permissions', '--directory', directory, '--file', archive]);
  } finally {
    engine.run('rm', container);
  }
}

/** @throws Error when there is a program beside Node.js, or something that its user may change. */
function expectNoTools(system: string): void {
  const find = (...args: string[]) =>
    execFileSync('find', [system, ...args, '-printf', '%P\n'], { encoding: 'utf8' }).trim();
  const programs = find(
    '-type',
    'f',
    '-perm',
    '/111',
    '!',
    '-name',
    '*.so*',
    '!',
    '-path',
    '*/node_modules/*',
  );
  const special = find('-perm', '/6000');
  const writable = find('!', '-type', 'l', '-perm', '/022');
  const found = [programs, special, writable].join(' | ');
  if (found !== 'usr/local/bin/node |  | tmp') {
    throw new Error(`programs | with special rights | writable: ${found}`);
  }
}

/** As an emptyDir with an fsGroup is. */
function emptyVolume(directory: string): string {
  const { fsGroup } = podOf('plugin').security;
  mkdirSync(directory);
  chownSync(directory, process.getuid?.() ?? 0, fsGroup);
  chmodSync(directory, 0o2777);
  return directory;
}
