import { dataPlanFor } from '../../../src/demo/disk-content.ts';
import { Proofs } from '../../../src/demo/proofs.ts';
import { Screen } from '../../../src/demo/screen.ts';
import type { Stage } from '../../../src/demo/stage.ts';

/** A stage whose screen is an array of texts. */
export function stageForTests(): { stage: Stage; written: string[] } {
  const written: string[] = [];
  const now = () => 0;
  const screen = new Screen({ write: (text) => written.push(text) }, now);
  const proofs = new Proofs({ now, show: (proof) => screen.proof(proof) });
  const plan = dataPlanFor(8);
  const stage = {
    screen,
    proofs,
    plan,
    guardedPlan: plan,
    cleanUp: new AsyncDisposableStack(),
    findings: {},
  };
  return { stage, written };
}
