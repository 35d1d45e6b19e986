import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskError } from '../../disk/disk-error.ts';

/** Files of one folder, each there whole or not at all, even when the machine stops in the midst of it. */
export interface ManifestDirectory {
  /** The text of a file; `undefined` when there is none. */
  read(fileName: string): Promise<string | undefined>;
  /** The names of the files that end so. */
  list(suffix: string): Promise<string[]>;
  /** Writes a file that must not be there yet. @returns false when it is. */
  create(fileName: string, text: string): Promise<boolean>;
  replace(fileName: string, text: string): Promise<void>;
  /** Removes a file, or finds it gone. */
  remove(fileName: string): Promise<void>;
}

/** Opens a folder; it is made when the first file is written. Everything rejects with a DiskError. */
export function openManifestDirectory(directory: string): ManifestDirectory {
  const pathOf = (fileName: string) => join(directory, fileName);
  const within = async <T>(fileName: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw fileError(error, pathOf(fileName));
    }
  };
  const write = async <T>(fileName: string, text: string, place: (temporary: string) => Promise<T>) =>
    await within(fileName, async () => {
      await mkdir(directory, { recursive: true });
      const temporary = pathOf(`.${fileName}.${randomUUID()}`);
      try {
        await writeDurably(temporary, text);
        const result = await place(temporary);
        await syncDirectory(directory);
        return result;
      } finally {
        await rm(temporary, { force: true });
      }
    });
  return {
    read: (fileName) =>
      within(fileName, async () => await readFile(pathOf(fileName), 'utf8').catch(ifAbsent(undefined))),
    list: (suffix) =>
      within('', async () => {
        const names = await readdir(directory).catch(ifAbsent([] as string[]));
        return names.filter((name) => name.endsWith(suffix) && !name.startsWith('.')).sort();
      }),
    create: (fileName, text) =>
      write(fileName, text, async (temporary) => await placeNew(temporary, pathOf(fileName))),
    replace: (fileName, text) =>
      write(fileName, text, async (temporary) => await rename(temporary, pathOf(fileName))),
    remove: (fileName) =>
      within(fileName, async () => {
        await rm(pathOf(fileName), { force: true });
      }),
  };
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A link, unlike a rename, does not write over what another replica has just put there. */
async function placeNew(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') {
      return false;
    }
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') {
      // A file system without hard links.
      await rename(temporary, target);
      return true;
    }
    throw error;
  }
}

function ifAbsent<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT') {
      return instead;
    }
    throw error;
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function fileError(error: unknown, path: string): DiskError {
  const code = codeOf(error);
  const isRefused = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  const text = isRefused ? 'let the plugin write there' : 'check the folder and its file system';
  return new DiskError(
    isRefused ? 'denied' : 'outcome-unknown',
    `file ${path} cannot be read or written (${code === '' ? 'unknown reason' : code}): ${text}`,
    { cause: error },
  );
}
