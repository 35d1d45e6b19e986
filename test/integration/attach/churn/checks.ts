import { placedDisks, type PlacedDisk } from '../../../support/attachments.ts';
import type { Emulator, LoggedRequest } from '../../../support/emulator.ts';
import type { Life } from './operations.ts';
import { attachMs, type Site } from './site.ts';

/** Volumes that are not where the last successful call put them, or not of the size that it gave them. */
export async function misplaced({ emulator }: Site, lives: readonly Life[]): Promise<string[]> {
  const disks = await placedDisks(emulator);
  return lives.flatMap((life) => {
    const actual = stateOf(disks.get(life.volumeId));
    const expected = wantedState(life);
    return actual === expected ? [] : [`${life.volumeId} is ${actual}, not ${expected}`];
  });
}

function stateOf(disk: PlacedDisk | undefined): string {
  return disk === undefined
    ? 'gone'
    : `${disk.status} at [${disk.instanceIds.join(', ')}] with ${disk.sizeGiB} GiB of ${disk.category}`;
}

function wantedState({ node, sizeGiB, category }: Life): string {
  const status = node === undefined ? 'Available' : 'In_use';
  return `${status} at [${node ?? ''}] with ${sizeGiB} GiB of ${category}`;
}

/**
 * Disks that ECS was made to attach while they were attached. A request that ECS carried out although its reply was lost
 * cannot be told from one that it refused then, so it counts as either.
 */
export function attachedTwice(log: readonly LoggedRequest[]): string[] {
  const places = new Map<string, string>();
  return log.flatMap(({ action, parameters, code, seq }) => {
    const { DiskId = '', InstanceId = '' } = parameters;
    if (action === 'DetachDisk' && mayBeDone.has(code)) {
      places.delete(DiskId);
    }
    if (action !== 'AttachDisk' || code !== 'OK') {
      return [];
    }
    const place = places.get(DiskId);
    places.set(DiskId, InstanceId);
    return place === undefined
      ? []
      : [`request ${seq} attached ${DiskId} to ${InstanceId} while it was on ${place}`];
  });
}

const mayBeDone = new Set(['OK', 'no-answer', 'InternalError']);

interface AttachRequest extends LoggedRequest {
  readonly diskId: string;
  readonly instanceId: string;
}

/**
 * Attaches that one plugin sent to an instance before the one before was over, though the instance takes one at a time.
 * Disks of calls that ran out of time do not count: ECS went on with them after their call.
 */
export function overlappingAttaches(
  log: readonly LoggedRequest[],
  { parallelNodes }: Site,
  cutShort: ReadonlySet<string>,
): string[] {
  const attaches = log
    .filter(({ action }) => action === 'AttachDisk')
    .map((request): AttachRequest => {
      const { DiskId = '', InstanceId = '' } = request.parameters;
      return { ...request, diskId: DiskId, instanceId: InstanceId };
    })
    .filter(({ instanceId, diskId }) => !parallelNodes.has(instanceId) && !cutShort.has(diskId));
  const lanes = Map.groupBy(attaches, ({ instanceId, accessKeyId }) => `${instanceId} by ${accessKeyId}`);
  return [...lanes].flatMap(([lane, requests]) =>
    requests.slice(1).flatMap((next, index) => {
      const previous = requests[index];
      if (previous === undefined || previous.diskId === next.diskId) {
        return [];
      }
      const overAt = (previous.finishedAt ?? Infinity) + (previous.code === 'OK' ? attachMs : 0);
      // Both clocks count whole milliseconds.
      return next.startedAt + 2 < overAt
        ? [
            `${lane}: ${next.diskId} was sent ${overAt - next.startedAt} ms before ${previous.diskId} was over`,
          ]
        : [];
    }),
  );
}

/** How often an action ended with each code. */
export async function codesOf(emulator: Emulator, action: string): Promise<Record<string, number>> {
  const summary = await emulator.control<Record<string, Record<string, number>>>('GET', '/requests/summary');
  return summary[action] ?? {};
}
