import type { CapacityRange__Output } from '../generated/csi/v1/CapacityRange.ts';
import { invalidArgument, outOfRange } from './status.ts';

const bytesPerGiB = 1024n ** 3n;
/** Larger than any disk of ECS; keeps the arithmetic in safe integers. */
const maxGiB = 1n << 40n;

/** A capacity range in whole GiB, the unit of ECS. */
export interface SizeRange {
  /** `undefined` when the caller leaves the size to us. */
  readonly sizeGiB: number | undefined;
  readonly maxSizeGiB: number | undefined;
}

/**
 * The wanted size rounded up to whole GiB, and the limit rounded down.
 * @throws StatusError INVALID_ARGUMENT for a range that makes no sense, OUT_OF_RANGE when no whole GiB lies in it.
 */
export function sizeRangeFrom(range: CapacityRange__Output | null): SizeRange {
  const requiredBytes = BigInt(range?.requiredBytes ?? 0);
  const limitBytes = BigInt(range?.limitBytes ?? 0);
  assertSensible(requiredBytes, limitBytes);
  const sizeGiB = (requiredBytes + bytesPerGiB - 1n) / bytesPerGiB;
  const limitGiB = limitBytes / bytesPerGiB;
  const hasLimit = limitBytes > 0n;
  if (hasLimit && (limitGiB < sizeGiB || limitGiB === 0n)) {
    throw outOfRange(
      'capacity_range: disks come in whole GiB, and none lies between required_bytes and limit_bytes',
    );
  }
  return {
    sizeGiB: sizeGiB === 0n ? undefined : toNumber(sizeGiB),
    maxSizeGiB: hasLimit ? toNumber(limitGiB) : undefined,
  };
}

function assertSensible(requiredBytes: bigint, limitBytes: bigint): void {
  if (requiredBytes < 0n || limitBytes < 0n) {
    throw invalidArgument('capacity_range: required_bytes and limit_bytes must not be negative');
  }
  if (limitBytes > 0n && limitBytes < requiredBytes) {
    throw invalidArgument('capacity_range: limit_bytes is smaller than required_bytes');
  }
}

function toNumber(sizeGiB: bigint): number {
  return Number(sizeGiB < maxGiB ? sizeGiB : maxGiB);
}

/** Bytes as the wire wants an int64: a decimal text. */
export function bytesOf(sizeGiB: number): string {
  return (BigInt(sizeGiB) * bytesPerGiB).toString();
}
