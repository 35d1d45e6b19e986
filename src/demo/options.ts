import { parseArgs } from 'node:util';

/** What `csi-datasafe demo` can be told. */
export interface DemoOptions {
  /** How much data is written before the snapshot. */
  readonly dataMiB: number;
}

/** A command line that cannot be carried out; the message says why, in one line. */
export class DemoUsageError extends Error {
  override readonly name = 'DemoUsageError';
}

const defaultDataMiB = 128;
/** With what is appended later the data must fit a disk of 20 GiB and the memory of the emulator. */
const maxDataMiB = 4096;

export const demoUsage = `Usage: csi-datasafe demo [options]

Starts the ECS emulator and the plugin as processes of their own and walks a volume through its life over the CSI
socket: create, write, snapshot, expand, restore, delete. Then a volume with both guards: an expansion that fails, one
that succeeds, a deletion by mistake, and a restore from the snapshot of each. Then two volumes of one application: a
group snapshot, and a restore of both that is one moment in time. Every step shows what was asked, what came back and
the proof. Needs no cloud account. The exit status is 0 if every proof holds, 1 if one does not.

Options:
  --size-mib <n>  data to write before the snapshot, in MiB (1 to ${maxDataMiB}; default ${defaultDataMiB})
  -h, --help      show this text
`;

/** @throws DemoUsageError */
export function demoOptionsFrom(argv: readonly string[]): DemoOptions | 'help' {
  const { help, 'size-mib': sizeMiB } = parse(argv);
  return help === true ? 'help' : { dataMiB: sizeMiB === undefined ? defaultDataMiB : dataMiBFrom(sizeMiB) };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: { help: { type: 'boolean', short: 'h' }, 'size-mib': { type: 'string' } },
    }).values;
  } catch (error) {
    // Node explains at length; its first sentence names the argument.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw new DemoUsageError(`${reason}; --help shows the options`, { cause: error });
  }
}

function dataMiBFrom(text: string): number {
  const dataMiB = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(dataMiB >= 1 && dataMiB <= maxDataMiB)) {
    throw new DemoUsageError(`--size-mib: "${text}" is not a whole number from 1 to ${maxDataMiB}`);
  }
  return dataMiB;
}
