import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand, type CommandProcess } from './child-process.ts';
import { connectToCsi, type CsiConnection } from './csi-connection.ts';
import { emulatedEcsAt, emulatorKeys, type EmulatedEcs } from './emulated-ecs.ts';

export interface EmulatorService {
  readonly process: CommandProcess;
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly ecs: EmulatedEcs;
}

export interface PluginService {
  readonly process: CommandProcess;
  readonly socketPath: string;
  readonly httpUrl: string;
  /** Where the plugin leaves the objects that lead to the snapshots of deleted disks. */
  readonly manifestDirectory: string;
  readonly csi: CsiConnection;
}

/** Starts an emulator on a free port. What must be undone is left with `cleanUp`. */
export async function startEmulator(cleanUp: AsyncDisposableStack): Promise<EmulatorService> {
  const process = cleanUp.use(startCommand(['emulator', '--port', '0']));
  const address = await process.saw(/listening on http:\/\/([^\s"/]+)/);
  return { process, address, ecs: emulatedEcsAt(address) };
}

/** Starts the plugin on a socket in a new directory and waits until it serves, which is not yet ready. */
export async function startPlugin(ecsAddress: string, cleanUp: AsyncDisposableStack): Promise<PluginService> {
  const directory = temporaryDirectory(cleanUp);
  const socketPath = join(directory, 'csi.sock');
  const manifestDirectory = join(directory, 'manifests');
  const process = cleanUp.use(
    startCommand(
      [
        ...['serve', '--endpoint', `unix://${socketPath}`, '--http-endpoint', '127.0.0.1:0'],
        ...['--region', 'cn-hangzhou', '--cluster-id', 'demo', '--poll-interval', '200ms'],
        ...['--ecs-endpoint', ecsAddress, '--ecs-protocol', 'http'],
        ...['--feature-gates', 'EnableVolumeGroupSnapshots=true'],
        ...['--kubernetes', 'off', '--manifest-dir', manifestDirectory],
      ],
      { ...emulatorKeys, VOLUME_DEL_AUTO_SNAP: 'true' },
    ),
  );
  const httpUrl = await process.saw(/"http":"([^"]+)".*"Serving CSI"/);
  return { process, socketPath, httpUrl, manifestDirectory, csi: cleanUp.use(connectToCsi(socketPath)) };
}

function temporaryDirectory(cleanUp: AsyncDisposableStack): string {
  const path = mkdtempSync(join(tmpdir(), 'csi-datasafe-demo-'));
  const remove = () => {
    rmSync(path, { recursive: true, force: true });
  };
  process.once('exit', remove);
  cleanUp.defer(() => {
    remove();
    process.off('exit', remove);
  });
  return path;
}
