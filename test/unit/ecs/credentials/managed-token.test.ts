import { createCipheriv, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import { createCredential } from '../../../../src/ecs/credentials/create-credential.ts';
import { FakeClock } from '../fake-clock.ts';
import { rejection } from '../fixtures.ts';
import { expectNoSecrets, secret, tempDir, token } from './fixtures.ts';

function encrypt(text: string, keyring: string): string {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(keyring), iv);
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
}

function managedToken(expiration: string, accessKeyId = 'MANAGED', keyring = '0123456789abcdef'): string {
  return JSON.stringify({
    'access.key.id': encrypt(accessKeyId, keyring),
    'access.key.secret': encrypt(secret, keyring),
    'security.token': encrypt(token, keyring),
    expiration,
    keyring,
  });
}

describe('credentials of kind managed-token', () => {
  it('decrypts the file of ACK', async () => {
    await using dir = await tempDir();
    const file = await dir.write('token', managedToken('2099-01-01T00:00:00Z'));
    const credential = createCredential({ kind: 'managed-token', file });
    expect(await credential.getCredentials()).to.include({
      accessKeyId: 'MANAGED',
      accessKeySecret: secret,
      securityToken: token,
    });
  });

  it('reads the file again after five minutes', async () => {
    await using dir = await tempDir();
    const clock = new FakeClock();
    const file = await dir.write('token', managedToken('2099-01-01T00:00:00Z'));
    const credential = createCredential({ kind: 'managed-token', file }, { clock });
    await credential.getCredentials();
    await dir.write('token', managedToken('2099-01-01T00:00:00Z', 'NEWER'));
    await clock.advance(299_000);
    expect((await credential.getCredentials()).accessKeyId).to.equal('MANAGED');
    await clock.advance(2_000);
    expect((await credential.getCredentials()).accessKeyId).to.equal('NEWER');
  });

  it('reads the file again ten minutes before the keys expire', async () => {
    await using dir = await tempDir();
    const clock = new FakeClock(Date.parse('2026-05-01T10:00:00Z'));
    const file = await dir.write('token', managedToken('2026-05-01T10:12:00Z'));
    const credential = createCredential({ kind: 'managed-token', file }, { clock });
    await credential.getCredentials();
    await dir.write('token', managedToken('2026-05-01T11:00:00Z', 'NEWER'));
    await clock.advance(121_000);
    expect((await credential.getCredentials()).accessKeyId).to.equal('NEWER');
  });

  it('keeps the old keys while they are valid, says so, and fails after that', async () => {
    await using dir = await tempDir();
    const clock = new FakeClock(Date.parse('2026-05-01T10:00:00Z'));
    const file = await dir.write('token', managedToken('2026-05-01T10:30:00Z'));
    const failures: string[] = [];
    const onRefreshFailure = (kind: string, reason: string) => failures.push(`${kind}: ${reason}`);
    const credential = createCredential({ kind: 'managed-token', file }, { clock, onRefreshFailure });
    await credential.getCredentials();
    await dir.write('token', 'garbage');
    await clock.advance(6 * 60_000);
    expect((await credential.getCredentials()).accessKeyId).to.equal('MANAGED');
    expect(failures).to.deep.equal([`managed-token: file ${file} is not JSON`]);
    await clock.advance(25 * 60_000);
    expect((await rejection(credential.getCredentials())).kind).to.equal('unauthenticated');
  });

  const badFiles: readonly (readonly [string, string, string])[] = [
    ['expired keys', managedToken('2020-01-01T00:00:00Z'), 'has expired'],
    ['no JSON', `{"access.key.secret": "${secret}"`, 'is not JSON'],
    ['no object', '[]', 'is not a JSON object'],
    ['no keyring', '{}', 'keyring is missing'],
    [
      'a keyring of the wrong length',
      managedToken('').replace('0123456789abcdef', 'short'),
      'cannot be decrypted',
    ],
    [
      'another keyring',
      managedToken('').replace('0123456789abcdef', 'fedcba9876543210'),
      'cannot be decrypted',
    ],
  ];
  for (const [name, text, message] of badFiles) {
    it(`says that the file holds ${name}, without quoting it`, async () => {
      await using dir = await tempDir();
      const file = await dir.write('token', text);
      const error = await rejection(createCredential({ kind: 'managed-token', file }).getCredentials());
      expect(error.kind).to.equal('unauthenticated');
      expect(error.message).to.include(message).and.to.include(file);
      expectNoSecrets(error);
    });
  }

  it('says which file is missing', async () => {
    await using dir = await tempDir();
    const file = join(dir.path, 'nothing-here');
    const error = await rejection(createCredential({ kind: 'managed-token', file }).getCredentials());
    expect(error.message).to.equal(
      `no keys from the credentials of kind managed-token: file ${file} cannot be read (ENOENT)`,
    );
  });
});
