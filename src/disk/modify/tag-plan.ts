import type { Disk, Tag } from '../disk.ts';
import { DiskError } from '../disk-error.ts';

/** Tags to be put on and taken off. */
export interface TagPlan {
  readonly put: readonly Tag[];
  readonly removed: readonly string[];
}

/** ECS allows so many tags on a resource; those of the system do not count. */
const maxTags = 20;

/**
 * The tags that are not as they are wanted.
 * @throws DiskError `invalid` for what ECS would refuse once the disk is half changed.
 */
export function planTags(
  disk: Disk,
  wanted: { readonly tags: readonly Tag[]; readonly removedTagKeys: readonly string[] },
): TagPlan {
  const removed = wanted.removedTagKeys.filter((key) => disk.tags.has(key));
  const put = wanted.tags.filter(({ key, value }) => disk.tags.get(key) !== value);
  const kept = [...disk.tags.keys()].filter((key) => !removed.includes(key));
  const clash = put.find(({ key }) =>
    kept.some((other) => other !== key && other.toLowerCase() === key.toLowerCase()),
  );
  if (clash !== undefined) {
    throw new DiskError(
      'invalid',
      `disk ${disk.id} has a tag whose key differs from ${clash.key} in capitals only; ECS refuses that`,
    );
  }
  const after = new Set([...kept, ...put.map(({ key }) => key)].filter((key) => !key.startsWith('acs:')));
  if (put.length > 0 && after.size > maxTags) {
    const message = `disk ${disk.id} would have ${after.size} tags, and ECS allows ${maxTags}; remove some`;
    throw new DiskError('invalid', message);
  }
  return { put, removed };
}
