import { accessSync, chownSync, constants, lstatSync, statSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';

export interface SocketFile {
  readonly path: string;
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Makes room for a socket: removes one that a dead process left behind, since its directory outlives a container.
 * @throws Error when its directory is missing or not writable, when the path is something else than a socket, or a living process listens there.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  assertDirectory(dirname(path));
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    return;
  }
  if (!found.isSocket()) {
    throw new Error(`${path} is there and is no socket; remove it or choose another --endpoint`);
  }
  if (await isListening(path)) {
    throw new Error(`another process serves ${path}; stop it or choose another --endpoint`);
  }
  unlinkSync(path);
}

function assertDirectory(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) {
    throw new Error(
      `the directory of the socket, ${directory}, does not exist; create it or choose another --endpoint`,
    );
  }
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    const message = `the directory of the socket, ${directory}, is not writable for this user; change its owner or mode`;
    throw new Error(message, { cause: error });
  }
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const connection = connect(path);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', (error: NodeJS.ErrnoException) => {
      // Refused: the file is there, but nobody listens. Gone: somebody removed it just now.
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') {
        resolve(false);
      } else {
        reject(
          new Error(`cannot tell whether ${path} is in use (${error.code ?? error.message})`, {
            cause: error,
          }),
        );
      }
    });
  });
}

/** Runs `bind` so that the socket has its mode from the first moment on; then gives it its owner. */
export async function bindWithMode(
  { path, mode, owner }: SocketFile,
  bind: () => Promise<void>,
): Promise<void> {
  const before = process.umask(0o777 & ~mode);
  try {
    await bind();
  } finally {
    process.umask(before);
  }
  if (owner !== undefined) {
    chownSync(path, owner.uid, owner.gid);
  }
}

/** Removes the socket at the end, unless somebody else did. */
export function removeSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) {
    unlinkSync(path);
  }
}
