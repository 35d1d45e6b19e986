import { inspect } from 'node:util';
import { expect } from 'chai';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { toDiskError } from '../../../src/ecs/to-disk-error.ts';
import { ecsError } from './fixtures.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code} 10.0.0.1:443 POST https://ecs/?ClientToken=abc failed.`), {
    code,
  });
}

describe('toDiskError', () => {
  it('says what was asked, what ECS says, and the code', () => {
    const error = toDiskError(
      ecsError('DiskNotPortable', { text: 'The disk is not portable.' }),
      'DeleteDisk',
      'delete disk d-1',
    );
    expect(error.message).to.equal('delete disk d-1: The disk is not portable (DiskNotPortable)');
    expect(error).to.include({
      kind: 'unsupported',
      code: 'DiskNotPortable',
      action: 'DeleteDisk',
      requestId: 'RID-1',
    });
  });

  it('gives the same message each time, whatever the request id', () => {
    const messages = ['RID-1', 'RID-2'].map((requestId) => {
      const answer = ecsError('DiskError', { text: `Broken, see ${requestId}.`, requestId });
      return toDiskError(answer, 'DeleteDisk', 'delete disk d-1').message;
    });
    expect(messages[0]).to.equal(messages[1]);
    expect(messages[0]).not.to.include('RID');
  });

  it('cuts a long text, and leaves no half character', () => {
    const text = `${'x'.repeat(299)}\u{1f4be} is what the disk is called`;
    const { message } = toDiskError(ecsError('DiskError', { text }), 'DeleteDisk', 'delete disk d-1');
    expect(message).to.equal(`delete disk d-1: ${'x'.repeat(299)}\ufffd (DiskError)`);
  });

  it('names the right that is missing', () => {
    const answer = ecsError('Forbidden.RAM', { detail: { AuthAction: 'ecs:DeleteDisk' } });
    const error = toDiskError(answer, 'DeleteDisk', 'delete disk d-1');
    expect(error.kind).to.equal('denied');
    expect(error.message).to.include('grant ecs:DeleteDisk to');
  });

  it('names the action as the missing right when ECS does not say', () => {
    const error = toDiskError(ecsError('Forbidden.RAM'), 'DescribeDisks', 'describe disk d-1');
    expect(error.kind).to.equal('unreadable');
    expect(error.message).to.include('grant ecs:DescribeDisks to');
  });

  it('says what to do about the clock and about the snapshot service', () => {
    const clock = toDiskError(ecsError('InvalidTimeStamp.Expired'), 'DescribeDisks', 'x');
    const service = toDiskError(
      ecsError('InvalidAccountStatus.SnapshotServiceUnavailable'),
      'CreateSnapshot',
      'x',
    );
    expect(clock.message).to.include('set the clock of the node');
    expect(service.message).to.include('activate the snapshot service');
  });

  it('does not repeat what ECS says about a signature, since that quotes the session token', () => {
    const text = 'Signature mismatch. CanonicalRequest: x-acs-security-token:TOPSECRET';
    const error = toDiskError(ecsError('SignatureDoesNotMatch', { text }), 'DescribeDisks', 'x');
    expect(error.kind).to.equal('unauthenticated');
    expect(inspect(error, { depth: 10, showHidden: true })).not.to.include('TOPSECRET');
  });

  it('leaves the outcome unknown after an unlisted 5xx and calls an unlisted 4xx a bug', () => {
    expect(toDiskError(ecsError('Odd', { status: 500 }), 'CreateDisk', 'x').kind).to.equal('outcome-unknown');
    expect(toDiskError(ecsError('Odd', { status: 418 }), 'CreateDisk', 'x').kind).to.equal('bug');
  });

  it('leaves the outcome unknown after an error answer without a code: it is not from ECS', () => {
    const error = toDiskError(ecsError('undefined', { status: 403 }), 'CreateDisk', 'x');
    expect(error).to.include({ kind: 'outcome-unknown', code: undefined });
  });

  const timeout = Object.assign(new Error('ConnectTimeout: Connect https://ecs/?ClientToken=abc failed.'), {
    name: 'RequestTimeoutError',
  });
  const failures: readonly (readonly [string, unknown, string])[] = [
    ['a refused connection', systemError('ECONNREFUSED'), 'refuses connections'],
    ['a broken connection', systemError('ECONNRESET'), 'broke'],
    ['an unknown host', systemError('ENOTFOUND'), 'check region, end point and DNS'],
    ['a TLS failure', systemError('CERT_HAS_EXPIRED'), 'CERT_HAS_EXPIRED'],
    ['a timeout', timeout, 'no answer from ECS within the time limit'],
    ['an HTML page', new SyntaxError('Unexpected token < in JSON'), 'not one of ECS'],
    ['a body that broke off', new Error('aborted'), 'no usable answer'],
    ['a field of the wrong type', new Error('type of diskId is mismatch'), 'no usable answer'],
    ['something that is no error', 'oops', 'no usable answer'],
  ];
  for (const [name, failure, text] of failures) {
    it(`leaves the outcome unknown after ${name}, with a stable text of our own`, () => {
      const error = toDiskError(failure, 'CreateDisk', 'create disk pv-1');
      expect(error.kind).to.equal('outcome-unknown');
      expect(error.message).to.match(/^create disk pv-1: /);
      expect(error.message).to.include(text);
      expect(error.message).not.to.include('ClientToken');
    });
  }

  it('calls a request that the SDK refused a bug', () => {
    const refused = Object.assign(new Error('diskId is required.'), { code: 'SDK.ValidateError' });
    expect(toDiskError(refused, 'DeleteDisk', 'x').kind).to.equal('bug');
  });

  it('passes a DiskError on as it is', () => {
    const error = new DiskError('unauthenticated', 'no keys');
    expect(toDiskError(error, 'DeleteDisk', 'x')).to.equal(error);
  });
});
