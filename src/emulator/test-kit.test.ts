import { createHash, createHmac, randomUUID } from 'node:crypto';

import { answerApiRequest, type ApiRequest } from './api.ts';
import { Emulator } from './emulator.ts';

/** What the tests of this folder share: an emulator without sockets, whose time stands still, and signed requests. */
export interface TestCloud {
  readonly emulator: Emulator;
  /** Moves the emulator's time. */
  advance(ms: number): void;
  /** Sends a signed request; `undefined` fields are left out. Returns the parsed body and the status. */
  call(action: string, parameters?: Parameters, as?: Signer): Promise<Answer>;
  /** Like `call`, but throws unless it succeeds; returns the body. */
  ok(action: string, parameters?: Parameters): Promise<Body>;
  /** Like `call`, but returns the code of the error, or OK. */
  code(action: string, parameters?: Parameters, as?: Signer): Promise<string>;
  /** A disk that is there, attached and written to. */
  usedDisk(parameters?: Parameters): Promise<string>;
}

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;
export type Body = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly body: Body;
}

export interface Signer {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

export const defaultSigner: Signer = {
  accessKeyId: 'emulator-access-key',
  accessKeySecret: 'emulator-secret',
};

export const stsSigner: Signer = {
  accessKeyId: 'emulator-sts-key',
  accessKeySecret: 'emulator-sts-secret',
  securityToken: 'emulator-sts-token',
};

export const startMs = Date.parse('2026-11-22T10:00:00Z');

/** A new cloud at ten o'clock. All times are 0 unless set, so that what is asked for is there at the next request. */
export function testCloud(settings: Body = {}, stateFile?: string): TestCloud {
  const instant = {
    createDiskMs: 0,
    attachMs: 0,
    attachVisibleAfterMs: 0,
    detachMs: 0,
    cutMs: 0,
    modifySpecMs: 0,
  };
  const emulator = new Emulator({
    regionId: 'cn-hangzhou',
    settings: { ...instant, ...settings },
    wallClock: () => startMs,
    ...(stateFile === undefined ? {} : { stateFile }),
  });
  const call: TestCloud['call'] = async (action, parameters = {}, as = defaultSigner) => {
    const response = await answerApiRequest(emulator, signedRequest(action, parameters, as));
    if (response === undefined) {
      throw new Error('the connection was cut');
    }
    return { status: response.status, body: JSON.parse(response.body) as Body };
  };
  const ok: TestCloud['ok'] = async (action, parameters) => {
    const { status, body } = await call(action, parameters);
    if (status !== 200) {
      throw new Error(`${action}: ${String(body['Code'])} ${String(body['Message'])}`);
    }
    return body;
  };
  return {
    emulator,
    advance: (ms) => emulator.clock.advance(ms),
    call,
    ok,
    code: async (action, parameters, as) => {
      const { Code: code } = (await call(action, parameters, as)).body;
      return typeof code === 'string' ? code : 'OK';
    },
    usedDisk: async (parameters = {}) => {
      const { DiskId } = await ok('CreateDisk', { ...newDisk, ...parameters });
      emulator.settle();
      const disk = emulator.state.disks.update(String(DiskId), { wasUsed: true, lastAttachedAtMs: startMs });
      return disk.id;
    },
  };
}

/** Parameters of a small disk. */
export const newDisk: Parameters = {
  RegionId: 'cn-hangzhou',
  ZoneId: 'cn-hangzhou-h',
  DiskCategory: 'cloud_essd',
  Size: 20,
};

/** A request signed as the documents of ECS say, written apart from the emulator's own reading of them. */
export function signedRequest(
  action: string,
  parameters: Parameters,
  as: Signer,
  otherHeaders: Readonly<Record<string, string>> = {},
): ApiRequest {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)] as const);
  const bodyHash = createHash('sha256').update('').digest('hex');
  const headers: Record<string, string> = {
    host: '127.0.0.1:1234',
    'x-acs-action': action,
    'x-acs-version': '2014-05-26',
    'x-acs-date': '2026-11-22T10:00:00Z',
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-content-sha256': bodyHash,
    ...(as.securityToken === undefined
      ? {}
      : { 'x-acs-security-token': as.securityToken, 'x-acs-accesskey-id': as.accessKeyId }),
    ...otherHeaders,
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    'POST',
    '/',
    [...query]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${encoded(value)}`)
      .join('&'),
    names.map((name) => `${name}:${headers[name] ?? ''}\n`).join(''),
    names.join(';'),
    bodyHash,
  ].join('\n');
  const text = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', as.accessKeySecret).update(text).digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${as.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return {
    method: 'POST',
    path: '/',
    query,
    form: [],
    headers: new Map(Object.entries({ ...headers, authorization }).map(([name, value]) => [name, [value]])),
    body: Buffer.alloc(0),
    closed: new AbortController().signal,
  };
}

const plain = /[A-Za-z0-9\-_.~]/;

function encoded(value: string): string {
  return [...Buffer.from(value)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return byte < 128 && plain.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** The value at a path such as `Disks.Disk.0.Status`. */
export function at(body: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], body);
}

/** The list at a path, as its elements. */
export function listAt(body: unknown, path: string): unknown[] {
  const list = at(body, path);
  if (!Array.isArray(list)) {
    throw new Error(`there is no list at ${path}`);
  }
  return list;
}
