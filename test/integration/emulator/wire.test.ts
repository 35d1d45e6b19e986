import { connect } from 'node:net';

import { expect } from 'chai';

import { emulatorWith, type EmulatorTarget } from './emulator-target.ts';
import { codeOf, send, signedRequest, type RawRequest, type RawResponse } from './raw-request.ts';

const parameters = { RegionId: 'cn-hangzhou', MaxResults: '10' };

/** The same request with one bit of one character changed. */
const changes: Readonly<Record<string, (request: RawRequest) => RawRequest>> = {
  method: (request) => ({ ...request, method: 'GET' }),
  path: (request) => ({ ...request, target: request.target.replace('/?', '//?') }),
  'parameter value': (request) => ({ ...request, target: request.target.replace('hangzhou', 'hangzhot') }),
  'parameter name': (request) => ({ ...request, target: request.target.replace('MaxResults', 'MaxResultr') }),
  body: (request) => ({ ...request, body: ' ' }),
  ...Object.fromEntries(
    [
      'host',
      'x-acs-action',
      'x-acs-content-sha256',
      'x-acs-date',
      'x-acs-signature-nonce',
      'x-acs-version',
    ].map((name) => [`header ${name}`, (request: RawRequest) => withHeaderChanged(request, name)]),
  ),
  signature: (request) => withHeaderChanged(request, 'authorization'),
};

function withHeaderChanged(request: RawRequest, name: string): RawRequest {
  const value = request.headers[name] ?? '';
  const middle = name === 'authorization' ? value.length - 1 : Math.floor(value.length / 2);
  const other = value[middle] === '0' ? '1' : '0';
  const changed = value.slice(0, middle) + other + value.slice(middle + 1);
  return { ...request, headers: { ...request.headers, [name]: changed } };
}

describe('The wire of the emulator', () => {
  let emulator: EmulatorTarget;

  before(async () => {
    emulator = await emulatorWith({});
  });
  after(() => emulator[Symbol.asyncDispose]());

  const sendSigned = (action: string, query: Readonly<Record<string, string>>): Promise<RawResponse> =>
    send(emulator.endpoint, signedRequest(emulator.endpoint, action, query));

  it('accepts a request that is signed by hand', async () => {
    const response = await sendSigned('DescribeDisks', parameters);
    expect(response.status).to.equal(200);
    const body = JSON.parse(response.body) as Readonly<Record<string, unknown>>;
    expect(response.headers['x-acs-request-id']).to.equal(body['RequestId']);
    expect(response.headers['content-type']).to.match(/^application\/json/);
  });

  for (const [part, change] of Object.entries(changes)) {
    it(`refuses a request with one changed byte in the ${part}`, async () => {
      const request = change(signedRequest(emulator.endpoint, 'DescribeDisks', parameters));
      const response = await send(emulator.endpoint, request);
      expect([response.status, codeOf(response)]).to.deep.equal([400, 'SignatureDoesNotMatch']);
    });
  }

  it('refuses a request that is sent twice', async () => {
    const request = signedRequest(emulator.endpoint, 'DescribeDisks', parameters);
    expect((await send(emulator.endpoint, request)).status).to.equal(200);
    expect(codeOf(await send(emulator.endpoint, request))).to.equal('SignatureNonceUsed');
  });

  it('answers numbers, texts and truth values in their JSON types', async () => {
    const diskId = await emulator.usedDisk();
    const { body } = await sendSigned('DescribeDisks', { RegionId: 'cn-hangzhou' });
    const reply = JSON.parse(body) as { TotalCount: unknown; Disks: { Disk: Record<string, unknown>[] } };
    expect(reply.TotalCount).to.equal(1);
    const disk = reply.Disks.Disk.find((one) => one['DiskId'] === diskId);
    expect(disk).to.include({ Size: 20, Encrypted: false, Portable: true, PerformanceLevel: 'PL1' });
  });

  it('answers an error for anything that is not signed', async () => {
    const response = await send(emulator.endpoint, { method: 'GET', target: '/', headers: {}, body: '' });
    expect([response.status, codeOf(response)]).to.deep.equal([400, 'IncompleteSignature']);
  });

  it('answers an error for a body that is too large, and goes on', async () => {
    const request = signedRequest(emulator.endpoint, 'DescribeDisks', parameters);
    const response = await send(emulator.endpoint, { ...request, body: 'x'.repeat(2 * 1024 * 1024) });
    expect([response.status, codeOf(response)]).to.deep.equal([413, 'RequestTooLarge']);
    expect((await sendSigned('DescribeDisks', parameters)).status).to.equal(200);
  });

  it('answers an error for a request to another host, as to a proxy', async () => {
    const request = signedRequest(emulator.endpoint, 'DescribeDisks', parameters);
    const response = await send(emulator.endpoint, {
      ...request,
      target: `http://example.com${request.target}`,
    });
    expect([response.status, codeOf(response)]).to.deep.equal([400, 'MalformedRequest']);
  });

  it('survives what is no HTTP', async () => {
    const { hostname, port } = new URL(`http://${emulator.endpoint}`);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write('\0\x01nonsense\r\n\r\n'));
      let text = '';
      socket.on('data', (data) => {
        text += data.toString();
      });
      socket.on('close', () => {
        resolve(text);
      });
      socket.on('error', reject);
    });
    expect(answer).to.match(/^HTTP\/1\.1 400 /);
    expect((await sendSigned('DescribeDisks', parameters)).status).to.equal(200);
  });

  for (const query of [
    { DiskIds: '%5B' },
    { DiskIds: '%7B%7D' },
    { MaxResults: '-1' },
    { MaxResults: '1e9' },
    { NextToken: '%00' },
    { 'Tag.1.Value': 'x' },
    { __proto__x: '1' },
    { constructor: '1' },
    { 'Tag.1.Key.__proto__': '1' },
  ]) {
    it(`answers a client error for ${JSON.stringify(query)}`, async () => {
      const response = await sendSigned('DescribeDisks', { RegionId: 'cn-hangzhou', ...query });
      expect(response.status, response.body).to.be.within(400, 499);
      expect(codeOf(response)).to.not.equal('SignatureDoesNotMatch');
    });
  }
});
