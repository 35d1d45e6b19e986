import { timingSafeEqual } from 'node:crypto';

import { EcsError } from './errors.ts';
import type { Account } from './settings.ts';
import { isSignedBy, parseAuthorization, type SignedRequest } from './signature.ts';

/** How far the date of a request may be away from the server's. */
const maxSkewMs = 15 * 60 * 1000;

/**
 * Says who made a request, or throws the EcsError that ECS would answer. Dates are compared with the wall clock,
 * not with the emulator's, since clients sign with the former. A nonce works once.
 */
export class Authenticator {
  private readonly wallClock: () => number;
  /** Nonces in the order of their use, with the time after which their request would be too old anyway. */
  private readonly nonces = new Map<string, number>();

  constructor(wallClock: () => number) {
    this.wallClock = wallClock;
  }

  authenticate(request: SignedRequest, accounts: readonly Account[]): Account {
    const authorization = parseAuthorization(only(request, 'authorization'));
    if (authorization === undefined) {
      throw new EcsError('IncompleteSignature', 'Sign with ACS3-HMAC-SHA256.');
    }
    const account = accounts.find(({ accessKeyId }) => accessKeyId === authorization.accessKeyId);
    if (account === undefined) {
      throw new EcsError('InvalidAccessKeyId.NotFound', `It is ${authorization.accessKeyId}.`);
    }
    if (!isSignedBy(request, authorization, account.accessKeySecret)) {
      throw new EcsError('SignatureDoesNotMatch');
    }
    checkSecurityToken(request, account);
    this.checkDate(only(request, 'x-acs-date'));
    this.useNonce(`${account.accessKeyId} ${only(request, 'x-acs-signature-nonce')}`);
    return account;
  }

  private checkDate(date: string): void {
    const sentAtMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date) ? Date.parse(date) : Number.NaN;
    if (Number.isNaN(sentAtMs)) {
      throw new EcsError('InvalidTimeStamp.Format', `It is "${date}".`);
    }
    if (Math.abs(this.wallClock() - sentAtMs) > maxSkewMs) {
      throw new EcsError('InvalidTimeStamp.Expired', `It is ${date}.`);
    }
  }

  private useNonce(nonce: string): void {
    const nowMs = this.wallClock();
    for (const [old, usableUntilMs] of this.nonces) {
      if (usableUntilMs >= nowMs) {
        break;
      }
      this.nonces.delete(old);
    }
    if (this.nonces.has(nonce)) {
      throw new EcsError('SignatureNonceUsed');
    }
    this.nonces.set(nonce, nowMs + 2 * maxSkewMs);
  }
}

function only(request: SignedRequest, name: string): string {
  const value = request.headers.get(name)?.[0];
  if (value === undefined || value === '') {
    throw new EcsError('IncompleteSignature', `The header ${name} is missing.`);
  }
  return value;
}

function checkSecurityToken(request: SignedRequest, account: Account): void {
  const token = request.headers.get('x-acs-security-token')?.[0] ?? '';
  if (account.securityToken === '') {
    if (token !== '') {
      throw new EcsError('InvalidSecurityToken.MismatchWithAccessKey');
    }
    return;
  }
  if (token === '') {
    throw new EcsError('MissingSecurityToken');
  }
  if (!sameText(token, account.securityToken)) {
    throw new EcsError('InvalidSecurityToken.Malformed');
  }
  if (account.isExpired) {
    throw new EcsError('InvalidSecurityToken.Expired');
  }
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
