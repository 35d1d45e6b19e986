import { expect } from 'chai';
import fc from 'fast-check';
import { diskCategories } from '../../../src/disk/categories.ts';
import { DiskError } from '../../../src/disk/disk-error.ts';
import {
  candidatesFor,
  candidatesOfSize,
  describeCandidate,
  toNewDisk,
} from '../../../src/disk/disk-request.ts';
import { aDiskRequest } from '../../support/builders.ts';
import { brokenDiskRules } from './ecs-rules.ts';

const h = 'cn-hangzhou-h';
const i = 'cn-hangzhou-i';

describe('candidatesFor', () => {
  const described = (changes: Parameters<typeof aDiskRequest>[0]) =>
    candidatesFor(aDiskRequest(changes)).map(describeCandidate);

  it('tries every category and level in the best zone before the next zone', () => {
    expect(
      described({
        categories: ['cloud_essd', 'cloud_auto'],
        performanceLevels: ['PL2', 'PL1'],
        zoneIds: [h, i],
      }),
    ).to.deep.equal([
      `cloud_essd PL2 in ${h}`,
      `cloud_essd PL1 in ${h}`,
      `cloud_auto in ${h}`,
      `cloud_essd PL2 in ${i}`,
      `cloud_essd PL1 in ${i}`,
      `cloud_auto in ${i}`,
    ]);
  });

  it('leaves the level to ECS when none is asked for', () => {
    expect(described({ categories: ['cloud_essd'] })).to.deep.equal([`cloud_essd in ${h}`]);
  });

  it('names no zone for a regional disk, and tries it once', () => {
    expect(described({ categories: ['cloud_regional_disk_auto'], zoneIds: [h, i] })).to.deep.equal([
      'cloud_regional_disk_auto',
    ]);
    expect(described({ categories: ['cloud_regional_disk_auto'], zoneIds: [] })).to.have.length(1);
  });

  it('tries a regional disk first or last, as it is listed', () => {
    const both = ['cloud_regional_disk_auto', 'cloud_essd'];
    expect(described({ categories: both })).to.deep.equal([both[0], `cloud_essd in ${h}`]);
    expect(described({ categories: both.toReversed() })).to.deep.equal([`cloud_essd in ${h}`, both[0]]);
  });

  it('has none for a zonal disk without a zone', () => {
    expect(described({ zoneIds: [] })).to.deep.equal([]);
  });

  it('never repeats a candidate, and gives zones to zonal disks only', () => {
    const some = (items: readonly string[]) => fc.uniqueArray(fc.constantFrom(...items), { maxLength: 4 });
    const requests = fc.record({
      categories: some([...diskCategories.keys()]),
      performanceLevels: some(['PL0', 'PL1', 'PL2', 'PL3']),
      zoneIds: some([h, i, 'cn-hangzhou-j']),
    });
    fc.assert(
      fc.property(requests, (changes) => {
        const candidates = candidatesFor(aDiskRequest(changes));
        expect(new Set(candidates.map(describeCandidate)).size).to.equal(candidates.length);
        for (const { category, performanceLevel, zoneId } of candidates) {
          expect(zoneId === undefined).to.equal(diskCategories.get(category)?.regional);
          expect(performanceLevel === undefined || category === 'cloud_essd').to.equal(true);
        }
      }),
    );
  });
});

describe('candidatesOfSize', () => {
  const request = aDiskRequest({ categories: ['cloud_essd', 'cloud'], performanceLevels: ['PL3', 'PL0'] });

  it('passes over what does not come in the size', () => {
    const described = (sizeGiB: number) => candidatesOfSize(request, sizeGiB).map(describeCandidate);

    expect(described(2000)).to.have.length(3);
    expect(described(1260)).to.deep.equal([`cloud_essd PL0 in ${h}`, `cloud in ${h}`]);
    expect(described(2001)).to.deep.equal([`cloud_essd PL3 in ${h}`, `cloud_essd PL0 in ${h}`]);
    expect(described(4)).to.deep.equal([`cloud_essd PL0 in ${h}`]);
  });

  it('names the limits, each once, when nothing comes in the size', () => {
    const error = () => candidatesOfSize({ ...request, zoneIds: [h, i] }, 65537);
    expect(error)
      .to.throw(
        DiskError,
        /^no disk of 65537 GiB is offered: cloud_essd PL3 has 1261 to 65536 GiB, cloud_essd PL0 has 1 to 65536 GiB, cloud has 5 to 2000 GiB$/,
      )
      .with.property('kind', 'out-of-range');
  });
});

describe('toNewDisk', () => {
  const [candidate] = candidatesFor(aDiskRequest());
  const made = (changes: Parameters<typeof aDiskRequest>[0], category = 'cloud_essd') =>
    toNewDisk(aDiskRequest(changes), { performanceLevel: undefined, zoneId: h, category }, 20, 'token');

  it('carries everything over', () => {
    const request = aDiskRequest({
      encrypted: true,
      kmsKeyId: 'key-1',
      resourceGroupId: 'rg-1',
      storageClusterId: 'dbsc-1',
      snapshotId: 's-1',
      multiAttach: true,
    });
    const disk = toNewDisk(request, candidate ?? expect.fail(), 100, 'token');
    const { resourceGroupId, storageClusterId, snapshotId, tags } = request;
    expect(disk).to.deep.include({ resourceGroupId, storageClusterId, snapshotId, tags });
    expect(disk).to.deep.include({ encrypted: true, kmsKeyId: 'key-1', multiAttach: true });
    expect(disk).to.deep.include({ name: 'pvc-1', sizeGiB: 100, clientToken: 'token', zoneId: h });
    expect(brokenDiskRules(disk)).to.deep.equal([]);
  });

  it('sends no KMS key for a disk that is not encrypted', () => {
    expect(made({ kmsKeyId: 'key-1' }).kmsKeyId).to.equal(undefined);
  });

  it('sends provisioned IOPS and bursting to the category that knows them', () => {
    const wish = { provisionedIops: 1000, burstingEnabled: true };
    expect(made(wish, 'cloud_auto')).to.include(wish);
    expect(made(wish, 'cloud_essd')).to.include({ provisionedIops: undefined, burstingEnabled: undefined });
  });

  it('gives a disk the name of its key, or one made from it', () => {
    expect(made({ key: 'pvc-77' }).name).to.equal('pvc-77');
    expect(made({ key: '77' }).name).to.match(/^csi-[0-9a-f]{40}$/);
  });
});
