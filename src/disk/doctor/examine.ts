import type { Call } from '../call.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import type { Check } from './check.ts';
import { isFinding, type CheckResult, type NotLooked, type Report } from './finding.ts';
import { createLooks, type DoctorParts, type Looks } from './looks.ts';

/** Asks every question but those left out. Never rejects because of what could not be read: the report says so. */
export async function examine(
  parts: DoctorParts,
  checks: readonly Check[],
  skipped: readonly string[],
  call: Call,
): Promise<Report> {
  const looks = createLooks(parts, call);
  const results: CheckResult[] = [];
  for (const check of checks.filter(({ name }) => !skipped.includes(name))) {
    results.push(await resultOf(check, looks));
  }
  return { results, skipped };
}

async function resultOf(check: Check, looks: Looks): Promise<CheckResult> {
  try {
    const remarks = await check.examine(looks);
    return {
      check: check.name,
      findings: remarks.filter(isFinding),
      notLooked: remarks.filter((remark): remark is NotLooked => !isFinding(remark)),
    };
  } catch (error) {
    const because = reasonOf(error, looks.call);
    return { check: check.name, findings: [], notLooked: [{ at: check.finds, ...because }] };
  }
}

/** @throws what is no failure of reading. */
function reasonOf(error: unknown, { signal }: Call): Pick<NotLooked, 'because' | 'mend'> {
  if (signal.aborted && error === signal.reason) {
    return { because: 'the time limit was reached', mend: ['run it again with a longer --time-limit'] };
  }
  if (!isDiskError(error)) {
    throw error;
  }
  return { because: error.message, mend: [remedyFor(error)] };
}

function remedyFor({ kind, code }: DiskError): string {
  switch (kind) {
    case 'unauthenticated':
      return 'give credentials that are accepted: --credentials for ECS, --kubernetes for the cluster';
    case 'unreadable':
      // ECS says by its code that it refuses; without one, it is an object of Kubernetes that is odd.
      return code === undefined ? 'see these objects, and correct them' : rightToRead(code);
    case 'denied':
      return rightToRead(code);
    case 'unsupported':
      return 'install what is missing, or leave the check out with --skip';
    case 'invalid':
      return 'give what is missing';
    default:
      return 'run it again';
  }
}

function rightToRead(code: string | undefined): string {
  return `give the account that runs the doctor the right to read this${code === undefined ? '' : ` (${code})`}`;
}
