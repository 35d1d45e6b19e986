import { createHash, createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';

import { lastingKey, type Credentials } from './sdk-client.ts';

/** One request to the emulator, as bytes on the wire. */
export interface RawRequest {
  readonly method: string;
  /** Path and query, already encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request signed as the documents of ECS say. The values of the parameters must need no encoding. */
export function signedRequest(
  endpoint: string,
  action: string,
  parameters: Readonly<Record<string, string>>,
  { accessKeyId, accessKeySecret }: Credentials = lastingKey,
): RawRequest {
  const query = Object.keys(parameters)
    .sort()
    .map((name) => `${name}=${parameters[name] ?? ''}`)
    .join('&');
  const bodyHash = createHash('sha256').update('').digest('hex');
  const headers: Record<string, string> = {
    host: endpoint,
    'x-acs-action': action,
    'x-acs-content-sha256': bodyHash,
    'x-acs-date': `${new Date().toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-version': '2014-05-26',
  };
  const names = Object.keys(headers);
  const lines = names.map((name) => `${name}:${headers[name] ?? ''}\n`).join('');
  const canonical = ['POST', '/', query, lines, names.join(';'), bodyHash].join('\n');
  const text = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', accessKeySecret).update(text).digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { method: 'POST', target: `/?${query}`, headers: { ...headers, authorization }, body: '' };
}

/** Sends a request as it is; rejects if the connection ends without an answer. */
export async function send(endpoint: string, raw: RawRequest): Promise<RawResponse> {
  const { hostname, port } = new URL(`http://${endpoint}`);
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
  const outgoing = request(
    { hostname, port, method: raw.method, path: raw.target, headers: raw.headers, agent: false },
    (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
      response.on('error', reject);
    },
  );
  outgoing.on('error', reject);
  outgoing.end(raw.body);
  return promise;
}

/** The Code of an error answer. */
export function codeOf(response: RawResponse): unknown {
  return (JSON.parse(response.body) as Readonly<Record<string, unknown>>)['Code'];
}
