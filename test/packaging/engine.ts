import { execFileSync, spawnSync } from 'node:child_process';
import { makeStandIn } from './stand-in-base.ts';

/** A container engine that runs here. */
export interface Engine {
  readonly name: 'docker' | 'podman';
  /** Runs it with these arguments. @returns what it printed. @throws Error with its complaint. */
  run(...args: readonly string[]): string;
}

/** What cannot be had here, and so why something is not run. */
export interface Missing {
  readonly missing: string;
}

/** The image that the build starts from. */
export interface Base {
  readonly image: string;
  /** For people. */
  readonly what: string;
}

const usualBase = 'docker.io/library/node:24-bookworm-slim';

/** The same choice as scripts/build-image.sh makes. */
export function findEngine(): Engine | Missing {
  if (works('docker', 'info')) {
    return engineOf('docker');
  }
  if (works('podman', '--version')) {
    // Building needs no more of the machine than a changed root directory then. Elsewhere the setting means nothing.
    process.env['BUILDAH_ISOLATION'] ??= 'chroot';
    return engineOf('podman');
  }
  return { missing: 'neither docker with a running daemon nor podman is here' };
}

function engineOf(name: Engine['name']): Engine {
  return {
    name,
    run: (...args) =>
      execFileSync(name, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 }),
  };
}

/** NODE_IMAGE, or the usual one, or where no registry has it, one made of Debian's packages and the Node.js that runs this. */
export function findBase(engine: Engine): Base | Missing {
  const wanted = process.env['NODE_IMAGE'];
  if (wanted !== undefined) {
    return { image: wanted, what: wanted };
  }
  if (works(engine.name, 'image', 'inspect', usualBase) || works(engine.name, 'pull', '--quiet', usualBase)) {
    return { image: usualBase, what: usualBase };
  }
  if (process.getuid?.() !== 0 || !works('mmdebstrap', '--version')) {
    const advice =
      'give another with NODE_IMAGE=..., or be root and install mmdebstrap, which makes a stand-in';
    return { missing: `${usualBase} cannot be pulled: ${advice}` };
  }
  const image = makeStandIn(engine);
  return image === undefined
    ? { missing: `${usualBase} cannot be pulled, and mmdebstrap gets no packages` }
    : { image, what: `a stand-in for ${usualBase}: Debian bookworm with Node.js ${process.version}` };
}

function works(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
