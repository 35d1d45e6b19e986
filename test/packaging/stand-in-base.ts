import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Engine } from './engine.ts';

/** Makes, where no registry can be reached, an image with what the official one has for the build: Debian, Node.js and npm. */
export function makeStandIn(engine: Engine): string {
  const image = `localhost/node-stand-in:${process.versions.node}`;
  if (engine.run('image', 'ls', '--quiet', image).trim() !== '') {
    return image;
  }
  const work = mkdtempSync(join(tmpdir(), 'node-stand-in-'));
  const system = join(work, 'system');
  const archive = join(work, 'system.tar');
  try {
    const packages = ['--variant=essential', '--include=libstdc++6', 'bookworm'];
    execFileSync('mmdebstrap', ['--quiet', ...packages, system], { stdio: ['ignore', 'ignore', 'inherit'] });
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

function npmDirectory(): string {
  return join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm');
}
