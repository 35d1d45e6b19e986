import type { IncomingMessage } from 'node:http';

export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/** The whole body of a request; throws TooLargeError beyond the limit. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new TooLargeError(`The body has more than ${maxBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
