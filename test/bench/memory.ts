/**
 * Measures what the built plugin holds of the memory while it makes, finds and keeps many protected snapshots, as fast as it
 * can and with the NODE_OPTIONS of the chart. Fails above the limit.
 *
 *     npm run build && node test/bench/memory.ts [snapshots]
 *
 * NODE_OPTIONS, also an empty one, measures with others.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { emulatorEnvironment, startEmulator } from '../support/emulator.ts';
import { spawnKubeApi, type KubeApi } from '../support/kube-api/kube-api.ts';
import { invoke, type CsiClient } from '../support/csi-client.ts';
import { podOf } from '../packaging/pod.ts';
import { socketDirectory, startPlugin, type Plugin } from '../support/plugin.ts';
import {
  createSnapshot,
  createUsedVolume,
  essdParameters,
  createVolume,
  eventually,
  untilReady,
} from '../support/volumes.ts';

/** Above what README.md says it takes, for the SDK holds each request for ten seconds: the faster the machine, the more. */
const limitMiB = 250;
const wanted = Number(process.argv[2] ?? 10_000);
const perDisk = 200;
/** Calls at a time: the sidecars' workers. */
const atATime = 100;
const root = new URL('../../', import.meta.url);

process.exitCode = await measure();

async function measure(): Promise<number> {
  await using emulator = await startEmulator();
  await emulator.configure({ cutMs: 0, uploadMs: 0, concurrentSnapshotsPerDisk: perDisk });
  await using kube = await spawnKubeApi();
  using directory = socketDirectory();
  const options = process.env['NODE_OPTIONS'] ?? optionsOfChart();
  await using plugin = await startPlugin({
    ecsEndpoint: emulator.endpoint,
    socket: directory.socket,
    args: ['--kubernetes', kube.kubeconfig, '--keeper-interval', '2s'],
    env: { ...emulatorEnvironment, VOLUME_DEL_AUTO_SNAP: 'true', NODE_OPTIONS: options },
    main: fileURLToPath(new URL('dist/main.js', root)),
  });
  await untilReady(plugin.client);
  console.log(`NODE_OPTIONS=${options}`);
  await passes(kube, 2);
  report('started, the keeper at work', plugin);
  const snapshotIds: string[] = [];
  for (let disk = 0; disk * perDisk < wanted; disk += 1) {
    const volumeId = await createUsedVolume(plugin.client, emulator, `pvc-${disk}`);
    const names = Array.from(
      { length: Math.min(perDisk, wanted - disk * perDisk) },
      (_, i) => `s-${disk}-${i}`,
    );
    await inParallel(names, async (name) => {
      snapshotIds.push(await createSnapshot(plugin.client, name, volumeId));
    });
  }
  report(`${snapshotIds.length} snapshots made`, plugin);
  await protect(plugin.client, emulator, kube, snapshotIds);
  await passes(kube, 3);
  report('each with its VolumeSnapshot, three passes of the keeper', plugin);
  await inParallel(snapshotIds, (snapshotId) =>
    invoke(plugin.client.controller, 'ListSnapshots', { snapshotId }),
  );
  report('each looked up', plugin);
  await listAll(plugin.client);
  const { peakMiB } = report('all listed', plugin);
  const verdict = peakMiB <= limitMiB ? '1 passed, 0 failed' : '0 passed, 1 failed';
  console.log(`\nat most ${peakMiB} MiB resident, ${limitMiB} are allowed\n${verdict}`);
  return peakMiB <= limitMiB ? 0 : 1;
}

/** The chart starts Node.js with options; the same are measured. */
function optionsOfChart(): string {
  return podOf('plugin').container.env?.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '';
}

function report(when: string, { process: { child } }: Plugin): { readonly peakMiB: number } {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const mib = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024);
  const [now, peak, own] = [mib('VmRSS'), mib('VmHWM'), mib('RssAnon')];
  console.log(`${String(now).padStart(4)} MiB resident (${own} its own), at most ${peak} so far: ${when}`);
  return { peakMiB: peak };
}

/** One deletion under guard shows the objects of a protected snapshot; every other snapshot gets the like. */
async function protect(
  client: CsiClient,
  emulator: Awaited<ReturnType<typeof startEmulator>>,
  kube: KubeApi,
  snapshotIds: readonly string[],
): Promise<void> {
  const parameters = { ...essdParameters, volumeDeleteSnapshotRetentionDays: '3' };
  const volumeId = await createVolume(client, 'protected', { parameters });
  await emulator.attach(volumeId);
  await emulator.writeDisk(volumeId, 0, Buffer.from('data'));
  await emulator.detach(volumeId);
  await invoke(client.controller, 'DeleteVolume', { volumeId });
  const [content] = await kube.objects('volumesnapshotcontents');
  const [snapshot] = await kube.objects('volumesnapshots');
  if (content === undefined || snapshot === undefined) {
    throw new Error('the guard has made no objects for the deleted volume');
  }
  const handle = /"snapshotHandle":"([^"]+)"/.exec(JSON.stringify(content))?.[1] ?? '';
  await inParallel(snapshotIds, async (snapshotId, number) => {
    const like = (object: typeof content) =>
      JSON.parse(
        JSON.stringify(object).replaceAll(volumeId, `d-copy${number}`).replaceAll(handle, snapshotId),
      ) as typeof content;
    await kube.put(like(content));
    await kube.put(like(snapshot));
  });
}

async function listAll(client: CsiClient): Promise<void> {
  let startingToken = '';
  do {
    const page = await invoke(client.controller, 'ListSnapshots', { maxEntries: 500, startingToken });
    startingToken = page.nextToken;
  } while (startingToken !== '');
}

/** Waits for so many looks of the keeper at the cluster. */
async function passes(kube: KubeApi, count: number): Promise<void> {
  const looks = async () => (await kube.requests({ verb: 'list', resource: 'volumesnapshots' })).length;
  const before = await looks();
  await eventually(
    async () => (await looks()) >= before + count,
    `${count} passes of the keeper`,
    300_000,
    250,
  );
}

async function inParallel<T>(
  items: readonly T[],
  run: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      await run(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}
