import { messageOf } from './format.ts';
import type { Stage } from './stage.ts';

/** One step of the story. It throws when it cannot go on; what it has proven until then stays. */
export interface Step {
  readonly title: string;
  readonly run: (stage: Stage) => Promise<void>;
}

/** Runs every step in order, also after one that failed, and stops early only when the signal asks for it. */
export async function runSteps(steps: readonly Step[], stage: Stage, signal: AbortSignal): Promise<void> {
  for (const [index, { title, run }] of steps.entries()) {
    stage.screen.heading(`${index + 1}  ${title}`);
    stage.proofs.beginStep(index + 1);
    try {
      await run(stage);
    } catch (error) {
      stage.proofs.that('the step could be carried out', false, messageOf(error));
    }
    if (signal.aborted) {
      return;
    }
  }
}
