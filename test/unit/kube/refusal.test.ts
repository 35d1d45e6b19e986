import { expect } from 'chai';
import {
  AdmissionError,
  isAlreadyExists,
  isNamespaceGone,
  isObjectAbsent,
  refusalOf,
} from '../../../src/kube/refusal.ts';

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

  const refused = 'refused by the Kubernetes API server';
  const pass = 'let the service account of the plugin pass there';
  const grant = 'grant create on volumesnapshots to the service account of the plugin';
  const forbidden = (why: string) =>
    status(403, 'Forbidden', {}, `volumesnapshots "one" is forbidden: ${why}`);
  for (const { title, answer, kind = 'denied', text } of [
    {
      title: 'a quota, without what is used of it',
      answer: forbidden('exceeded quota: objects, requested: count/events=1, used: count/events=7'),
      text: `${refused} (403): exceeded quota objects; raise it`,
    },
    {
      title: 'a webhook, without what may be another time or id',
      answer: status(
        403,
        'Forbidden',
        {},
        'admission webhook "v1.example.com" denied the request: no label\n team at 12:03:04, id 5f-a',
      ),
      text: `${refused} (403): admission webhook "v1.example.com" denied the request: no label team at … id …; ${pass}`,
    },
    {
      title: 'an admission policy',
      answer: {
        ...forbidden(`ValidatingAdmissionPolicy 'p1' with binding 'b1' denied request: no team`),
        status: 422,
      },
      kind: 'wrong-state',
      text: `${refused} (422): ValidatingAdmissionPolicy 'p1' with binding 'b1' denied request: no team; ${pass}`,
    },
    {
      title: 'something else behind the rights',
      answer: forbidden('the weekend has begun'),
      text: `${refused} (403): the weekend has begun; ${pass}`,
    },
    {
      title: 'a webhook that cannot be called',
      answer: status(
        500,
        'InternalError',
        {},
        'Internal error occurred: failed calling webhook "v1.example.com": failed to call webhook: Post "https://10.0.0.7/"',
      ),
      kind: 'outcome-unknown',
      text: 'the Kubernetes API server failed (500): it cannot call the webhook v1.example.com; mend or remove that',
    },
  ]) {
    it(`names ${title}, and asks for no right`, () => {
      const error = refusalOf(answer, request);
      expect(error).to.be.instanceOf(AdmissionError);
      expect(error.kind).to.equal(kind);
      expect(error.message).to.equal(`create volumesnapshots default/one: ${text}`);
    });
  }

  it('says the same each time, however long the text and its numbers are', () => {
    const [few, many] = ['9', '1000000'].map((used) => {
      const text = `admission webhook "w" denied the request: ${used} of ${'too many '.repeat(100)}`;
      return refusalOf(status(403, 'Forbidden', {}, text), request).message;
    });
    expect(few).to.equal(many);
    expect(few).to.have.property('length').that.is.lessThan(600);
  });

  for (const { title, answer, text } of [
    {
      title: 'a right is missing',
      answer: forbidden(
        'User "system:serviceaccount:a:b" cannot create resource "volumesnapshots" in API group',
      ),
      text: `${refused} (403); ${grant}`,
    },
    {
      title: 'nobody says why',
      answer: { status: 403, body: '<html>' },
      text: `${refused} (403); ${grant}`,
    },
    {
      title: 'somebody else stands in between',
      answer: status(403, 'Forbidden', {}, 'ask gate 7'),
      text: `${refused} (403): ask gate …; ${grant}`,
    },
  ]) {
    it(`asks for the right where ${title}`, () => {
      const error = refusalOf(answer, request);
      expect(error).not.to.be.instanceOf(AdmissionError);
      expect(error.message).to.equal(`create volumesnapshots default/one: ${text}`);
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
