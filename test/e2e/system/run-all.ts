import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../../support/emulator.ts';
import {
  checksAfterStories,
  checksBeforeInstallation,
  checksBeforeStories,
  type CheckContext,
} from '../checks/index.ts';
import { startControlPlane } from './control-plane.ts';
import { tellInterrupted, type InterruptedStory } from './interrupted.ts';
import { registerNodes } from './nodes.ts';
import { install as installAnother, installProduct, type Installation } from './product.ts';
import type { ClusterStory } from './bare-cluster.ts';
import { buildPrograms, currentPrograms, type Programs } from './programs.ts';
import { createReport, type Report } from './report.ts';
import type { Scene, Story } from './story.ts';
import { tellClusterStories } from './telling-clusters.ts';
import { tellUndisturbed } from './telling.ts';

const records = fileURLToPath(new URL('../../../.cache/e2e/', import.meta.url));
const snapshotCrds = 'github.com/kubernetes-csi/external-snapshotter/client/v8';
const totalLimitMs = 30 * 60_000;

export interface RunOptions {
  readonly stories: readonly Story[];
  readonly interrupted: readonly InterruptedStory[];
  /** Told before the others, each in a cluster of its own. */
  readonly clusters: readonly ClusterStory[];
  /** Every story is told, so that what they use together can be judged. */
  readonly isWhole: boolean;
  readonly keepsRecords: boolean;
}

/** @returns the exit status. */
export async function runAll(options: RunOptions): Promise<number> {
  const programs = buildPrograms(currentPrograms);
  const directory = mkdtempSync(join(tmpdir(), 'datasafe-e2e-'));
  const report = createReport();
  const stopped = AbortSignal.any([AbortSignal.timeout(totalLimitMs), stopAsked()]);
  const stop = new Promise<never>((_, reject) => {
    stopped.addEventListener('abort', () => {
      reject(stopped.reason as Error);
    });
  });
  stop.catch(() => undefined);
  try {
    const stage = { programs, report, directory, stop, stopped };
    await tellClusterStories(options.clusters, stage);
    stopped.throwIfAborted();
    if (options.stories.length + options.interrupted.length > 0) {
      await tellInOneCluster(options, stage);
    }
  } finally {
    if (report.failed() > 0 || options.keepsRecords || stopped.aborted) {
      rmSync(records, { recursive: true, force: true });
      mkdirSync(records, { recursive: true });
      cpSync(directory, records, { recursive: true, filter: isWorthKeeping });
      console.log(`\nLogs and objects: ${records}`);
    }
    rmSync(directory, { recursive: true, force: true });
  }
  return report.close();
}

interface Stage {
  readonly programs: Programs;
  readonly report: Report;
  readonly directory: string;
  readonly stop: Promise<never>;
  readonly stopped: AbortSignal;
}

/** The cluster that most users have, with the chart in it, for all stories. */
async function tellInOneCluster(
  { stories, interrupted, isWhole }: RunOptions,
  { programs, report, directory, stop, stopped }: Stage,
): Promise<void> {
  await using system = new AsyncDisposableStack();
  const controlPlane = system.use(await startControlPlane(programs, directory));
  const { kubectl } = controlPlane;
  await kubectl.run(`apply -k ${programs.moduleFolder(snapshotCrds, 'config/crd')}`);
  const ecs = system.use(await startEmulator());
  system.defer(() => writeFileSync(join(directory, 'emulator.log'), ecs.process.output()));
  const nodes = await registerNodes(kubectl, ecs);
  const context: CheckContext = { programs, controlPlane, ecs, directory };
  for (const check of checksBeforeInstallation) {
    await report.add(check.title, () => check.run(context));
  }
  const product = system.use(await installProduct(context, ecs));
  const install = (installation: Installation) => installAnother(context, installation);
  const scene: Scene = { ecs, nodes, product, controlPlane, install };
  for (const check of checksBeforeStories) {
    await report.add(check.title, () => check.run({ ...context, product }));
  }
  const stage = { scene, report, directory };
  await Promise.race([stop, tellUndisturbed(stories, stage, stopped)]);
  await Promise.race([stop, tellInterrupted(interrupted, stage, stopped)]);
  for (const check of isWhole ? checksAfterStories : []) {
    await report.add(check.title, () => check.run(context));
  }
}

/** Logs and objects; no sockets, no keys, and not the files of etcd. */
function isWorthKeeping(path: string): boolean {
  return !/\.(sock|key|crt|kubeconfig|csv)$|\/(etcd|kubectl-cache)(\/|$)/.test(path);
}

/** Aborts when the process is told to end, so that what was started ends first. */
function stopAsked(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      controller.abort(new Error(`stopped by ${signal}`));
    });
  }
  return controller.signal;
}
