import { expect } from 'chai';

import { answerApiRequest } from './api.ts';
import { at, defaultSigner, signedRequest, startMs, stsSigner, testCloud } from './test-kit.test.ts';

const minuteMs = 60_000;

async function codeAt(dateMs: number): Promise<unknown> {
  const { emulator } = testCloud();
  const date = { 'x-acs-date': new Date(dateMs).toISOString().replace('.000', '') };
  const response = await answerApiRequest(
    emulator,
    signedRequest('DescribeRegions', {}, defaultSigner, date),
  );
  return at(JSON.parse(response?.body ?? '{}'), 'Code');
}

describe('Authentication', () => {
  it('lets the default accounts in', async () => {
    const cloud = testCloud();
    expect(await cloud.code('DescribeRegions', {}, defaultSigner)).to.equal('OK');
    expect(await cloud.code('DescribeRegions', {}, stsSigner)).to.equal('OK');
  });

  it('does not know other keys', async () => {
    const stranger = { accessKeyId: 'stranger', accessKeySecret: 'x' };
    const { status, body } = await testCloud().call('DescribeRegions', {}, stranger);
    expect([status, body['Code']]).to.deep.equal([404, 'InvalidAccessKeyId.NotFound']);
  });

  it('refuses a wrong secret', async () => {
    const forger = { ...defaultSigner, accessKeySecret: 'guess' };
    expect(await testCloud().code('DescribeRegions', {}, forger)).to.equal('SignatureDoesNotMatch');
  });

  it('needs the right security token with a temporary key, and none with a lasting one', async () => {
    const cloud = testCloud();
    const { securityToken, ...withoutToken } = stsSigner;
    expect(await cloud.code('DescribeRegions', {}, withoutToken)).to.equal('MissingSecurityToken');
    expect(
      await cloud.code('DescribeRegions', {}, { ...stsSigner, securityToken: `${securityToken ?? ''}x` }),
    ).to.equal('InvalidSecurityToken.Malformed');
    expect(await cloud.code('DescribeRegions', {}, { ...defaultSigner, securityToken: 'x' })).to.equal(
      'InvalidSecurityToken.MismatchWithAccessKey',
    );
  });

  it('knows expired security tokens', async () => {
    const cloud = testCloud({ accounts: [{ ...stsSigner, isExpired: true }] });
    expect(await cloud.code('DescribeRegions', {}, stsSigner)).to.equal('InvalidSecurityToken.Expired');
  });

  it('refuses dates more than fifteen minutes away', async () => {
    expect(await codeAt(startMs - 15 * minuteMs)).to.equal(undefined);
    expect(await codeAt(startMs + 15 * minuteMs)).to.equal(undefined);
    expect(await codeAt(startMs - 15 * minuteMs - 1000)).to.equal('InvalidTimeStamp.Expired');
    expect(await codeAt(startMs + 15 * minuteMs + 1000)).to.equal('InvalidTimeStamp.Expired');
  });

  it('compares dates with the wall clock, however far the clock of the emulator was stepped', async () => {
    const cloud = testCloud();
    cloud.advance(24 * 60 * minuteMs);
    expect(await cloud.code('DescribeRegions')).to.equal('OK');
  });

  it('takes a nonce once', async () => {
    const { emulator } = testCloud();
    const request = signedRequest('DescribeRegions', {}, defaultSigner);
    expect((await answerApiRequest(emulator, request))?.code).to.equal('OK');
    expect((await answerApiRequest(emulator, request))?.code).to.equal('SignatureNonceUsed');
  });

  it('does not use up the nonce of a request whose signature is wrong', async () => {
    const { emulator } = testCloud();
    const request = signedRequest('DescribeRegions', {}, defaultSigner);
    expect((await answerApiRequest(emulator, { ...request, path: '/x' }))?.code).to.equal(
      'SignatureDoesNotMatch',
    );
    expect((await answerApiRequest(emulator, request))?.code).to.equal('OK');
  });

  it('refuses a date of another form', async () => {
    const { emulator } = testCloud();
    const date = { 'x-acs-date': 'Sun, 22 Nov 2026 10:00:00 GMT' };
    const response = await answerApiRequest(
      emulator,
      signedRequest('DescribeRegions', {}, defaultSigner, date),
    );
    expect(response?.code).to.equal('InvalidTimeStamp.Format');
  });

  it('refuses a hash that is signed but is not that of the body', async () => {
    const { emulator } = testCloud();
    const hash = { 'x-acs-content-sha256': '0'.repeat(64) };
    const response = await answerApiRequest(
      emulator,
      signedRequest('DescribeRegions', {}, defaultSigner, hash),
    );
    expect(response?.code).to.equal('SignatureDoesNotMatch');
  });

  it('refuses another scheme of signing', async () => {
    const { emulator } = testCloud();
    const request = signedRequest('DescribeRegions', {}, defaultSigner);
    const headers = new Map([...request.headers, ['authorization', ['Basic eDp5']]]);
    expect((await answerApiRequest(emulator, { ...request, headers }))?.code).to.equal('IncompleteSignature');
  });

  it('names the header that is missing', async () => {
    const { emulator } = testCloud();
    const { headers, ...request } = signedRequest('DescribeRegions', {}, defaultSigner);
    const without = new Map([...headers].filter(([name]) => name !== 'authorization'));
    const response = await answerApiRequest(emulator, { ...request, headers: without });
    expect(response?.code).to.equal('IncompleteSignature');
    expect(response?.body).to.include('authorization');
  });
});
