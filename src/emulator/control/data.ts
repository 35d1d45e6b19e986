import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Emulator } from '../emulator.ts';
import { isWritable } from '../lifecycle/disk-status.ts';
import type { Disk } from '../state/entities.ts';
import { ControlError, numberInQuery, type ControlCall, type Route } from './route.ts';

const gib = 1024 ** 3;
const pieceBytes = 1024 * 1024;
const maxBytesAtOnce = 256 * 1024 * 1024;

/** The bytes of a disk or a snapshot. */
interface Volume {
  readonly dataId: string;
  readonly sizeBytes: number;
}

interface Range extends Volume {
  readonly offset: number;
  readonly length: number;
}

export const dataRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'disks/:id/data',
    handle: (call) => sendBytes(call, rangeOf(call, diskVolume(call))),
  },
  {
    method: 'GET',
    path: 'disks/:id/digest',
    handle: (call) => digest(call, rangeOf(call, diskVolume(call))),
  },
  { method: 'PUT', path: 'disks/:id/data', handle: receiveBytes },
  {
    method: 'GET',
    path: 'snapshots/:id/data',
    handle: (call) => sendBytes(call, rangeOf(call, snapshotVolume(call))),
  },
  {
    method: 'GET',
    path: 'snapshots/:id/digest',
    handle: (call) => digest(call, rangeOf(call, snapshotVolume(call))),
  },
];

function diskOf(emulator: Emulator, id: string): Disk {
  const disk = emulator.state.disks.get(id);
  if (disk === undefined) {
    throw new ControlError(404, `There is no disk ${id}.`);
  }
  return disk;
}

function diskVolume({ emulator, path: [id = ''] }: ControlCall): Volume {
  const disk = diskOf(emulator, id);
  return { dataId: disk.dataId, sizeBytes: disk.sizeGiB * gib };
}

function snapshotVolume({ emulator, path: [id = ''] }: ControlCall): Volume {
  const snapshot = emulator.state.snapshots.get(id);
  if (snapshot === undefined) {
    throw new ControlError(404, `There is no snapshot ${id}.`);
  }
  if (snapshot.cutAtMs === null) {
    throw new ControlError(409, `The snapshot ${id} is not cut yet: it holds no bytes.`);
  }
  return { dataId: snapshot.dataId, sizeBytes: snapshot.sourceDiskSizeGiB * gib };
}

function rangeOf({ url }: ControlCall, volume: Volume): Range {
  const offset = numberInQuery(url, 'offset', 0);
  const length = numberInQuery(url, 'length');
  checkRange(volume, offset, length);
  return { ...volume, offset, length };
}

function checkRange(volume: Volume, offset: number, length: number): void {
  if (offset + length > volume.sizeBytes) {
    const asked = `bytes ${offset} to ${offset + length}`;
    throw new ControlError(416, `It has ${volume.sizeBytes} bytes; ${asked} are beyond its end.`);
  }
}

async function sendBytes({ emulator, response }: ControlCall, range: Range): Promise<undefined> {
  if (range.length > maxBytesAtOnce) {
    throw new ControlError(413, `At most ${maxBytesAtOnce} bytes can be asked for at once.`);
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': range.length });
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for (const bytes of pieces(emulator, range)) {
    if (!response.write(bytes)) {
      await once(response, 'drain', { signal: gone.signal });
    }
  }
  response.end();
  return undefined;
}

function* pieces(emulator: Emulator, { dataId, offset, length }: Range): Generator<Buffer> {
  for (let done = 0; done < length; done += pieceBytes) {
    yield emulator.state.data.read(dataId, offset + done, Math.min(pieceBytes, length - done));
  }
}

/** Hashes a range, with room for other requests in between. */
async function digest({ emulator }: ControlCall, range: Range): Promise<object> {
  const hash = createHash('sha256');
  for (const bytes of pieces(emulator, range)) {
    hash.update(bytes);
    await nextTurn();
  }
  return { offset: range.offset, length: range.length, sha256: hash.digest('hex') };
}

/**
 * Writes the body to the disk as it comes in. Each piece counts from the moment it arrives, so that a snapshot cut in
 * between holds what had been written by then.
 */
async function receiveBytes(call: ControlCall): Promise<object> {
  const { emulator, request, path } = call;
  const start = numberInQuery(call.url, 'offset', 0);
  let length = 0;
  checkWritable(emulator, path[0] ?? '', start, Number(request.headers['content-length'] ?? 0));
  for await (const chunk of request as AsyncIterable<Buffer>) {
    emulator.settle();
    const disk = checkWritable(emulator, path[0] ?? '', start + length, chunk.length);
    emulator.state.data.write(disk.dataId, start + length, chunk);
    if (!disk.wasUsed) {
      emulator.state.disks.update(disk.id, { wasUsed: true });
    }
    length += chunk.length;
  }
  return { offset: start, length };
}

function checkWritable(emulator: Emulator, id: string, offset: number, length: number): Disk {
  const disk = diskOf(emulator, id);
  if (!isWritable(disk) && !emulator.settings.writeUnattached) {
    const remedy = `attach it (POST /__emulator/disks/${id}/attach) or set writeUnattached`;
    throw new ControlError(409, `The disk ${id} is not attached, so nobody can write to it: ${remedy}.`);
  }
  if (length > maxBytesAtOnce) {
    throw new ControlError(413, `At most ${maxBytesAtOnce} bytes can be written at once.`);
  }
  checkRange({ dataId: disk.dataId, sizeBytes: disk.sizeGiB * gib }, offset, length);
  return disk;
}
