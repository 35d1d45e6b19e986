import { sizeLimitsOf, diskCategories } from '../../../src/disk/categories.ts';
import type { NewDisk, Tag } from '../../../src/disk/disk.ts';
import type { NewSnapshotGroup } from '../../../src/disk/groups/snapshot-group.ts';
import type { NewSnapshot } from '../../../src/disk/snapshot.ts';

const namePattern = /^\p{L}[\p{L}\p{N}:_.-]{1,127}$/u;
const maxTags = 20;
const maxTagLength = 128;

/** The rules of CreateDisk that a request breaks. */
export function brokenDiskRules(disk: NewDisk): string[] {
  const { minSizeGiB, maxSizeGiB } = sizeLimitsOf(disk.category, disk.performanceLevel);
  const isRegional = diskCategories.get(disk.category)?.regional === true;
  return [
    ...broken(namePattern.test(disk.name ?? ''), `name ${disk.name ?? ''}`),
    ...broken(Number.isInteger(disk.sizeGiB), `size ${disk.sizeGiB}`),
    ...broken(disk.sizeGiB >= minSizeGiB && disk.sizeGiB <= maxSizeGiB, `size ${disk.sizeGiB}`),
    ...broken(isRegional === (disk.zoneId === undefined), `zone ${disk.zoneId ?? 'none'}`),
    ...brokenTokenRules(disk.clientToken),
    ...brokenTagRules(disk.tags),
  ];
}

/** The rules of CreateSnapshot that a request breaks. */
export function brokenSnapshotRules(snapshot: NewSnapshot): string[] {
  const { name, retentionDays } = snapshot;
  const days = retentionDays ?? 1;
  return [
    ...broken(namePattern.test(name) && !name.startsWith('auto'), `name ${name}`),
    ...broken(Number.isInteger(days) && days >= 1 && days <= 65_536, `retention ${days}`),
    ...brokenTokenRules(snapshot.clientToken),
    ...brokenTagRules(snapshot.tags),
  ];
}

/** The rules of CreateSnapshotGroup that a request breaks. */
export function brokenGroupRules({ diskIds, name, tags, clientToken }: NewSnapshotGroup): string[] {
  return [
    ...broken(namePattern.test(name) && !name.startsWith('auto'), `name ${name}`),
    ...broken(diskIds.length > 0 && new Set(diskIds).size === diskIds.length, `disks ${diskIds.join()}`),
    ...broken(diskIds.join() === diskIds.toSorted().join(), 'disks in no fixed order'),
    ...broken(
      tags.map(({ key }) => key).join() ===
        tags
          .map(({ key }) => key)
          .sort()
          .join(),
      'unsorted tags',
    ),
    ...brokenTokenRules(clientToken),
    ...brokenTagRules(tags),
  ];
}

/** Whether ECS takes a text as the value of a tag, or, when it is not empty, as the key. */
export function isTagText(text: string): boolean {
  return (
    text.length <= maxTagLength &&
    !/^(aliyun|acs:)/i.test(text) &&
    !/https?:\/\//i.test(text) &&
    !/\p{Cc}/u.test(text) &&
    text.isWellFormed()
  );
}

function brokenTokenRules(token: string): string[] {
  return broken(/^[\x21-\x7e]{1,64}$/.test(token), `token ${token}`);
}

function brokenTagRules(tags: readonly Tag[]): string[] {
  const keys = new Set(tags.map(({ key }) => key.toLowerCase()));
  return [
    ...broken(tags.length <= maxTags, `${tags.length} tags`),
    ...broken(keys.size === tags.length, 'tag keys that differ in case only'),
    ...tags.flatMap(({ key, value }) => [
      ...broken(key !== '' && isTagText(key), `tag key ${key}`),
      ...broken(isTagText(value), `tag value ${value}`),
    ]),
  ];
}

function broken(isFine: boolean, what: string): string[] {
  return isFine ? [] : [what];
}
