import { candidateErrors } from './errors/candidate-errors.ts';
import { commonErrors } from './errors/common-errors.ts';
import { diskErrors } from './errors/disk-errors.ts';
import type { ErrorGroup, ErrorRow } from './errors/error-row.ts';
import { instanceErrors } from './errors/instance-errors.ts';
import { snapshotErrors } from './errors/snapshot-errors.ts';

/** What every known ECS error code means; nothing else gives a code its kind. */
export const ecsErrorGroups: readonly ErrorGroup[] = [
  ...commonErrors,
  ...candidateErrors,
  ...diskErrors,
  ...instanceErrors,
  ...snapshotErrors,
];

export const ecsErrorRows: readonly ErrorRow[] = ecsErrorGroups.flatMap((group) => group.rows);

/**
 * The row that fits best: one that demands a certain text before the others, then the longest code, then one for certain
 * actions before one for all.
 */
export function findErrorRow(code: string, action: string, text: string): ErrorRow | undefined {
  const [best] = ecsErrorRows
    .filter(
      (row) => matches(row.code, code) && fitsAction(row, action) && text.includes(row.textIncludes ?? ''),
    )
    .sort((a, b) => precedence(b) - precedence(a));
  return best;
}

function fitsAction(row: ErrorRow, action: string): boolean {
  return row.actions === undefined || row.actions.some((pattern) => matches(pattern, action));
}

function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

function precedence(row: ErrorRow): number {
  const ofText = row.textIncludes === undefined ? 0 : 10_000;
  const ofCode = row.code.endsWith('*') ? 2 * (row.code.length - 1) : 2 * row.code.length + 1_000;
  return ofText + ofCode + (row.actions === undefined ? 0 : 1);
}
