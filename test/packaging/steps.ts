import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { connectCsi, invoke } from '../support/csi-client.ts';
import { emulatorEnvironment } from '../support/emulator.ts';
import { spawnCommand } from '../support/spawned-process.ts';
import { untilReady } from '../support/volumes.ts';
import { copyBuildInput, keepToOwner } from './build-input.ts';
import { expectProductionPackagesOnly, expectTrueSbom } from './content.ts';
import type { Report } from './report.ts';

/** Takes the steps of the Dockerfile without an engine: full install, generate, build, production install, layout, start. */
export async function checkSteps(report: Report, work: string): Promise<void> {
  mkdirSync(work);
  const image = join(work, 'image');
  const app = join(image, 'app');
  const built = await report.check('the steps of the Dockerfile run in an empty directory', () => {
    build(join(work, 'build'), image);
    return true;
  });
  if (built === undefined) {
    return;
  }
  await report.check('there are production dependencies only', () => expectProductionPackagesOnly(app));
  await report.check('the SBOM names each package of the image and of the lock file, and no other', () =>
    expectTrueSbom(app),
  );
  await report.check('a checkout that only its owner can read gives the same files', () => {
    keepToOwner(join(work, 'build'));
    layOut(join(work, 'build'), join(work, 'again'));
    if (fingerprint(image) !== fingerprint(join(work, 'again'))) {
      throw new Error(`modes, times or content of ${image} and ${join(work, 'again')} differ`);
    }
  });
  await report.check('the built program serves CSI and is ready', () => probeBuiltPlugin(app, work));
  const start = 'Node.js starts with the libraries that the image brings';
  if (process.getuid?.() === 0) {
    await report.check(start, () => startNodeIn(join(image, 'base')));
  } else {
    report.notRun(start, 'only root may change the root directory');
  }
}

function build(directory: string, image: string): void {
  copyBuildInput(directory);
  run(directory, 'npm', 'ci', '--omit=optional');
  run(directory, 'npm', 'run', 'generate');
  run(directory, 'npm', 'run', 'build');
  run(directory, 'npm', 'prune', '--omit=dev', '--omit=optional', '--offline');
  run(directory, 'npm', 'pkg', 'delete', 'devDependencies');
  run(directory, 'node', 'scripts/write-sbom.ts', 'sbom.spdx.json');
  layOut(directory, image);
}

function layOut(directory: string, image: string): void {
  run(directory, 'sh', 'scripts/lay-out-image.sh', '.', image);
}

/** Runs a step under the Node.js that runs this, as the image's own does there. */
function run(directory: string, program: string, ...args: readonly string[]): void {
  execFileSync(program, args, {
    cwd: directory,
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      NPM_CONFIG_LOGLEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Of all files and directories: path, mode, time and content. */
function fingerprint(directory: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(directory, name);
    const status = statSync(path);
    hash.update(`${name} ${status.mode} ${status.mtimeMs}\n`);
    if (status.isFile()) {
      hash.update(readFileSync(path));
    }
  }
  return hash.digest('hex');
}

function startNodeIn(base: string): void {
  const user = '--userspec=65532:65532';
  const answer = execFileSync('chroot', [user, base, '/usr/local/bin/node', '--print', '6 * 7'], {
    encoding: 'utf8',
  });
  if (answer.trim() !== '42') {
    throw new Error(`Node.js answered ${answer}`);
  }
}

async function probeBuiltPlugin(app: string, work: string): Promise<void> {
  const socket = join(work, 'csi.sock');
  const main = join(app, 'dist', 'main.js');
  await using emulator = spawnCommand(['emulator', '--port', '0'], {}, main);
  const [, endpoint = ''] = await emulator.waitForOutput(/listening on http:\/\/(\S+)/);
  const args = ['serve', '--endpoint', socket, '--http-endpoint', 'off', '--region', 'cn-hangzhou'];
  await using plugin = spawnCommand(
    [...args, '--ecs-endpoint', endpoint, '--ecs-protocol', 'http'],
    emulatorEnvironment,
    main,
  );
  await plugin.waitForOutput(/"Serving CSI"/);
  using client = connectCsi(socket);
  await untilReady(client);
  await invoke(client.controller, 'ListVolumes', {});
  const status = await plugin.end('SIGTERM');
  if (status !== 0) {
    throw new Error(`the plugin ended with ${status}:\n${plugin.output()}`);
  }
}
