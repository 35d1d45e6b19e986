import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

/**
 * Keeps a second process from using the same files. The lock holds the number of the process; that of a process which
 * has ended, however it ended, is taken over.
 * @throws Error when another process lives that holds it.
 */
export function takeLock(path: string): Disposable {
  const lock = `${path}.lock`;
  try {
    create(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new Error(`the state file ${path} cannot be written: its directory must exist and be writable`, {
        cause: error,
      });
    }
    const holder = Number(readFileSync(lock, 'utf8'));
    if (holder !== process.pid && isAlive(holder)) {
      throw new Error(
        `process ${holder} uses the state file ${path}; end it or choose another --state-file`,
        {
          cause: error,
        },
      );
    }
    rmSync(lock, { force: true });
    create(lock);
  }
  return {
    [Symbol.dispose]() {
      rmSync(lock, { force: true });
    },
  };
}

function create(lock: string): void {
  const file = openSync(lock, 'wx');
  writeSync(file, String(process.pid));
  closeSync(file);
}

/** Signal 0 reaches nobody; it only tells whether there is somebody. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
