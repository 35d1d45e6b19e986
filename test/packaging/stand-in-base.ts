import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Engine } from './engine.ts';

/**
 * Makes, where no registry can be reached, an image with what the official one has for the build: Debian, Node.js and npm.
 * @returns its name; undefined where Debian's packages cannot be reached either.
 */
export function makeStandIn(engine: Engine): string | undefined {
  const image = `localhost/node-stand-in:${process.versions.node}`;
  if (engine.run('image', 'ls', '--quiet', image).trim() !== '') {
    return image;
  }
  const work = mkdtempSync(join(tmpdir(), 'node-stand-in-'));
  const system = join(work, 'system');
  const archive = join(work, 'system.tar');
  try {
    const args = ['--quiet', '--variant=essential', '--include=libstdc++6', 'bookworm', system];
    if (spawnSync('mmdebstrap', args, { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) {
      return undefined;
    }
    addNode(join(system, 'usr/local'));
    execFileSync('tar', ['--create', '--numeric-owner', '--directory', system, '--file', archive, '.']);
    engine.run('import', archive, image);
    return image;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function addNode(to: string): void {
  const npm = join(to, 'lib/node_modules/npm');
  mkdirSync(dirname(npm), { recursive: true });
  cpSync(realpathSync(process.execPath), join(to, 'bin/node'));
  cpSync(join(dirname(process.execPath), '../LICENSE'), join(to, 'LICENSE'));
  cpSync(npmDirectory(), npm, { recursive: true, dereference: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(to, 'bin/npm'));
}

/** The npm that runs this, or the one in the PATH. */
function npmDirectory(): string {
  const program = process.env['npm_execpath'] ?? execFileSync('which', ['npm'], { encoding: 'utf8' }).trim();
  return dirname(dirname(realpathSync(program)));
}
