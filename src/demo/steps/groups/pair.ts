import { formatCount } from '../../format.ts';
import { bytesToRead, prefixIn } from '../../stamps.ts';
import { finding, type Stage } from '../../stage.ts';

export const sizeGiB = 20;
/** The `parameters` of the StorageClass of both volumes. */
export const pairClass = { type: 'cloud_essd', performanceLevel: 'PL1', zoneId: 'cn-hangzhou-h' };
/** What may be written while a disk is read. */
const spareWrites = 20_000;

/** The first bytes of a disk, well beyond the last write of the application. */
export async function readWrites(stage: Stage, diskId: string): Promise<Buffer> {
  const written = finding(stage, 'application').written() + spareWrites;
  return await finding(stage, 'emulator').ecs.bytesOf(diskId).read(0, bytesToRead(written, 2));
}

/** What the disks of the application hold together. */
export interface PairContent {
  /** How many writes, if they are the first so many of all; undefined if they are not. */
  readonly writes: number | undefined;
  readonly evidence: string;
}

export function contentOf(disks: readonly Buffer[]): PairContent {
  const found = prefixIn(disks);
  return typeof found === 'number'
    ? { writes: found, evidence: `the first ${formatCount(found)} writes, and no others` }
    : { writes: undefined, evidence: found };
}
