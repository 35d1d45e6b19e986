import type { IncomingMessage } from 'node:http';

export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/** A body is read to its end, so that the client is ready to hear the answer, but not for ever. */
const readAtMostBytes = 64 * 1024 * 1024;

/** The whole body of a request; throws TooLargeError beyond the limit. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maxBytes) {
      chunks.push(chunk);
    } else if (length > readAtMostBytes) {
      break;
    }
  }
  if (length > maxBytes) {
    throw new TooLargeError(`The body has more than ${maxBytes} bytes.`);
  }
  return Buffer.concat(chunks);
}
