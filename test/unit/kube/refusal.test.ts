import { expect } from 'chai';
import { isAlreadyExists, isNamespaceGone, isObjectAbsent, refusalOf } from '../../../src/kube/refusal.ts';

const request = {
  method: 'POST',
  verb: 'create',
  resource: 'volumesnapshots',
  name: 'default/one',
  path: '/',
} as const;

function status(code: number, reason: string, details: object = {}, message = 'because') {
  return { status: code, body: { kind: 'Status', status: 'Failure', code, reason, message, details } };
}

describe('What the API server says no with', () => {
  const rows: [string, { status: number; body: unknown }, string, string][] = [
    ['401', status(401, 'Unauthorized'), 'unauthenticated', 'check its service account'],
    ['403', status(403, 'Forbidden'), 'denied', 'grant create on volumesnapshots'],
    ['404 in plain text', { status: 404, body: '404 page not found' }, 'unsupported', 'install the CRDs'],
    ['409', status(409, 'Conflict'), 'busy', '409'],
    ['410', status(410, 'Expired'), 'busy', '410'],
    ['429', status(429, 'TooManyRequests'), 'busy', '429'],
    ['400', status(400, 'BadRequest'), 'wrong-state', '(400): because'],
    ['422', status(422, 'Invalid', {}, 'one\n  two'), 'wrong-state', 'one two'],
    ['500', status(500, 'InternalError'), 'outcome-unknown', '500'],
    ['a page of a proxy', { status: 502, body: '<html>' }, 'outcome-unknown', '502'],
    ['a redirect', { status: 302, body: '' }, 'outcome-unknown', '302'],
  ];
  for (const [title, answer, kind, text] of rows) {
    it(`makes ${kind} of ${title}`, () => {
      const error = refusalOf(answer, request);
      expect(error.kind).to.equal(kind);
      expect(error.message).to.match(/^create volumesnapshots default\/one: /);
      expect(error.message).to.contain(text);
    });
  }

  it('tells a missing object from a missing type and a missing namespace', () => {
    const object = status(404, 'NotFound', { name: 'one', kind: 'volumesnapshots' });
    const namespace = status(404, 'NotFound', { name: 'shop', kind: 'namespaces' });
    const going = status(403, 'Forbidden', { name: 'one', causes: [{ reason: 'NamespaceTerminating' }] });
    const noType = { status: 404, body: '404 page not found' };
    const noKind = status(404, 'NotFound');
    const all = [object, namespace, going, noType, noKind, status(403, 'Forbidden')];
    expect(all.map(isObjectAbsent)).to.deep.equal([true, true, false, false, false, false]);
    expect(all.map(isNamespaceGone)).to.deep.equal([false, true, true, false, false, false]);
  });

  it('tells an object that is there from one that changed', () => {
    expect([status(409, 'AlreadyExists'), status(409, 'Conflict')].map(isAlreadyExists)).to.deep.equal([
      true,
      false,
    ]);
  });
});
