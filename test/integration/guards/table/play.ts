import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { createVolume } from '../../../support/volumes.ts';
import type { Scene } from './scene.ts';

/** Rows that are played at the same time. */
const atOnce = 16;
/** A call that has not come to an end after so many repetitions never will. */
const maxCalls = 8;
/** After these the sidecars ask again; any other status is an answer. */
const undecided = ['CANCELLED', 'DEADLINE_EXCEEDED', 'UNAVAILABLE', 'ABORTED'];
/** As csi-resizer and csi-provisioner call by default. */
export const callTimeLimitMs = 10_000;

export type DiskState = 'in use' | 'available' | 'never attached' | 'unused clone';

/** A clone of a used volume, and the ids of both. */
async function clonedVolume({ emulator, plugin }: Scene, name: string, parameters: Record<string, string>) {
  const { type = '', zoneId = '' } = parameters;
  const sourceId = await createVolume(plugin.client, `${name}-source`, { parameters: { type, zoneId } });
  await emulator.attach(sourceId);
  await emulator.writeDisk(sourceId, 0, Buffer.from(`data of ${name}`));
  const diskId = await createVolume(plugin.client, name, { parameters, volumeId: sourceId });
  return { diskId, sourceId };
}

/** A volume as `volumeInState`, and the disk whose snapshots hold its data: another one where ECS makes none of its own. */
export async function volumeWithSource(
  scene: Scene,
  name: string,
  wish: { readonly state: DiskState; readonly parameters: Record<string, string> },
): Promise<{ readonly diskId: string; readonly sourceId: string }> {
  if (wish.state === 'unused clone') {
    return await clonedVolume(scene, name, wish.parameters);
  }
  const diskId = await volumeInState(scene, name, { ...wish, state: wish.state });
  return { diskId, sourceId: diskId };
}

/** A volume whose disk has gone as far as the state says. @returns its id. */
export async function volumeInState(
  { emulator, plugin }: Scene,
  name: string,
  {
    state,
    parameters,
  }: {
    readonly state: Exclude<DiskState, 'unused clone'>;
    readonly parameters: Record<string, string>;
  },
): Promise<string> {
  const diskId = await createVolume(plugin.client, name, { sizeGiB: 20, parameters });
  if (state !== 'never attached') {
    await emulator.attach(diskId);
    await emulator.writeDisk(diskId, 0, Buffer.from(`data of ${name}`));
  }
  if (state === 'available') {
    await emulator.detach(diskId);
  }
  return diskId;
}

/** The status of a call. */
export async function statusOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    return GrpcStatus[(error as ServiceError).code];
  }
}

/** Calls until the answer says that asking again is of no use. @returns the status of each call. */
export async function callUntil(
  isEnd: (replies: readonly string[]) => boolean,
  call: () => Promise<unknown>,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const replies: string[] = [];
  while (replies.length < maxCalls) {
    replies.push(await statusOf(call()));
    if (isEnd(replies)) {
      return replies;
    }
    await meanwhile();
  }
  return [...replies, 'and so on'];
}

export function isFinal(replies: readonly string[]): boolean {
  return !undecided.includes(replies.at(-1) ?? '');
}

/**
 * Plays all rows, some at a time. Throttled ones come last and one by one: a throttle holds up all snapshots for a moment.
 * @param play gets the row's number too, for names of its own.
 */
export async function playThrottledLast<Row, Result>(
  rows: readonly Row[],
  isThrottled: (row: Row) => boolean,
  play: (row: Row, number: number) => Promise<Result>,
): Promise<[Row, Result][]> {
  const numbered = async (row: Row) => await play(row, rows.indexOf(row));
  const quick = rows.filter((row) => !isThrottled(row));
  return [...(await playAll(quick, numbered)), ...(await playAll(rows.filter(isThrottled), numbered, 1))];
}

/** Plays all rows, some at a time. @returns what each led to. */
async function playAll<Row, Result>(
  rows: readonly Row[],
  play: (row: Row) => Promise<Result>,
  limit = atOnce,
): Promise<Map<Row, Result>> {
  const results = new Map<Row, Result>();
  const waiting = rows.values();
  const worker = async () => {
    for (const row of waiting) {
      results.set(row, await play(row));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
