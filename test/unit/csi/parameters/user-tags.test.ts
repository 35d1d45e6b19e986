import { expect } from 'chai';
import fc from 'fast-check';
import { userTags } from '../../../../src/csi/parameters/user-tags.ts';
import { StatusError } from '../../../../src/csi/status.ts';
import { isReservedTagKey } from '../../../../src/disk/tags.ts';
import { isTagText } from '../../disk/ecs-rules.ts';

describe('userTags', () => {
  it('sorts tags by key, so that a retry is byte-identical', () => {
    expect(
      userTags('diskTags', [
        ['b', '2'],
        ['a', '1'],
        ['c', ''],
      ]),
    ).to.deep.equal([
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
      { key: 'c', value: '' },
    ]);
  });

  it('lets the last of two equal keys win', () => {
    expect(
      userTags('diskTags', [
        ['a', 'old'],
        ['a', 'new'],
      ]),
    ).to.deep.equal([{ key: 'a', value: 'new' }]);
  });

  for (const key of ['', 'k'.repeat(129), 'aliyun', 'ACS:x', 'http://x', 'a\nb']) {
    it(`refuses the key ${JSON.stringify(key)}`, () => {
      const tags = () => userTags('diskTags', [[key, 'x']]);
      expect(tags).to.throw(StatusError, 'diskTags: ECS does not take').with.property('code', 3);
    });
  }

  for (const value of ['v'.repeat(129), 'Aliyun', 'acs:x', 'see http://x', 'a\u0000b', 'a\nb']) {
    it(`refuses the value ${JSON.stringify(value)}`, () => {
      const tags = () => userTags('diskTags', [['team', value]]);
      expect(tags).to.throw(StatusError, 'as the value of tag team').with.property('code', 3);
    });
  }

  for (const key of [
    'createdby',
    'CreatedBy',
    'k8s.aliyun.com',
    'csi.alibabacloud.com/volume-name',
    'Kubernetes.io/created-for/pv/name',
  ]) {
    it(`does not let a user set ${key}`, () => {
      const tags = () => userTags('snapshotTags', [[key, 'x']]);
      expect(tags).to.throw(StatusError, `snapshotTags: the tag ${key} is reserved for this driver`);
    });
  }

  it('refuses two keys that ECS takes for the same', () => {
    const tags = () =>
      userTags('diskTags', [
        ['Team', 'a'],
        ['team', 'b'],
      ]);
    expect(tags).to.throw(StatusError, 'differ only in capitals');
  });

  it('leaves room on the resource for the tags of the driver', () => {
    const entries = (count: number) =>
      Array.from({ length: count }, (_, n): [string, string] => [`k${n}`, '']);
    expect(userTags('diskTags', entries(10))).to.have.length(10);
    expect(() => userTags('diskTags', entries(11))).to.throw(
      StatusError,
      'at most 10 tags can be set, not 11',
    );
  });

  it('gives tags that ECS takes, or refuses with a StatusError, whatever the entries', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 140 }),
      fc.constantFrom('a', 'A', 'acs:', 'aliyun', 'http://'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 3 }), (entries) => {
        try {
          for (const { key, value } of userTags('diskTags', entries)) {
            expect(key !== '' && isTagText(key) && isTagText(value) && !isReservedTagKey(key)).to.equal(true);
          }
        } catch (error) {
          expect(error).to.be.instanceOf(StatusError);
        }
      }),
    );
  });
});
