/** Something that is wrong, as a person reads it. */
export interface Finding {
  /** What is wrong, with the ids. */
  readonly what: string;
  /** The same ids again, for programs: disks, instances, snapshots, and `namespace/name` or names of objects. */
  readonly ids: readonly string[];
  /** What happens if nobody does anything. */
  readonly why: string;
  /** The commands or steps that mend it, in their order. */
  readonly mend: readonly string[];
}

/** Something that could not be looked at, which is not the same as fine. */
export interface NotLooked {
  /** What nobody has looked at. */
  readonly at: string;
  readonly because: string;
  /** What to do so that it can be looked at. */
  readonly mend: readonly string[];
}

export type Remark = Finding | NotLooked;

export function isFinding(remark: Remark): remark is Finding {
  return 'what' in remark;
}

/** What came of one check. */
export interface CheckResult {
  readonly check: string;
  readonly findings: readonly Finding[];
  readonly notLooked: readonly NotLooked[];
}

/** What came of all of them. */
export interface Report {
  readonly results: readonly CheckResult[];
  /** Checks that the operator left out. */
  readonly skipped: readonly string[];
}

/** Whether everything was looked at, and nothing is wrong with it. */
export function isHealthy({ results }: Report): boolean {
  return results.every(({ findings, notLooked }) => findings.length === 0 && notLooked.length === 0);
}
