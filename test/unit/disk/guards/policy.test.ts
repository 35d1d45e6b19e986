import { expect } from 'chai';
import { deleteRetentionOf, expandPolicyOf } from '../../../../src/disk/guards/policy.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aDisk } from '../../../support/builders.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';

const volumeOf = (attributes: Record<string, string>) => new FakeCluster().addVolume('d-1', attributes);

describe('expandPolicyOf', () => {
  const taggedWith = (text: string) => aDisk({ tags: new Map([[tagKeys.expandPolicy, text]]) });

  it('is closed where nobody says anything', () => {
    expect(expandPolicyOf(aDisk(), undefined)).to.deep.equal({ value: 'closed' });
    expect(expandPolicyOf(aDisk(), volumeOf({}))).to.deep.equal({ value: 'closed' });
  });

  it('is closed where a class or a tag is left empty', () => {
    const emptyAttribute = volumeOf({ volumeExpandAutoSnapshot: '' });
    expect(expandPolicyOf(aDisk(), emptyAttribute)).to.deep.equal({ value: 'closed' });
    const forced = volumeOf({ volumeExpandAutoSnapshot: 'forced' });
    expect(expandPolicyOf(taggedWith(''), forced)).to.deep.equal({ value: 'closed' });
  });

  it('is what the tag of the disk says before what the volume says', () => {
    const forced = volumeOf({ volumeExpandAutoSnapshot: 'forced' });
    expect(expandPolicyOf(aDisk(), forced)).to.deep.equal({ value: 'forced' });
    expect(expandPolicyOf(taggedWith('besteffort'), forced)).to.deep.equal({ value: 'besteffort' });
  });

  it('is told apart from a word that means nothing', () => {
    expect(expandPolicyOf(taggedWith('Forced'), undefined)).to.deep.equal({ invalid: 'Forced' });
  });
});

describe('deleteRetentionOf', () => {
  const taggedWith = (text: string) =>
    aDisk({ tags: new Map([[tagKeys.deleteSnapshotRetentionDays, text]]) });

  it('is none where nothing is said, and where a tag is left empty', () => {
    expect(deleteRetentionOf(aDisk(), undefined)).to.deep.equal({ value: undefined });
    const asked = volumeOf({ volumeDeleteSnapshotRetentionDays: '7' });
    expect(deleteRetentionOf(taggedWith(''), asked)).to.deep.equal({ value: undefined });
  });

  for (const [text, value] of [
    ['1', 1],
    ['65536', 65_536],
  ] as const) {
    it(`takes ${text} days`, () => {
      expect(deleteRetentionOf(taggedWith(text), undefined)).to.deep.equal({ value });
    });
  }

  for (const text of ['0', '65537', '-1', '1.5', '1d', ' 7', '1e3']) {
    it(`does not take "${text}" for a number of days`, () => {
      expect(deleteRetentionOf(taggedWith(text), undefined)).to.deep.equal({ invalid: text });
    });
  }
});
