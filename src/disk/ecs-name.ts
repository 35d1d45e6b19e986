import { createHash } from 'node:crypto';

const namePattern = /^\p{L}[\p{L}\p{N}:_.-]{1,127}$/u;

/**
 * The DiskName or SnapshotName for a key given by the caller: the key itself where ECS takes it, else a name made from
 * its hash. ECS wants 2 to 128 letters, digits and `:_.-`, a letter first, and no snapshot name beginning with `auto`.
 */
export function ecsNameFor(key: string): string {
  if (namePattern.test(key) && !key.startsWith('auto') && !/^https?:/i.test(key)) {
    return key;
  }
  return `csi-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
}

/** The key in a text, with the name under which ECS has it where that is another. */
export function keyInText(key: string): string {
  const name = ecsNameFor(key);
  return name === key ? key : `${key} (at ECS: ${name})`;
}
