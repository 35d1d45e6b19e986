import { once } from 'node:events';
import { dataPlanFor, lengthOf } from './disk-content.ts';
import { formatBytes, formatDuration } from './format.ts';
import { demoOptionsFrom, demoUsage, DemoUsageError, type DemoOptions } from './options.ts';
import { Proofs } from './proofs.ts';
import { Screen } from './screen.ts';
import type { Findings } from './stage.ts';
import { runSteps } from './steps.ts';
import { story } from './story.ts';
import { summaryOf } from './summary.ts';

const interruptedStatus = 130;
const logLines = 10;
const logLineWidth = 240;
const maxGuardedMiB = 16;

/**
 * `csi-datasafe demo`: tells the story and sums it up on standard output.
 * @returns the exit status: 0 if every proof holds, 1 if one does not, 2 for a wrong command line, 130 when interrupted.
 */
export async function runDemo(argv: readonly string[]): Promise<number> {
  try {
    const options = demoOptionsFrom(argv);
    if (options === 'help') {
      process.stdout.write(demoUsage);
      return 0;
    }
    return await tellStory(options);
  } catch (error) {
    if (error instanceof DemoUsageError) {
      process.stderr.write(`csi-datasafe demo: ${error.message}\n`);
      return 2;
    }
    throw error;
  }
}

/** Whatever happens, the processes and the directory of the story are gone when this returns. */
async function tellStory({ dataMiB }: DemoOptions): Promise<number> {
  const now = () => performance.now();
  const startedAtMs = now();
  const screen = new Screen(process.stdout, now);
  const proofs = new Proofs({ now, show: (proof) => screen.proof(proof) });
  const plan = dataPlanFor(dataMiB);
  const guardedPlan = dataPlanFor(Math.min(dataMiB, maxGuardedMiB));
  const findings: Findings = {};
  const cleanUp = new AsyncDisposableStack();
  const interruption = listenForInterruption();
  screen.line(
    `csi-datasafe demo: the life of a volume with ${formatBytes(lengthOf(plan.atEnd))} of data, of a guarded one, and of a pair`,
  );
  screen.line('Everything runs on this machine: an ECS emulator, the plugin, and this CSI client.');

  const told = runSteps(story, { screen, proofs, plan, guardedPlan, cleanUp, findings }, interruption);
  await Promise.race([told, interruption.aborted ? undefined : once(interruption, 'abort')]);
  if (interruption.aborted) {
    screen.line();
    screen.line('Interrupted: ending emulator and plugin.');
    screen.mute();
  }
  await cleanUp.disposeAsync();
  await told;
  if (interruption.aborted) {
    return interruptedStatus;
  }
  screen.heading(`Summary, after ${formatDuration(now() - startedAtMs)}`);
  if (proofs.exitStatus() !== 0) {
    showLogs(screen, findings);
  }
  summaryOf(proofs.all(), titles()).forEach((line) => screen.line(line));
  return proofs.exitStatus();
}

function titles(): string[] {
  return story.map(({ title }) => title);
}

function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      controller.abort();
    });
  }
  // Whoever reads the story may leave before its end: `demo | head`.
  process.stdout.on('error', () => {
    controller.abort();
  });
  return controller.signal;
}

/** For whoever has to find out why a proof failed. */
function showLogs(screen: Screen, { emulator, plugin }: Findings): void {
  for (const service of [emulator, plugin]) {
    if (service !== undefined) {
      screen.line(`Last lines of the ${service.process.name} process:`);
      const lines = service.process.lines().slice(-logLines);
      lines.forEach((line) => screen.line(`   ${line.slice(0, logLineWidth)}`));
    }
  }
}
