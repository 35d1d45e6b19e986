import { expect } from 'chai';
import fc from 'fast-check';
import { parseStorageClass } from '../../../../src/csi/parameters/storage-class.ts';
import { StatusError } from '../../../../src/csi/status.ts';
import { diskCategories } from '../../../../src/disk/categories.ts';

const essd = { type: 'cloud_essd' };

function refused(parameters: Record<string, string>, ...texts: string[]): void {
  const parse = () => parseStorageClass(parameters);
  expect(parse).to.throw(StatusError).with.property('code', 3);
  for (const text of texts) {
    expect(parse).to.throw(text);
  }
}

describe('parseStorageClass', () => {
  it('asks for what the existing driver does when a class says nothing', () => {
    expect(parseStorageClass({})).to.deep.equal({
      categories: ['cloud_ssd', 'cloud_efficiency'],
      performanceLevels: [],
      zoneIds: undefined,
      regionId: undefined,
      encrypted: false,
      kmsKeyId: undefined,
      multiAttach: false,
      provisionedIops: undefined,
      burstingEnabled: undefined,
      resourceGroupId: undefined,
      storageClusterId: undefined,
      snapshotId: undefined,
      selectedNode: undefined,
      atLeast20GiB: false,
      deleteSnapshotRetentionDays: undefined,
      expandPolicy: undefined,
      tags: [],
      origin: { pvcName: undefined, pvcNamespace: undefined, pvName: undefined },
    });
  });

  const read: [parameters: Record<string, string>, field: string, value: unknown][] = [
    [{ type: 'cloud_essd' }, 'categories', ['cloud_essd']],
    [{ type: 'cloud_essd, cloud_auto,cloud_essd' }, 'categories', ['cloud_essd', 'cloud_auto']],
    [{ type: 'available' }, 'categories', ['cloud_ssd', 'cloud_efficiency']],
    [{ type: 'cloud_ssd,available' }, 'categories', ['cloud_ssd', 'cloud_efficiency']],
    [{ type: '' }, 'categories', ['cloud_ssd', 'cloud_efficiency']],
    [{ ...essd, performanceLevel: 'PL1,PL0' }, 'performanceLevels', ['PL1', 'PL0']],
    [{ zoneId: 'cn-hangzhou-h' }, 'zoneIds', ['cn-hangzhou-h']],
    [{ zoneid: 'cn-hangzhou-h, cn-hangzhou-i' }, 'zoneIds', ['cn-hangzhou-h', 'cn-hangzhou-i']],
    [{ zoneId: 'cn-hangzhou-h,cn-hangzhou-h' }, 'zoneIds', ['cn-hangzhou-h']],
    [{ zoneId: 'z-1', zoneid: 'z-1' }, 'zoneIds', ['z-1']],
    [{ zoneId: '' }, 'zoneIds', undefined],
    [{ regionId: 'cn-hangzhou' }, 'regionId', 'cn-hangzhou'],
    [{ encrypted: 'true', kmsKeyId: 'key-1' }, 'kmsKeyId', 'key-1'],
    [{ encrypted: 'true', kmsKeyId: 'a', 'alibabacloud.com/kms-key-id': 'b' }, 'kmsKeyId', 'b'],
    [{ encrypted: 'true', kmsKeyId: 'a', 'alibabacloud.com/kms-key-id': '' }, 'kmsKeyId', 'a'],
    [{ ...essd, multiAttach: 'enabled' }, 'multiAttach', true],
    [{ ...essd, multiAttach: 'True' }, 'multiAttach', true],
    [{ ...essd, multiAttach: 'disabled' }, 'multiAttach', false],
    [{ provisionedIops: '0' }, 'provisionedIops', 0],
    [{ provisionedIops: '50000' }, 'provisionedIops', 50_000],
    [{ resourceGroupId: 'rg-1' }, 'resourceGroupId', 'rg-1'],
    [{ ...essd, performanceLevel: 'PL1', storageClusterId: 'dbsc-1' }, 'storageClusterId', 'dbsc-1'],
    [{ 'csi.alibabacloud.com/disk-snapshot-id': 's-1' }, 'snapshotId', 's-1'],
    [{ volumeDeleteSnapshotRetentionDays: '1' }, 'deleteSnapshotRetentionDays', 1],
    [{ volumeDeleteSnapshotRetentionDays: '65536' }, 'deleteSnapshotRetentionDays', 65_536],
    [{ volumeExpandAutoSnapshot: 'besteffort' }, 'expandPolicy', 'besteffort'],
    [{ restrictToHpnZone: 'never' }, 'categories', ['cloud_ssd', 'cloud_efficiency']],
    [
      { diskTags: 'a:1, b:x:y', 'diskTags/a': '2' },
      'tags',
      [
        { key: 'a', value: '2' },
        { key: 'b', value: 'x:y' },
      ],
    ],
    [
      {
        'csi.storage.k8s.io/pvc/name': 'claim',
        'csi.storage.k8s.io/pvc/namespace': 'team',
        'csi.storage.k8s.io/pv/name': 'pvc-1',
      },
      'origin',
      { pvcName: 'claim', pvcNamespace: 'team', pvName: 'pvc-1' },
    ],
  ];
  for (const [parameters, field, value] of read) {
    it(`reads ${JSON.stringify(parameters)}`, () => {
      expect(parseStorageClass(parameters)).to.have.deep.property(field, value);
    });
  }

  for (const [key, field] of [
    ['encrypted', 'encrypted'],
    ['burstingEnabled', 'burstingEnabled'],
    ['volumeSizeAutoAvailable', 'atLeast20GiB'],
  ] as const) {
    it(`takes the words of the existing driver for ${key}`, () => {
      for (const word of ['true', 'yes', '1', 'True', 'YES']) {
        expect(parseStorageClass({ [key]: word })[field], word).to.equal(true);
      }
      for (const word of ['false', 'no', '0', 'False']) {
        expect(parseStorageClass({ [key]: word })[field], word).to.equal(false);
      }
    });
  }

  const wrong: [key: string, value: string, ...texts: string[]][] = [
    ['type', 'cloud_esssd', 'cloud_esssd', 'cloud_essd', 'available'],
    ['type', 'cloud_essd,cloud_gold', 'cloud_gold', 'cloud_auto'],
    ['type', 'cloud_essd,', 'without empty items'],
    ['performanceLevel', 'PL4', 'PL4', 'PL0, PL1, PL2, PL3'],
    ['performanceLevel', 'pl1', 'PL0, PL1, PL2, PL3'],
    ['zoneId', 'a,,b', 'without empty items'],
    ['zoneid', ',', 'without empty items'],
    ['encrypted', 'maybe', '"maybe"', 'true, yes, 1, false, no, 0'],
    ['burstingEnabled', 'on', 'true, yes, 1, false, no, 0'],
    ['volumeSizeAutoAvailable', 'y', 'true, yes, 1, false, no, 0'],
    ['multiAttach', 'yes', 'true, enabled, false, disabled'],
    ['provisionedIops', '-1', 'a whole number from 0 to 50000'],
    ['provisionedIops', '50001', 'a whole number from 0 to 50000'],
    ['provisionedIops', '1e3', 'a whole number from 0 to 50000'],
    ['provisionedIops', '1.5', 'a whole number from 0 to 50000'],
    ['provisionedIops', ' 1', 'a whole number from 0 to 50000'],
    ['volumeDeleteSnapshotRetentionDays', '0', 'a whole number from 1 to 65536'],
    ['volumeDeleteSnapshotRetentionDays', '65537', 'a whole number from 1 to 65536'],
    ['volumeDeleteSnapshotRetentionDays', '7d', 'a whole number from 1 to 65536'],
    ['volumeExpandAutoSnapshot', 'force', 'forced, besteffort, closed'],
    ['restrictToHpnZone', 'always', 'allowed: never'],
    ['restrictToHpnZone', 'sometimes', 'never, always'],
    ['diskTags', 'team', '"team" is not of the form key:value'],
    ['diskTags', 'createdby:me', 'the tag createdby is reserved'],
    ['diskTags', 'aliyun:me', 'as the key'],
  ];
  for (const [key, value, ...texts] of wrong) {
    it(`refuses ${key}: "${value}", and tells what is allowed`, () => {
      const named = key === 'zoneid' ? 'zoneId' : key;
      refused({ ...(key === 'performanceLevel' ? essd : {}), [key]: value }, named, ...texts);
    });
  }

  const contradictions: [parameters: Record<string, string>, ...texts: string[]][] = [
    [{ zoneId: 'a', zoneid: 'b' }, 'zoneId and zoneid contradict each other'],
    [{ type: 'cloud_auto', performanceLevel: 'PL1' }, 'performanceLevel', 'only type cloud_essd'],
    [{ performanceLevel: 'PL1' }, 'performanceLevel', 'only type cloud_essd'],
    [{ kmsKeyId: 'key-1' }, 'kmsKeyId', 'encrypted: "true"'],
    [{ encrypted: 'no', kmsKeyId: 'key-1' }, 'kmsKeyId', 'encrypted: "true"'],
    [{ type: 'cloud_ssd', multiAttach: 'true' }, 'multiAttach', 'cloud_essd and cloud_auto'],
    [{ type: 'cloud_essd,cloud_ssd', multiAttach: 'true' }, 'multiAttach', 'cloud_essd and cloud_auto'],
    [{ type: 'cloud_auto', multiAttach: 'true', burstingEnabled: 'true' }, 'multiAttach and burstingEnabled'],
    [{ ...essd, storageClusterId: 'dbsc-1' }, 'storageClusterId', 'performanceLevel'],
  ];
  for (const [parameters, ...texts] of contradictions) {
    it(`refuses the contradiction in ${JSON.stringify(parameters)}`, () => {
      refused(parameters, ...texts);
    });
  }

  for (const key of [
    'volumeDeleteSnapshotRetentionDay',
    'Type',
    'zoneIds',
    'diskTag',
    ' type',
    '__proto__x',
    'constructor',
  ]) {
    it(`refuses the unknown key "${key}", and names the known ones`, () => {
      refused(
        { [key]: '1' },
        `StorageClass parameter ${key} is not known`,
        'volumeDeleteSnapshotRetentionDays',
      );
    });
  }

  for (const key of [
    'fsType',
    'fstype',
    'mkfsOptions',
    'sysConfig',
    'readOnly',
    'allowVolumeExpansion',
    'csi.storage.k8s.io/fstype',
    'csi.storage.k8s.io/provisioner-secret-name',
    'csi.storage.k8s.io/what-comes-next',
  ]) {
    it(`leaves ${key} to others`, () => {
      expect(parseStorageClass({ [key]: 'anything at all' })).to.deep.equal(parseStorageClass({}));
    });
  }

  it('takes every category that it knows', () => {
    for (const category of diskCategories.keys()) {
      expect(parseStorageClass({ type: category }).categories).to.deep.equal([category]);
    }
  });

  it('reads any map, or refuses it with INVALID_ARGUMENT', () => {
    const keys = [
      'type',
      'performanceLevel',
      'zoneId',
      'encrypted',
      'kmsKeyId',
      'multiAttach',
      'diskTags',
      'diskTags/a',
    ];
    const key = fc.oneof(fc.constantFrom(...keys, 'provisionedIops', 'storageClusterId'), fc.string());
    const value = fc.oneof(fc.constantFrom('true', 'cloud_essd', 'PL1', 'a:b', '1', ''), fc.string());
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 6 }), (parameters) => {
        try {
          parseStorageClass(parameters);
        } catch (error) {
          expect(error).to.be.instanceOf(StatusError).with.property('code', 3);
        }
      }),
      { numRuns: 500 },
    );
  });
});
