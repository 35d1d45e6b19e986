import { join } from 'node:path';
import { startEmulator, type Emulator, type LoggedRequest } from '../../../support/emulator.ts';
import { socketDirectory, startPlugin, type Plugin } from '../../../support/plugin.ts';
import { untilReady } from '../../../support/volumes.ts';
import type { Outcome } from './outcome.ts';
import { readLog } from './plugin-log.ts';

/** How long besteffort waits here: longer than any usual upload, shorter than a call. */
const besteffortWait = '6s';

/** An emulator and a plugin for the rows of a table, each row with a disk of its own. */
export interface Scene extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly plugin: Plugin;
  readonly manifestDirectory: string;
}

export async function startScene(settings: Readonly<Record<string, unknown>>): Promise<Scene> {
  const directory = socketDirectory();
  const manifestDirectory = join(directory.path, 'manifests');
  const emulator = await startEmulator();
  await emulator.configure({ createDiskMs: 20, cutMs: 30, uploadMs: 60, ...settings });
  const plugin = await startPlugin({
    ecsEndpoint: emulator.endpoint,
    socket: directory.socket,
    args: [
      ...['--kubernetes', 'off', '--manifest-dir', manifestDirectory, '--keeper', 'off'],
      ...['--automatic-snapshots', 'true', '--expand-besteffort-wait', besteffortWait],
      ...['--log-level', 'debug'],
    ],
  });
  await untilReady(plugin.client);
  return {
    emulator,
    plugin,
    manifestDirectory,
    async [Symbol.asyncDispose]() {
      await plugin[Symbol.asyncDispose]();
      await emulator[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
}

/** The parts of the emulator's state that the tables speak of. */
export interface EmulatedState {
  readonly disks: readonly { readonly id: string; readonly sizeGiB: number }[];
  readonly snapshots: readonly {
    readonly id: string;
    readonly sourceDiskId: string;
    readonly status: string;
    readonly retentionDays: number | null;
  }[];
}

export async function stateOf({ emulator }: Scene): Promise<EmulatedState> {
  return await emulator.control<EmulatedState>('GET', '/state');
}

/**
 * What happened to each disk, and what is left of the snapshots of its source; to be asked once, when all rows are over.
 */
export async function observe(
  scene: Scene,
): Promise<(diskId: string, sourceId?: string) => Omit<Outcome, 'replies'>> {
  const log = await readLog(scene.plugin);
  const changes = (await scene.emulator.requests()).filter(({ action }) => changing.includes(action));
  const byDisk = Map.groupBy(changes, ({ parameters }) => parameters['DiskId']);
  const bySnapshot = Map.groupBy(changes, ({ parameters }) => parameters['SnapshotId']);
  const state = await stateOf(scene);
  return (diskId, sourceId = diskId) => {
    const { events, deletedSnapshots } = log(diskId);
    const ofSnapshots = [...deletedSnapshots].flatMap((id) => bySnapshot.get(id) ?? []);
    const requests = [...(byDisk.get(diskId) ?? []), ...ofSnapshots].sort((a, b) => a.seq - b.seq);
    const snapshots = state.snapshots.filter(({ sourceDiskId }) => sourceDiskId === sourceId);
    return {
      calls: withoutReplays(requests).map(nameOfCall),
      events,
      left: {
        sizeGiB: state.disks.find(({ id }) => id === diskId)?.sizeGiB,
        snapshotDays: snapshots.map(({ retentionDays }) => retentionDays ?? 0),
      },
    };
  };
}

const changing = ['CreateSnapshot', 'DeleteSnapshot', 'ResizeDisk', 'DeleteDisk'];

/** Without requests whose ClientToken ECS has seen succeed: they get the old answer, and nothing is made. */
function withoutReplays(requests: readonly LoggedRequest[]): LoggedRequest[] {
  const succeeded = new Set<string>();
  return requests.filter(({ code, parameters: { ClientToken: token } }) => {
    const isReplay = token !== undefined && succeeded.has(token);
    if (token !== undefined && code === 'OK') {
      succeeded.add(token);
    }
    return !isReplay;
  });
}

function nameOfCall({ action, code }: LoggedRequest): string {
  return `${action} ${code === 'no-answer' ? 'no answer' : code}`;
}
