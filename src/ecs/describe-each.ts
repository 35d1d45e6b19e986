import { DiskError, isDiskError } from '../disk/disk-error.ts';

/** At most so many ids go into one request of DescribeDisks or DescribeSnapshots. */
export const maxIdsPerRequest = 100;

/** Looks up to a hundred ids; an id that is not there is missing from the map, one that cannot be read is an error. */
export type DescribeIds<T> = (ids: readonly string[]) => Promise<ReadonlyMap<string, T | DiskError>>;

/**
 * Looks ids up together, and tells what came of each: `undefined` when it is not there, a DiskError when looking failed.
 * When ECS refuses the request for one id's sake, halves it again and again, so that only this id fails.
 */
export async function describeEach<T>(
  ids: readonly string[],
  describe: DescribeIds<T>,
): Promise<Map<string, T | DiskError | undefined>> {
  try {
    const found = await describe(ids);
    return new Map(ids.map((id) => [id, found.get(id)]));
  } catch (error) {
    if (ids.length > 1 && isDiskError(error, 'invalid', 'bug', 'not-found')) {
      const middle = Math.ceil(ids.length / 2);
      const halves = [ids.slice(0, middle), ids.slice(middle)].map((half) => describeEach(half, describe));
      return new Map((await Promise.all(halves)).flatMap((half) => [...half]));
    }
    const failure =
      error instanceof DiskError ? error : new DiskError('bug', 'a look-up failed', { cause: error });
    return new Map(ids.map((id) => [id, failure]));
  }
}
