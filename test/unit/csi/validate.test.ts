import { expect } from 'chai';
import { StatusError } from '../../../src/csi/status.ts';
import { checkMap, checkText, requireText } from '../../../src/csi/validate.ts';

const refused = (check: () => unknown, text: string) =>
  expect(check).to.throw(StatusError, text).with.property('code', 3);

describe('requireText', () => {
  it('hands the text back', () => {
    expect(requireText('pvc-1', 'name')).to.equal('pvc-1');
  });

  it('wants it to be there', () => {
    refused(() => requireText('', 'name'), 'name is missing');
  });

  it('checks it too', () => {
    refused(() => requireText('a\nb', 'name'), 'name contains control characters');
  });
});

describe('checkText', () => {
  it('takes an empty text and up to 128 bytes', () => {
    for (const text of ['', 'a'.repeat(128), 'ä'.repeat(64), '😀'.repeat(32)]) {
      expect(checkText(text, 'name')).to.equal(text);
    }
  });

  it('counts bytes, not characters', () => {
    for (const text of ['a'.repeat(129), 'ä'.repeat(65), '😀'.repeat(33)]) {
      refused(() => checkText(text, 'snapshot_id'), 'snapshot_id is longer than 128 bytes');
    }
  });

  for (const text of ['\u0000', 'a\u001fb', 'a\u007f', '\u0080', 'a\tb', 'a\r\n', '\ud800', 'x\udc00y']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      refused(() => checkText(text, 'name'), 'name contains control characters or is not valid Unicode');
    });
  }
});

describe('checkMap', () => {
  it('takes maps of up to 4 KiB, keys and values together', () => {
    expect(checkMap({}, 'parameters')).to.deep.equal({});
    expect(checkMap({ ab: 'c'.repeat(4094) }, 'parameters')).to.have.property('ab');
  });

  it('refuses larger ones, and tells how large they are', () => {
    refused(
      () => checkMap({ ab: 'c'.repeat(4095) }, 'parameters'),
      'parameters has 4097 bytes; the limit is 4096',
    );
    refused(() => checkMap({ a: 'ä'.repeat(2048) }, 'parameters'), 'parameters has 4097 bytes');
  });
});
