import { expect } from 'chai';
import fc from 'fast-check';
import {
  isOursOrNobodys,
  isReservedTagKey,
  isUserTagKey,
  originTags,
  ownerTag,
  tagKeys,
  toTagValue,
} from '../../../src/disk/tags.ts';
import { isTagText } from './ecs-rules.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  // Lone halves of a surrogate pair too.
  fc.array(fc.nat({ max: 0xffff }), { maxLength: 200 }).map((units) => String.fromCharCode(...units)),
  fc
    .tuple(fc.constantFrom('aliyun', 'ACS:', 'acs', 'a http://b', 'https://'), fc.string({ maxLength: 200 }))
    .map(([start, rest]) => start + rest),
);

describe('toTagValue', () => {
  it('leaves a text alone that ECS takes', () => {
    for (const text of ['', 'pvc-1', 'default', 'Ünï 磁盘', 'a'.repeat(128), 'acs-1', 'my-aliyun']) {
      expect(toTagValue(text)).to.equal(text);
    }
  });

  it('keeps the beginning of a text that is too long, and ends it in a hash', () => {
    const value = toTagValue(`team-a.${'x'.repeat(130)}`);

    expect(value).to.have.length(128);
    expect(value).to.match(/^team-a\.x{80}\.[0-9a-f]{40}$/);
  });

  for (const text of ['aliyun-disk', 'Aliyun', 'ACS:ecs', 'see https://example.com', 'a\nb', 'half \ud800']) {
    it(`replaces ${JSON.stringify(text)}, which ECS refuses`, () => {
      expect(toTagValue(text)).to.match(/^sha256\.[0-9a-f]{40}$/);
    });
  }

  it('does not cut a character in two', () => {
    expect(toTagValue(`${'a'.repeat(86)}${'😀'.repeat(40)}`)).to.match(/^sha256\.[0-9a-f]{40}$/);
  });

  it('gives a value that ECS takes, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(isTagText(toTagValue(text))).to.equal(true);
        expect(toTagValue(text)).to.equal(toTagValue(text));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps different texts different, even when they only differ at their end', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), anyText, anyText, (start, one, other) => {
        fc.pre(one.toWellFormed() !== other.toWellFormed());
        expect(toTagValue(start + one)).not.to.equal(toTagValue(start + other));
      }),
    );
  });

  it('stays what it is when applied again, so that a look-up finds what was written', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(toTagValue(toTagValue(text))).to.equal(toTagValue(text));
      }),
    );
  });
});

describe('isUserTagKey', () => {
  it('takes what ECS takes', () => {
    for (const key of ['team', 'a', 'cost center', 'k'.repeat(128)]) {
      expect(isUserTagKey(key), key).to.equal(true);
    }
  });

  it('refuses what ECS refuses', () => {
    for (const key of ['', 'k'.repeat(129), 'aliyun.x', 'ACS:x', 'http://x', 'see https://x', 'a\tb']) {
      expect(isUserTagKey(key), key).to.equal(false);
    }
  });
});

describe('isReservedTagKey', () => {
  it('reserves every key that this driver sets', () => {
    for (const key of Object.values(tagKeys)) {
      expect(isReservedTagKey(key), key).to.equal(true);
    }
    expect(isReservedTagKey('csi.alibabacloud.com/anything')).to.equal(true);
    expect(isReservedTagKey('kubernetes.io/created-for/pvc/uid')).to.equal(true);
  });

  it('reserves them in capitals too, since ECS takes keys that differ only in case for the same', () => {
    for (const key of [
      'CreatedBy',
      'ACK.aliyun.com',
      'CSI.alibabacloud.com/volume-name',
      'Kubernetes.io/x',
    ]) {
      expect(isReservedTagKey(key), key).to.equal(true);
    }
  });

  it('leaves all others to users', () => {
    for (const key of ['team', 'created-by', 'my.kubernetes.io/x', 'csi']) {
      expect(isReservedTagKey(key), key).to.equal(false);
    }
  });
});

describe('the tags of origin', () => {
  it('name the maker, and the cluster when it is known', () => {
    expect(originTags(undefined)).to.deep.equal([{ key: 'createdby', value: 'alibabacloud-csi-plugin' }]);
    expect(originTags('c-1')).to.deep.equal([
      { key: 'createdby', value: 'alibabacloud-csi-plugin' },
      { key: 'ack.aliyun.com', value: 'c-1' },
    ]);
  });

  it('mark what is ours by the cluster, or by the maker when no cluster is known', () => {
    expect(ownerTag('c-1')).to.deep.equal({ key: 'ack.aliyun.com', value: 'c-1' });
    expect(ownerTag(undefined)).to.deep.equal({ key: 'createdby', value: 'alibabacloud-csi-plugin' });
  });

  it('show what belongs to another cluster', () => {
    const ofOther = new Map([[tagKeys.cluster, 'c-2']]);
    expect(isOursOrNobodys(ofOther, 'c-1')).to.equal(false);
    expect(isOursOrNobodys(ofOther, 'c-2')).to.equal(true);
    expect(isOursOrNobodys(ofOther, undefined)).to.equal(true);
    expect(isOursOrNobodys(new Map(), 'c-1')).to.equal(true);
  });
});
