import { existsSync } from 'node:fs';
import { formatDuration } from '../format.ts';
import { finding, type Stage } from '../stage.ts';
import type { CommandProcess } from '../child-process.ts';

/** Both processes end when they are told to, and leave nothing behind. */
export async function stopServices(stage: Stage): Promise<void> {
  const plugin = finding(stage, 'plugin');
  await proveStops(stage, 'plugin', plugin.process);
  const socket = existsSync(plugin.socketPath) ? 'still there' : 'gone';
  stage.proofs.equal('the socket has been removed', socket, 'gone');
  await proveStops(stage, 'emulator', finding(stage, 'emulator').process);
}

async function proveStops(stage: Stage, name: string, process: CommandProcess): Promise<void> {
  stage.screen.say('sent', `SIGTERM to the ${name}, process ${process.processId}`);
  const startedAtMs = performance.now();
  const end = await process.terminate();
  stage.screen.say('ended', `after ${formatDuration(performance.now() - startedAtMs)}`);
  stage.proofs.equal(`the ${name} ends cleanly (exit status)`, end, 0);
}
