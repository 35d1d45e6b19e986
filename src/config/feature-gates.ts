import { UsageError } from './usage-error.ts';

/** Gates of the existing driver that have no meaning here: accepted, so that its manifests keep working. */
const gatesOfOthers = [
  'DiskADController',
  'DiskParallelAttach',
  'DiskParallelDetach',
  'DiskHighDensityMode',
  'DisableExpandAutoSnapshots',
];

/** Gates that this version knows but cannot open yet. Opening one must not look as if it worked. */
const gatesToCome = ['EnableVolumeGroupSnapshots', 'EnableDeleteAutoSnapshots'];

/**
 * Reads `A=true,B=false`.
 * @returns a warning for each gate that has no effect.
 * @throws UsageError for an unknown gate, a value other than true and false, and a gate that is not available yet.
 */
export function checkFeatureGates(text: string): string[] {
  const items = text.split(',').filter((item) => item.trim() !== '');
  return items.flatMap((item) => {
    const [, name = '', value] = /^\s*(\w+)\s*=\s*(true|false)\s*$/.exec(item) ?? [];
    if (value === undefined) {
      throw new UsageError(`--feature-gates: "${item.trim()}" must be of the form NAME=true or NAME=false`);
    }
    return checkGate(name, value === 'true');
  });
}

function checkGate(name: string, isOpen: boolean): string[] {
  if (gatesOfOthers.includes(name)) {
    return [`feature gate ${name} has no meaning for this driver and is ignored`];
  }
  if (!gatesToCome.includes(name)) {
    const known = [...gatesToCome, ...gatesOfOthers].join(', ');
    throw new UsageError(`--feature-gates: ${name} is not known; known are ${known}`);
  }
  if (isOpen) {
    throw new UsageError(`--feature-gates: ${name}=true is not available in this version`);
  }
  return [];
}
