import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCsi, type CsiClient } from './csi-client.ts';
import { emulatorEnvironment } from './emulator.ts';
import { spawnCommand, type SpawnedProcess } from './spawned-process.ts';

/** A fresh directory for sockets; removed when it goes out of scope. */
export interface SocketDirectory extends Disposable {
  readonly path: string;
  readonly socket: string;
}

export function socketDirectory(): SocketDirectory {
  const path = mkdtempSync(join(tmpdir(), 'datasafe-'));
  return {
    path,
    socket: join(path, 'csi.sock'),
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The plugin in its own process, with a client on its socket. */
export interface Plugin extends AsyncDisposable {
  readonly process: SpawnedProcess;
  readonly client: CsiClient;
  readonly httpUrl: string;
}

export interface PluginOptions {
  readonly ecsEndpoint: string;
  readonly socket: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The program: the sources, unless a built one is given. */
  readonly main?: string;
}

/** Starts `csi-datasafe serve` against an emulator and waits until it serves (not until it is ready). */
export async function startPlugin(options: PluginOptions): Promise<Plugin> {
  const process = spawnCommand(
    [
      ...['serve', '--endpoint', `unix://${options.socket}`, '--http-endpoint', '127.0.0.1:0'],
      ...['--region', 'cn-hangzhou', '--cluster-id', 'test-cluster', '--default-zone', 'cn-hangzhou-h'],
      ...['--ecs-endpoint', options.ecsEndpoint, '--ecs-protocol', 'http', '--poll-interval', '100ms'],
      ...(options.args ?? []),
    ],
    options.env ?? emulatorEnvironment,
    options.main,
  );
  const [, httpUrl = ''] = await process.waitForOutput(/"http":"([^"]+)".*"Serving CSI"/);
  const client = connectCsi(options.socket);
  return {
    process,
    client,
    httpUrl,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await process[Symbol.asyncDispose]();
    },
  };
}
