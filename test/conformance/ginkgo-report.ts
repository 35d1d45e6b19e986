import { readFileSync } from 'node:fs';

/** How a spec of csi-sanity ended. */
export interface Spec {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  /** Why it failed, or what it said when it skipped itself; empty when it was filtered out. */
  readonly message: string;
  /** File and line of the failure. */
  readonly location: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** What Ginkgo writes with `-ginkgo.json-report`, as far as it is read here. */
interface GinkgoSuite {
  readonly SpecReports: readonly GinkgoSpec[] | null;
  readonly SpecialSuiteFailureReasons: readonly string[] | null;
}

interface GinkgoSpec {
  readonly ContainerHierarchyTexts: readonly string[] | null;
  readonly LeafNodeType: string;
  readonly LeafNodeText: string;
  readonly State: string;
  readonly StartTime: string;
  readonly EndTime: string;
  readonly Failure?: {
    readonly Message: string;
    readonly ForwardedPanic?: string;
    readonly Location: { readonly FileName: string; readonly LineNumber: number };
  };
}

export interface GinkgoReport {
  readonly specs: readonly Spec[];
  /** Why the suite failed as a whole, such as a time-out. */
  readonly suiteFailures: readonly string[];
}

/** @throws when the file is missing or is no such report: csi-sanity ended before it could write it. */
export function readGinkgoReport(file: string): GinkgoReport {
  const suites = JSON.parse(readFileSync(file, 'utf8')) as readonly GinkgoSuite[];
  return {
    specs: suites.flatMap((suite) => (suite.SpecReports ?? []).filter(isSpec).map(specFrom)),
    suiteFailures: suites.flatMap((suite) => suite.SpecialSuiteFailureReasons ?? []),
  };
}

/** Ginkgo reports set-up and tear-down of the suite like specs; they count only when they fail. */
function isSpec(spec: GinkgoSpec): boolean {
  return spec.LeafNodeType === 'It' || stateOf(spec.State) === 'failed';
}

function specFrom(spec: GinkgoSpec): Spec {
  const texts = [...(spec.ContainerHierarchyTexts ?? []), spec.LeafNodeText];
  const failure = spec.Failure;
  return {
    name: texts.join(' '),
    state: stateOf(spec.State),
    message: [failure?.Message, failure?.ForwardedPanic].filter((text) => text !== undefined).join('\n'),
    location: failure === undefined ? '' : `${failure.Location.FileName}:${failure.Location.LineNumber}`,
    startedAt: new Date(spec.StartTime),
    endedAt: new Date(spec.EndTime),
  };
}

/** Aborted, panicked, interrupted, timed out and whatever else Ginkgo may invent: not passed is failed. */
function stateOf(state: string): Spec['state'] {
  return state === 'passed' || state === 'skipped' || state === 'pending' ? state : 'failed';
}
