import { formatDuration } from './format.ts';
import type { Proof } from './proofs.ts';

/** All proofs as a table, and the line that counts them. */
export function summaryOf(proofs: readonly Proof[], titles: readonly string[]): string[] {
  const claims = proofs.map(({ claim }) => claim.length);
  const claimWidth = Math.max('proof'.length, ...claims);
  const row = (step: string, claim: string, result: string, time: string) =>
    `${step.padStart(4)}  ${claim.padEnd(claimWidth)}  ${result.padEnd(6)}  ${time.padStart(8)}`;
  const rows = proofs.map(({ step, claim, passed, durationMs }) =>
    row(`${step}`, claim, passed ? 'passed' : 'FAILED', formatDuration(durationMs)),
  );
  return [
    row('step', 'proof', 'result', 'time'),
    ...rows,
    '',
    ...failuresIn(proofs, titles),
    verdictOn(proofs),
  ];
}

function failuresIn(proofs: readonly Proof[], titles: readonly string[]): string[] {
  const failed = proofs.filter(({ passed }) => !passed);
  return failed.map(
    ({ step, claim, evidence }) =>
      `failed in step ${step} (${titles[step - 1] ?? ''}): ${claim}: ${evidence}`,
  );
}

function verdictOn(proofs: readonly Proof[]): string {
  const passed = proofs.filter((proof) => proof.passed).length;
  return `demo: ${proofs.length} proofs, ${passed} passed, ${proofs.length - passed} failed`;
}
