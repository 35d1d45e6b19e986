import { createCipheriv, createHash } from 'node:crypto';

const blockBytes = 16;
const zeros = Buffer.alloc(4 * 1024 * 1024);

/**
 * Pseudo-random bytes that can be made again at any place: the key stream of AES in counter mode, keyed by the seed.
 * @param offset a multiple of 16, as the cipher counts blocks.
 */
export function randomData(seed: string, offset: number, length: number): Buffer {
  if (offset % blockBytes !== 0) {
    throw new RangeError(`random data begins at multiples of ${blockBytes}, not at ${offset}`);
  }
  const key = createHash('sha256').update(seed).digest();
  const counter = Buffer.alloc(blockBytes);
  counter.writeBigUInt64BE(BigInt(offset / blockBytes), blockBytes - 8);
  const clearText = length <= zeros.length ? zeros.subarray(0, length) : Buffer.alloc(length);
  return createCipheriv('aes-256-ctr', key, counter).update(clearText);
}
