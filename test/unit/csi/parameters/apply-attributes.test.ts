import { expect } from 'chai';
import { applyAttributes } from '../../../../src/csi/parameters/apply-attributes.ts';
import { parseStorageClass } from '../../../../src/csi/parameters/storage-class.ts';
import { parseVolumeAttributesClass } from '../../../../src/csi/parameters/volume-attributes-class.ts';
import { StatusError } from '../../../../src/csi/status.ts';

type Parameters = Record<string, string>;
const apply = (ofStorageClass: Parameters, mutable: Parameters) =>
  applyAttributes(parseStorageClass(ofStorageClass), parseVolumeAttributesClass(mutable));

describe('applyAttributes', () => {
  it('leaves the StorageClass alone where there is no VolumeAttributesClass', () => {
    const parameters = { type: 'cloud_essd,cloud_auto', performanceLevel: 'PL1', 'diskTags/a': 'b' };
    expect(apply(parameters, {})).to.deep.equal(parseStorageClass(parameters));
  });

  it('lets the VolumeAttributesClass speak first', () => {
    const applied = apply(
      {
        type: 'cloud_auto',
        provisionedIops: '100',
        burstingEnabled: 'true',
        volumeExpandAutoSnapshot: 'forced',
        volumeDeleteSnapshotRetentionDays: '7',
        'diskTags/a': 'class',
        'diskTags/b': 'class',
        'diskTags/c': 'class',
      },
      {
        provisionedIops: '200',
        burstingEnabled: 'false',
        volumeExpandAutoSnapshot: 'closed',
        volumeDeleteSnapshotRetentionDays: '0',
        'diskTags/a': 'attributes',
        '-diskTags/b': '',
      },
    );
    expect(applied).to.include({
      provisionedIops: 200,
      burstingEnabled: false,
      expandPolicy: 'closed',
      deleteSnapshotRetentionDays: 0,
    });
    expect(applied.tags).to.deep.equal([
      { key: 'a', value: 'attributes' },
      { key: 'c', value: 'class' },
    ]);
  });

  it('forgets the levels of the StorageClass for a category that has none', () => {
    const applied = apply({ type: 'cloud_essd', performanceLevel: 'PL2' }, { type: 'cloud_auto' });
    expect(applied).to.deep.include({ categories: ['cloud_auto'], performanceLevels: [] });
  });

  it('keeps the levels of the StorageClass where only other things are wished for', () => {
    const applied = apply({ type: 'cloud_essd', performanceLevel: 'PL2,PL1' }, { type: 'cloud_essd' });
    expect(applied.performanceLevels).to.deep.equal(['PL2', 'PL1']);
  });

  it('takes of the categories of the StorageClass those that can do what is wished for', () => {
    const parameters = { type: 'cloud_ssd,cloud_essd,cloud_auto' };
    expect(apply(parameters, { performanceLevel: 'PL2' })).to.deep.include({
      categories: ['cloud_essd'],
      performanceLevels: ['PL2'],
    });
    expect(apply(parameters, { provisionedIops: '1' }).categories).to.deep.equal(['cloud_auto']);
    expect(apply(parameters, { burstingEnabled: 'true' }).categories).to.deep.equal(['cloud_auto']);
    const none = { provisionedIops: '0', burstingEnabled: 'false' };
    expect(apply(parameters, none).categories).to.have.length(3);
  });

  const refused: [ofStorageClass: Parameters, mutable: Parameters, text: string][] = [
    [
      { type: 'cloud_ssd' },
      { performanceLevel: 'PL1' },
      'performanceLevel: not possible with type cloud_ssd',
    ],
    [{ type: 'cloud_essd' }, { provisionedIops: '1' }, 'provisionedIops: not possible with type cloud_essd'],
    [{}, { burstingEnabled: 'true' }, 'burstingEnabled: not possible'],
    [{ type: 'cloud_essd,cloud_auto' }, { performanceLevel: 'PL1', burstingEnabled: 'true' }, 'not possible'],
    [{ type: 'cloud_essd', multiAttach: 'true' }, { type: 'cloud_ssd' }, 'multiAttach'],
    [{ type: 'cloud_auto', multiAttach: 'true' }, { burstingEnabled: 'true' }, 'cannot both be true'],
    [{ 'diskTags/a': '1' }, { 'diskTags/A': '2' }, 'differ only in capitals'],
  ];
  for (const [ofStorageClass, mutable, text] of refused) {
    it(`refuses ${JSON.stringify(mutable)} for ${JSON.stringify(ofStorageClass)}`, () => {
      expect(() => apply(ofStorageClass, mutable))
        .to.throw(StatusError, text)
        .with.property('code', 3);
    });
  }
});
