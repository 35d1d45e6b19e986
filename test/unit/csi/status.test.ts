import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  aborted,
  invalidArgument,
  notFound,
  outOfRange,
  StatusError,
  statusFromUnknown,
  statusName,
  statusOfKind,
} from '../../../src/csi/status.ts';
import { DiskError, type DiskErrorKind } from '../../../src/disk/disk-error.ts';

describe('statusOfKind', () => {
  const table: Record<DiskErrorKind, string> = {
    'not-found': 'NOT_FOUND',
    conflict: 'ALREADY_EXISTS',
    'in-use': 'FAILED_PRECONDITION',
    'source-of-disks': 'FAILED_PRECONDITION',
    'never-used': 'FAILED_PRECONDITION',
    'wrong-state': 'FAILED_PRECONDITION',
    invalid: 'INVALID_ARGUMENT',
    'out-of-range': 'OUT_OF_RANGE',
    'not-larger': 'OUT_OF_RANGE',
    unsupported: 'FAILED_PRECONDITION',
    'not-offered': 'RESOURCE_EXHAUSTED',
    'no-capacity': 'RESOURCE_EXHAUSTED',
    quota: 'FAILED_PRECONDITION',
    account: 'FAILED_PRECONDITION',
    denied: 'PERMISSION_DENIED',
    unauthenticated: 'UNAVAILABLE',
    unreadable: 'UNAVAILABLE',
    throttled: 'UNAVAILABLE',
    busy: 'ABORTED',
    'timed-out': 'DEADLINE_EXCEEDED',
    cancelled: 'CANCELLED',
    'outcome-unknown': 'UNAVAILABLE',
    failed: 'INTERNAL',
    bug: 'INTERNAL',
  };
  for (const [kind, name] of Object.entries(table) as [DiskErrorKind, string][]) {
    it(`answers ${name} to ${kind}, with the message of the error`, () => {
      const error = new DiskError(kind, `text of ${kind}`);
      const status = statusFromUnknown(error);
      expect(statusName(status.code)).to.equal(name);
      expect(status).to.include({ message: `text of ${kind}`, cause: error });
      expect(statusOfKind[kind].reason).not.to.equal('');
    });
  }

  it('has a row for each kind and no other', () => {
    expect(Object.keys(statusOfKind)).to.have.members(Object.keys(table));
  });

  it('leaves what may have worked to the sidecars to try again', () => {
    const undecided = ['CANCELLED', 'DEADLINE_EXCEEDED', 'UNAVAILABLE', 'ABORTED'];
    for (const kind of [
      'outcome-unknown',
      'throttled',
      'unreadable',
      'unauthenticated',
      'busy',
      'timed-out',
    ] as const) {
      expect(undecided, kind).to.include(statusName(statusOfKind[kind].status));
    }
  });
});

describe('statusFromUnknown', () => {
  it('leaves a StatusError as it is', () => {
    const error = new StatusError(GrpcStatus.DATA_LOSS, 'text');
    expect(statusFromUnknown(error)).to.equal(error);
  });

  const unforeseen: [what: string, thrown: unknown][] = [
    ['a TypeError', new TypeError("cannot read 'secret-key-LTAI' of undefined")],
    ['an error of the network', new Error('connect ECONNREFUSED 10.0.0.1')],
    ['a text', 'a text'],
    ['nothing', undefined],
    ['null', null],
    ['what looks like a gRPC error', { code: 5, details: 'not found' }],
    ['what looks like an error of ours', Object.assign(new Error('fake'), { code: 5, kind: 'not-found' })],
  ];
  for (const [what, thrown] of unforeseen) {
    it(`hides ${what} that nobody foresaw`, () => {
      expect(statusFromUnknown(thrown)).to.include({
        code: GrpcStatus.UNAVAILABLE,
        message: 'unexpected error in the plugin; the outcome is unknown, see its log',
        cause: thrown,
      });
    });
  }
});

describe('the builders of a status', () => {
  it('give the status of their name', () => {
    const built = [invalidArgument('x'), outOfRange('x'), notFound('x'), aborted('x')];
    expect(built.map(({ code }) => statusName(code))).to.deep.equal([
      'INVALID_ARGUMENT',
      'OUT_OF_RANGE',
      'NOT_FOUND',
      'ABORTED',
    ]);
  });
});
