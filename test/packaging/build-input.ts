import { chmodSync, cpSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What .dockerignore lets through, and what building takes beside that. */
const forEngine = ['Dockerfile', '.dockerignore', 'scripts/build-image.sh'];

/** Copies what the Dockerfile may copy to an empty directory. */
export function copyBuildInput(to: string): void {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  const names = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const isWanted = (path: string) => !path.includes('/src/generated') && !/\.(test\.ts|md)$/.test(path);
  for (const name of [...names, ...forEngine]) {
    cpSync(join(root, name), join(to, name), { recursive: true, filter: isWanted });
  }
}

/** As a checkout under a strict umask is: only its owner can read it. */
export function keepToOwner(directory: string): void {
  for (const name of ['', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })]) {
    const path = join(directory, name);
    const { mode } = lstatSync(path);
    chmodSync(path, mode & 0o700);
  }
}
