import { expect } from 'chai';
import { createEcsClient } from '../../../src/ecs/client.ts';
import { createCredential } from '../../../src/ecs/credentials/create-credential.ts';
import type { CredentialSettings } from '../../../src/ecs/credentials/credential-settings.ts';
import { FakeClock } from '../../unit/ecs/fake-clock.ts';
import { rejection } from '../../unit/ecs/fixtures.ts';
import {
  expectNoSecrets,
  keyService,
  keys,
  secret,
  tempDir,
  temporaryKeys,
  token,
} from '../../unit/ecs/credentials/fixtures.ts';

const minuteMs = 60_000;

describe('credentials that are fetched', () => {
  it('gives a long-lived key pair as it is', async () => {
    const credential = createCredential({ kind: 'access-key', ...keys });
    expect(await credential.getCredentials()).to.include({ ...keys, securityToken: '' });
  });

  it('gives a temporary key pair with its token', async () => {
    const credential = createCredential({ kind: 'sts', ...keys, securityToken: token });
    expect(await credential.getCredentials()).to.include({ ...keys, securityToken: token });
  });

  it('shows no secret of its own or of the client that uses it', async () => {
    const credential = createCredential({ kind: 'sts', ...keys, securityToken: token });
    await credential.getCredentials();
    expectNoSecrets(credential);
    expectNoSecrets(createEcsClient({ regionId: 'cn-test', userAgent: 'test', credential }));
  });

  describe('credentials-uri', () => {
    it('fetches keys once for all who ask at the same time', async () => {
      await using service = await keyService();
      service.body = temporaryKeys(60);
      const credential = createCredential({ kind: 'credentials-uri', uri: service.uri });
      const answers = await Promise.all(Array.from({ length: 20 }, () => credential.getCredentials()));
      expect(answers.map(({ accessKeyId }) => accessKeyId)).to.deep.equal(Array(20).fill('TEMP'));
      expect(service.requests).to.equal(1);
    });

    it('recovers after the first fetch failed for everyone', async () => {
      await using service = await keyService();
      service.status = 500;
      const credential = createCredential({ kind: 'credentials-uri', uri: service.uri });
      const failures = await Promise.all([1, 2, 3].map(() => rejection(credential.getCredentials())));
      expect(failures.map(({ kind }) => kind)).to.deep.equal(Array(3).fill('outcome-unknown'));
      Object.assign(service, { status: 200, body: temporaryKeys(60) });
      expect((await credential.getCredentials()).accessKeyId).to.equal('TEMP');
    });

    it('keeps the old keys while new ones cannot be fetched', async () => {
      await using service = await keyService();
      const clock = new FakeClock();
      service.body = temporaryKeys(5);
      const credential = createCredential({ kind: 'credentials-uri', uri: service.uri }, { clock });
      await credential.getCredentials();
      service.status = 500;
      await clock.advance(3_600_000);
      expect((await credential.getCredentials()).accessKeyId).to.equal('TEMP');
      expect(service.requests).to.be.greaterThan(1);
    });

    it('tells why it could not renew its keys, and has new ones as soon as they can be had', async () => {
      await using service = await keyService();
      const clock = new FakeClock(Date.now());
      service.body = temporaryKeys(60);
      const failures: string[] = [];
      const onRefreshFailure = (kind: string, reason: string) => failures.push(`${kind}: ${reason}`);
      const credential = createCredential(
        { kind: 'credentials-uri', uri: service.uri },
        { clock, onRefreshFailure },
      );
      await credential.getCredentials();
      await clock.advance(49 * minuteMs);
      await credential.getCredentials();
      expect(service.requests).to.equal(1);

      service.status = 503;
      await clock.advance(2 * minuteMs);
      expect((await credential.getCredentials()).accessKeyId).to.equal('TEMP');
      const failure = 'credentials-uri: the service that hands them out answered with status 503';
      expect(failures).to.deep.equal([failure]);
      // An outage of two hours, in which somebody asks all the time.
      for (let minute = 0; minute < 120; minute += 1) {
        await clock.advance(minuteMs);
        await credential.getCredentials().catch(() => undefined);
      }
      expect(new Set(failures)).to.deep.equal(new Set([failure]));
      expect((await rejection(credential.getCredentials())).message).to.include('status 503');

      const body = temporaryKeys(240).replace('TEMP', 'NEW');
      Object.assign(service, { status: 200, body });
      expect((await credential.getCredentials()).accessKeyId).to.equal('NEW');
    });

    const badAnswers: readonly (readonly [string, number, string, string])[] = [
      ['a refusal', 403, `{"message":"${secret}"}`, 'status 403'],
      ['no JSON', 200, `<html>${secret}</html>`, 'no usable answer'],
      ['no expiry', 200, temporaryKeys(60).replace('Expiration', 'Until'), 'does not say when they expire'],
      ['no token', 200, JSON.stringify({ AccessKeyId: 'A', AccessKeySecret: secret }), 'no usable answer'],
    ];
    for (const [name, status, body, text] of badAnswers) {
      it(`says that it got ${name}, without quoting it`, async () => {
        await using service = await keyService();
        Object.assign(service, { status, body });
        const credential = createCredential({ kind: 'credentials-uri', uri: service.uri });
        const error = await rejection(credential.getCredentials());
        expect(error.kind).to.equal('unauthenticated');
        expect(error.message).to.include(text);
        expectNoSecrets(error);
      });
    }

    it('says that the service is out of reach, which may pass', async () => {
      const service = await keyService();
      await service[Symbol.asyncDispose]();
      const error = await rejection(
        createCredential({ kind: 'credentials-uri', uri: service.uri }).getCredentials(),
      );
      expect(error).to.include({ kind: 'outcome-unknown' });
      expect(error.message).to.include('ECONNREFUSED');
    });
  });

  describe('roles', () => {
    const unreachable = '127.0.0.1:1';

    it('says so when STS is out of reach', async () => {
      await using dir = await tempDir();
      const tokenFile = await dir.write('token', token);
      const role = { roleArn: 'acs:ram::1:role/r', stsEndpoint: unreachable };
      const settings: CredentialSettings[] = [
        { kind: 'oidc', oidcProviderArn: 'acs:ram::1:oidc-provider/p', tokenFile, ...role },
        { kind: 'ram-role', base: { kind: 'access-key', ...keys }, ...role },
      ];
      for (const setting of settings) {
        const error = await rejection(createCredential(setting).getCredentials());
        expect(error.kind).to.equal('outcome-unknown');
        expect(error.message).to.include(`of kind ${setting.kind}`).and.to.include('ECONNREFUSED');
        expectNoSecrets(error);
      }
    });

    it('says which service account token is missing', async () => {
      const error = await rejection(
        createCredential({
          kind: 'oidc',
          roleArn: 'acs:ram::1:role/r',
          oidcProviderArn: 'acs:ram::1:oidc-provider/p',
          tokenFile: '/nowhere/token',
          stsEndpoint: unreachable,
        }).getCredentials(),
      );
      expect(error.kind).to.equal('unauthenticated');
      expect(error.message).to.include('file /nowhere/token cannot be read (ENOENT)');
    });

    it('says which variable forbids to ask for the role of the instance', async () => {
      process.env['ALIBABA_CLOUD_ECS_METADATA_DISABLED'] = 'true';
      try {
        const error = await rejection(createCredential({ kind: 'ecs-ram-role' }).getCredentials());
        expect(error.kind).to.equal('unauthenticated');
        expect(error.message).to.include('ALIBABA_CLOUD_ECS_METADATA_DISABLED');
      } finally {
        delete process.env['ALIBABA_CLOUD_ECS_METADATA_DISABLED'];
      }
    });

    it('passes the failure of the base credentials on, and tells it once', async () => {
      const settings: CredentialSettings = {
        kind: 'ram-role',
        roleArn: 'acs:ram::1:role/r',
        base: { kind: 'managed-token', file: '/nowhere/token' },
        stsEndpoint: unreachable,
      };
      const failures: string[] = [];
      const credential = createCredential(settings, { onRefreshFailure: (kind) => failures.push(kind) });
      expect((await rejection(credential.getCredentials())).message).to.include('kind managed-token');
      expect(failures).to.deep.equal(['managed-token']);
    });
  });
});
