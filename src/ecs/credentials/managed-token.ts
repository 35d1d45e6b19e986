import { createDecipheriv } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { CredentialProblem } from './credential-failure.ts';
import { optionalText, parseJsonObject, requiredText } from './profile-fields.ts';
import type { Session, SessionSource } from './session.ts';

const ivBytes = 16;

/** Keys from the token file of an ACK add-on. ACK writes the file anew before the keys in it expire. */
export function managedTokenSource(file: string, clock: Clock): SessionSource {
  return async () => {
    const session = parseManagedToken(await readFile(file, 'utf8'), file);
    if (session.expiresAt !== undefined && session.expiresAt <= clock.now()) {
      throw new CredentialProblem(`the token in ${file} has expired; ACK did not renew it`);
    }
    return session;
  };
}

/**
 * The file is JSON. Its `keyring` is the AES key of the other fields, each of which is base64 of the initialisation vector and
 * the AES-CBC text.
 *
 * @throws CredentialProblem
 */
function parseManagedToken(text: string, file: string): Session {
  const token = parseJsonObject(text, file);
  const key = Buffer.from(requiredText(token, 'keyring', file), 'utf8');
  const decrypt = (name: string) => decryptField(requiredText(token, name, file), key, `${name} in ${file}`);
  const expiresAt = Date.parse(optionalText(token, 'expiration') ?? '');
  return {
    accessKeyId: decrypt('access.key.id'),
    accessKeySecret: decrypt('access.key.secret'),
    securityToken: decrypt('security.token'),
    providerName: 'managed-token',
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
  };
}

function decryptField(base64: string, key: Buffer, what: string): string {
  const bytes = Buffer.from(base64, 'base64');
  try {
    const decipher = createDecipheriv(`aes-${String(key.length * 8)}-cbc`, key, bytes.subarray(0, ivBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes)), decipher.final()]).toString('utf8');
  } catch {
    throw new CredentialProblem(`${what} cannot be decrypted`);
  }
}
