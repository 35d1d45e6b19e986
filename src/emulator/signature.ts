import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as far as its signature is concerned. Header names are in lower case. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

export interface Authorization {
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const authorizationPattern =
  /^ACS3-HMAC-SHA256 Credential=([^,\s]+),SignedHeaders=([^,\s]+),Signature=([0-9a-f]{64})$/;

/** Takes an Authorization header apart; undefined if it is not one of ACS3-HMAC-SHA256. */
export function parseAuthorization(header: string): Authorization | undefined {
  const match = authorizationPattern.exec(header);
  const [, accessKeyId, signedHeaders, signature] = match ?? [];
  if (accessKeyId === undefined || signedHeaders === undefined || signature === undefined) {
    return undefined;
  }
  return { accessKeyId, signedHeaders: signedHeaders.split(';'), signature };
}

/** True if every header that must be signed is, the body has its declared hash, and the signature is right. */
export function isSignedBy(request: SignedRequest, authorization: Authorization, secret: string): boolean {
  if (authorization.signedHeaders.join(';') !== headersToSign(request).join(';')) {
    return false;
  }
  const bodyHash = sha256(request.body);
  if (request.headers.get('x-acs-content-sha256')?.[0] !== bodyHash) {
    return false;
  }
  const text = `ACS3-HMAC-SHA256\n${sha256(canonicalRequest(request, bodyHash))}`;
  const expected = createHmac('sha256', secret).update(text).digest();
  return timingSafeEqual(expected, Buffer.from(authorization.signature, 'hex'));
}

/** The headers that belong into a signature: host, content-type and everything that starts with x-acs-. */
export function headersToSign(request: Pick<SignedRequest, 'headers'>): string[] {
  return [...request.headers.keys()]
    .filter((name) => name === 'host' || name === 'content-type' || name.startsWith('x-acs-'))
    .sort();
}

/** The text whose hash is signed. */
export function canonicalRequest(request: SignedRequest, bodyHash: string): string {
  const signedHeaders = headersToSign(request);
  const headers = signedHeaders.map((name) => `${name}:${headerValue(request, name)}\n`).join('');
  return [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    headers,
    signedHeaders.join(';'),
    bodyHash,
  ].join('\n');
}

function canonicalPath(path: string): string {
  return path === '' ? '/' : path.replaceAll('+', '%20').replaceAll('*', '%2A').replaceAll('%7E', '~');
}

/** Keys in UTF-16 order and as they are, values percent-encoded the strict way. */
function canonicalQuery(query: SignedRequest['query']): string {
  return query
    .map(([name, value]) => ({ name, text: `${name}=${percentEncoded(value)}` }))
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(({ text }) => text)
    .join('&');
}

function percentEncoded(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function headerValue(request: SignedRequest, name: string): string {
  const values = request.headers.get(name) ?? [];
  return values
    .map((value) => value.trim())
    .sort()
    .join(',');
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
