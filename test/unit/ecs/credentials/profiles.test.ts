import { expect } from 'chai';
import { createCredential } from '../../../../src/ecs/credentials/create-credential.ts';
import { FakeClock } from '../fake-clock.ts';
import { rejection } from '../fixtures.ts';
import { expectNoSecrets, secret, tempDir, token } from './fixtures.ts';

describe('credentials of kind credentials-file', () => {
  const ini = (sectionName: string, id: string) =>
    `# comment\n[other]\ntype = sts\n\n[${sectionName}]\ntype = access_key\naccess_key_id = ${id}\naccess_key_secret=${secret}\n`;

  it('takes the keys of the section, and new ones when the file changes', async () => {
    await using dir = await tempDir();
    const clock = new FakeClock();
    const file = await dir.write('credentials', ini('default', 'FIRST'));
    const credential = createCredential({ kind: 'credentials-file', file }, { clock });
    expect(await credential.getCredentials()).to.include({ accessKeyId: 'FIRST', accessKeySecret: secret });
    await dir.write('credentials', ini('default', 'SECOND'));
    await clock.advance(61_000);
    expect((await credential.getCredentials()).accessKeyId).to.equal('SECOND');
  });

  const bad: readonly (readonly [string, string, string])[] = [
    ['a section that is not there', ini('default', 'A'), 'there is no section [mine]'],
    ['a section without type', `[mine]\naccess_key_secret = ${secret}`, 'type is missing in section [mine]'],
    ['a section of another type', `[mine]\ntype = ${secret}`, 'is not access_key'],
    ['a section without keys', '[mine]\ntype = access_key', 'access_key_id is missing in section [mine]'],
  ];
  for (const [name, text, message] of bad) {
    it(`refuses ${name}`, async () => {
      await using dir = await tempDir();
      const file = await dir.write('credentials', text);
      const credential = createCredential({ kind: 'credentials-file', file, profileName: 'mine' });
      const error = await rejection(credential.getCredentials());
      expect(error.kind).to.equal('unauthenticated');
      expect(error.message).to.include(message);
      expectNoSecrets(error);
    });
  }
});

describe('credentials of kind cli-profile', () => {
  const profiles = [
    { name: 'main', mode: 'AK', access_key_id: 'CLI', access_key_secret: secret },
    {
      name: 'temp',
      mode: 'StsToken',
      access_key_id: 'CLI-STS',
      access_key_secret: secret,
      sts_token: token,
    },
    {
      name: 'loop',
      mode: 'ChainableRamRoleArn',
      source_profile: 'loop',
      ram_role_arn: 'acs:ram::1:role/r',
    },
    { name: 'person', mode: 'CloudSSO', access_token: secret },
  ];

  async function fromProfile(
    profileName: string | undefined,
    text = JSON.stringify({ current: 'main', profiles }),
  ) {
    await using dir = await tempDir();
    const file = await dir.write('config.json', text);
    return await createCredential({ kind: 'cli-profile', file, profileName }).getCredentials();
  }

  it('takes the current profile, or the one that is named', async () => {
    expect((await fromProfile(undefined)).accessKeyId).to.equal('CLI');
    expect(await fromProfile('temp')).to.include({ accessKeyId: 'CLI-STS', securityToken: token });
  });

  const bad: readonly (readonly [string, string, string | undefined])[] = [
    ['nobody', 'there is no profile nobody', undefined],
    ['loop', 'refers to itself', undefined],
    ['person', 'is not one of AK, StsToken', undefined],
    ['main', 'is not JSON', `{"profiles": [{"access_key_secret": "${secret}"}`],
    ['main', 'there is no profile main', '{"profiles": 7}'],
  ];
  for (const [profileName, message, text] of bad) {
    it(`refuses profile ${profileName}: ${message}`, async () => {
      const error = await rejection(fromProfile(profileName, text));
      expect(error.kind).to.equal('unauthenticated');
      expect(error.message).to.include(message);
      expectNoSecrets(error);
    });
  }
});
