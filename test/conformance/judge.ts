import type { Spec } from './ginkgo-report.ts';
import type { LeftOut, NotAnnounced } from './skips.ts';

export interface Evidence {
  readonly specs: readonly Spec[];
  readonly leftOut: readonly LeftOut[];
  readonly notAnnounced: readonly NotAnnounced[];
  /** The capabilities that the plugin announces. */
  readonly announced: ReadonlySet<string>;
  /** At least so many specs must have run. */
  readonly ranFloor: number;
}

export interface SkippedSpec {
  readonly name: string;
  readonly reason: string;
}

export interface Verdict {
  readonly passed: readonly Spec[];
  readonly failed: readonly Spec[];
  readonly skipped: readonly SkippedSpec[];
  /** What is wrong beyond single specs; each counts as a failure. */
  readonly problems: readonly string[];
}

/** Sorts the specs, and sees to it that each skipped one has a reason and each reason a skipped spec. */
export function judge(evidence: Evidence): Verdict {
  const { specs, ranFloor } = evidence;
  const withState = (state: Spec['state']) => specs.filter((spec) => spec.state === state);
  const passed = withState('passed');
  const failed = withState('failed');
  const ran = passed.length + failed.length;
  const pending = withState('pending').map(({ name }) => ({
    name,
    reason: 'switched off in csi-sanity itself',
  }));
  const explained = withState('skipped').map((spec) => ({ spec, reason: reasonOf(spec, evidence) }));
  const unexplained = explained.filter(({ reason }) => reason === undefined);
  const problems = [
    ...unexplained.map(
      ({ spec }) => `skips.ts does not say why "${spec.name}" is skipped (${spec.message || 'no message'})`,
    ),
    ...staleEntries(evidence),
    ...wronglySkipped(evidence),
  ];
  if (ran < ranFloor) {
    problems.push(`only ${ran} specs ran; at least ${ranFloor} should`);
  }
  return {
    passed,
    failed,
    skipped: [
      ...explained.flatMap(({ spec: { name }, reason }) => (reason === undefined ? [] : [{ name, reason }])),
      ...pending,
    ],
    problems,
  };
}

function reasonOf(spec: Spec, { leftOut, notAnnounced }: Evidence): string | undefined {
  const missing = notAnnounced.find((row) => skippedForLackOf(spec, row));
  if (missing !== undefined) {
    return `${missing.capability} is not announced: ${missing.reason}`;
  }
  return leftOut.find((entry) => spec.name.startsWith(entry.specs))?.reason;
}

function skippedForLackOf(spec: Spec, { sanitySays }: NotAnnounced): boolean {
  return spec.state === 'skipped' && sanitySays.includes(spec.message);
}

function staleEntries({ specs, leftOut, notAnnounced }: Evidence): string[] {
  const staleNames = leftOut
    .filter((entry) => !specs.some((spec) => spec.state === 'skipped' && spec.name.startsWith(entry.specs)))
    .map((entry) => `"${entry.specs.trim()}"`);
  const staleMessages = notAnnounced.flatMap(({ sanitySays }) =>
    sanitySays.filter((says) => !specs.some((spec) => spec.message === says)).map((says) => `"${says}"`),
  );
  return [...staleNames, ...staleMessages].map(
    (entry) => `${entry} in skips.ts has nothing to skip any more: take it out`,
  );
}

function wronglySkipped({ specs, notAnnounced, announced }: Evidence): string[] {
  return notAnnounced
    .filter((row) => announced.has(row.capability) && specs.some((spec) => skippedForLackOf(spec, row)))
    .map(({ capability }) => `specs are skipped for the lack of ${capability}, which the plugin announces`);
}

/** The evidence of a run of some specs, asked for or cut short: the lists and the floor hold for whole runs. */
export function partOnly(evidence: Evidence): Evidence {
  const specs = evidence.specs.filter(({ state }) => state === 'passed' || state === 'failed');
  return { ...evidence, specs, leftOut: [], notAnnounced: [], ranFloor: 1 };
}
