import type { Remark } from './finding.ts';
import type { Looks } from './looks.ts';

/** One question that the doctor asks. */
export interface Check {
  /** Short and stable: `--skip` takes it, and programs read it. */
  readonly name: string;
  /** What it finds; a line of docs/doctor.md. */
  readonly finds: string;
  /** What it compares, as docs/doctor.md says it. */
  readonly reads: string;
  /** What mends it, as docs/doctor.md says it. */
  readonly mend: string;
  /** @throws DiskError when something could not be read: then nobody has looked. */
  readonly examine: (looks: Looks) => Promise<readonly Remark[]>;
}
