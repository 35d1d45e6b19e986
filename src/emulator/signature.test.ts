import { expect } from 'chai';

import { isSignedBy, parseAuthorization, type SignedRequest } from './signature.ts';

/** What the official SDK (7.11.6) sent for a CreateDisk with temporary credentials, byte for byte. */
const recorded = {
  url: '/?Description=a%2Bb%20c!*%27()~%2F%25%26%3D&DiskName=n%C3%A4me%20%F0%9D%84%9E&RegionId=cn-hangzhou&Size=20&Tag.1.Key=k%3A1&Tag.1.Value=&ZoneId=',
  headers: {
    host: '127.0.0.1:18080',
    'x-acs-version': '2014-05-26',
    'x-acs-action': 'CreateDisk',
    'user-agent': 'AlibabaCloud (linux; x64) Node.js/v24.21.0 Core/1.0.1 TeaDSL/2',
    'x-acs-date': '2026-11-22T03:30:50Z',
    'x-acs-signature-nonce': '08fece64ddb6b9c79a4ff0f3915b2fb072ad4135cb539433591ac5ecd55e7734',
    accept: 'application/json',
    'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-acs-credentials-provider': 'static_sts',
    'x-acs-accesskey-id': 'emulator-sts-key',
    'x-acs-security-token': 'emulator-sts-token',
    connection: 'keep-alive',
    'content-length': '0',
  },
  authorization:
    'ACS3-HMAC-SHA256 Credential=emulator-sts-key,SignedHeaders=host;x-acs-accesskey-id;x-acs-action;' +
    'x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-security-token;x-acs-signature-nonce;' +
    'x-acs-version,Signature=3d03dbaf098fe7f0327538d89df758a57a7f967f35039525c30cad3106ace3e2',
};

const secret = 'emulator-sts-secret';

function recordedRequest(headers: Readonly<Record<string, string>> = recorded.headers): SignedRequest {
  const url = new URL(recorded.url, 'http://emulator');
  return {
    method: 'POST',
    path: url.pathname,
    query: [...url.searchParams],
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: Buffer.alloc(0),
  };
}

function isAccepted(request: SignedRequest, authorization = recorded.authorization, key = secret): boolean {
  const parsed = parseAuthorization(authorization);
  return parsed !== undefined && isSignedBy(request, parsed, key);
}

function withLastCharacterChanged(value: string): string {
  return value.slice(0, -1) + String.fromCharCode(value.charCodeAt(value.length - 1) ^ 1);
}

describe('ACS3 signature', () => {
  it('accepts what the official SDK sent', () => {
    expect(isAccepted(recordedRequest())).to.equal(true);
  });

  it('does not depend on the order of the parameters', () => {
    const request = recordedRequest();
    expect(isAccepted({ ...request, query: [...request.query].reverse() })).to.equal(true);
  });

  it('does not look at headers that are not to be signed', () => {
    expect(isAccepted(recordedRequest({ ...recorded.headers, 'user-agent': 'other' }))).to.equal(true);
  });

  it('refuses another secret', () => {
    expect(isAccepted(recordedRequest(), recorded.authorization, `${secret}x`)).to.equal(false);
  });

  for (const name of Object.keys(recorded.headers).filter(
    (one) => one === 'host' || one.startsWith('x-acs-'),
  )) {
    it(`refuses one changed byte in the header ${name}`, () => {
      const value = withLastCharacterChanged(recorded.headers[name as keyof typeof recorded.headers]);
      expect(isAccepted(recordedRequest({ ...recorded.headers, [name]: value }))).to.equal(false);
    });
  }

  for (const [at, [name, value]] of recordedRequest().query.entries()) {
    it(`refuses one changed byte in the value of ${name}`, () => {
      const { query, ...request } = recordedRequest();
      const changed = value === '' ? 'x' : withLastCharacterChanged(value);
      expect(isAccepted({ ...request, query: query.with(at, [name, changed]) })).to.equal(false);
    });

    it(`refuses one changed byte in the name ${name}`, () => {
      const { query, ...request } = recordedRequest();
      expect(
        isAccepted({ ...request, query: query.with(at, [withLastCharacterChanged(name), value]) }),
      ).to.equal(false);
    });
  }

  it('refuses a parameter more or less', () => {
    const { query, ...request } = recordedRequest();
    expect(isAccepted({ ...request, query: [...query, ['A', '']] })).to.equal(false);
    expect(isAccepted({ ...request, query: query.slice(1) })).to.equal(false);
  });

  it('refuses another method, path or body', () => {
    const request = recordedRequest();
    expect(isAccepted({ ...request, method: 'GET' })).to.equal(false);
    expect(isAccepted({ ...request, path: '/x' })).to.equal(false);
    expect(isAccepted({ ...request, body: Buffer.from('x') })).to.equal(false);
  });

  it('refuses a header that is left out of the signature though it must be in', () => {
    expect(isAccepted(recordedRequest({ ...recorded.headers, 'x-acs-extra': '1' }))).to.equal(false);
    expect(isAccepted(recordedRequest({ ...recorded.headers, 'content-type': 'text/plain' }))).to.equal(
      false,
    );
  });

  it('refuses a list of signed headers that is not the one that was signed', () => {
    const shorter = recorded.authorization.replace('x-acs-date;', '');
    expect(isAccepted(recordedRequest(), shorter)).to.equal(false);
  });

  it('refuses one changed byte in the signature itself', () => {
    const changed = recorded.authorization.replace(/2$/, '3');
    expect(isAccepted(recordedRequest(), changed)).to.equal(false);
  });

  it('reads no other authorization schemes', () => {
    expect(parseAuthorization('Basic abc')).to.equal(undefined);
    expect(parseAuthorization(recorded.authorization.replace('SHA256', 'SHA1'))).to.equal(undefined);
    expect(parseAuthorization(recorded.authorization.replace(/[0-9a-f]{4}$/, ''))).to.equal(undefined);
  });
});
