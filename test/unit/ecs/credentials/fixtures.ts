import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';

export const secret = 'top-secret-key';
export const token = 'top-secret-token';
export const keys = { accessKeyId: 'AK', accessKeySecret: secret };

/** A directory for the files of one test. */
export async function tempDir() {
  const path = await mkdtemp(join(tmpdir(), 'credentials-'));
  return {
    path,
    write: async (name: string, text: string) => {
      await writeFile(join(path, name), text);
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

/** A service that hands out keys; `respond` says what it answers now. */
export async function keyService() {
  const service = { requests: 0, status: 200, body: '' };
  const server = createServer((_request, response) => {
    service.requests += 1;
    response.writeHead(service.status, { connection: 'close' }).end(service.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(service, {
    uri: `http://127.0.0.1:${String(port)}/keys`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  });
}

export function temporaryKeys(minutes: number): string {
  return JSON.stringify({
    AccessKeyId: 'TEMP',
    AccessKeySecret: secret,
    SecurityToken: token,
    Expiration: new Date(Date.now() + minutes * 60_000).toISOString(),
  });
}

/** Everything that a log could show of an object. */
function everythingIn(value: unknown): string {
  return `${inspect(value, { depth: 20, showHidden: true })} ${JSON.stringify(value)} ${String(value)}`;
}

export function expectNoSecrets(value: unknown): void {
  expect(everythingIn(value)).not.to.include('top-secret');
}
