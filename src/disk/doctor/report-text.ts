import { isHealthy, type CheckResult, type Finding, type NotLooked, type Report } from './finding.ts';

/** The report for a person. */
export function reportText(report: Report): string {
  const bad = report.results.filter(({ findings }) => findings.length > 0);
  const unseen = report.results.filter(({ notLooked }) => notLooked.length > 0);
  return [
    ...bad.flatMap(({ check, findings }) => findings.map((finding) => findingText(check, finding))),
    ...unseen.flatMap(({ check, notLooked }) => notLooked.map((one) => notLookedText(check, one))),
    summary(report),
  ].join('\n');
}

function findingText(check: string, { what, why, mend }: Finding): string {
  return paragraph(`WRONG  ${what}  [${check}]`, ['why', why], mend);
}

function notLookedText(check: string, { at, because, mend }: NotLooked): string {
  return paragraph(`NOT LOOKED AT  ${at}  [${check}]`, ['because', because], mend);
}

function paragraph(title: string, [word, text]: readonly [string, string], mend: readonly string[]): string {
  return [title, `  ${word}: ${text}`, ...mend.map((step) => `  do: ${step}`), ''].join('\n');
}

function summary(report: Report): string {
  const { results, skipped } = report;
  const counts = (pick: (result: CheckResult) => readonly unknown[]) =>
    results.reduce((sum, result) => sum + pick(result).length, 0);
  const findings = counts(({ findings }) => findings);
  const notLooked = counts(({ notLooked }) => notLooked);
  const left = skipped.length === 0 ? '' : `; left out: ${skipped.join(', ')}`;
  const verdict = isHealthy(report) ? 'nothing is wrong' : `${findings} wrong, ${notLooked} not looked at`;
  return `${results.length} checks: ${verdict}${left}\n`;
}

/** The report for a program. */
export function reportJson(report: Report): string {
  return `${JSON.stringify({ healthy: isHealthy(report), ...report }, null, 2)}\n`;
}
