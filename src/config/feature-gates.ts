import { UsageError } from './usage-error.ts';

/** Gates of the existing driver that have no meaning here: accepted, so that its manifests keep working. */
const gatesOfOthers = ['DiskADController', 'DiskHighDensityMode', 'DisableExpandAutoSnapshots'];

/** Gates of this driver. */
const ownGates = [
  'EnableDeleteAutoSnapshots',
  'EnableVolumeGroupSnapshots',
  'DiskParallelAttach',
  'DiskParallelDetach',
];

export interface FeatureGates {
  readonly open: ReadonlySet<string>;
  /** One for each gate that has no effect. */
  readonly warnings: readonly string[];
}

/**
 * Reads `A=true,B=false`.
 * @throws UsageError for an unknown gate, and a value other than true and false.
 */
export function readFeatureGates(text: string): FeatureGates {
  const open = new Set<string>();
  const warnings: string[] = [];
  for (const item of text.split(',').filter((one) => one.trim() !== '')) {
    const [, name = '', value] = /^\s*(\w+)\s*=\s*(true|false)\s*$/.exec(item) ?? [];
    if (value === undefined) {
      throw new UsageError(`--feature-gates: "${item.trim()}" must be of the form NAME=true or NAME=false`);
    }
    if (gatesOfOthers.includes(name)) {
      warnings.push(`feature gate ${name} has no meaning for this driver and is ignored`);
    } else {
      assertKnown(name);
      open[value === 'true' ? 'add' : 'delete'](name);
    }
  }
  return { open, warnings };
}

function assertKnown(name: string): void {
  if (!ownGates.includes(name)) {
    const known = [...ownGates, ...gatesOfOthers].join(', ');
    throw new UsageError(`--feature-gates: ${name} is not known; known are ${known}`);
  }
}
