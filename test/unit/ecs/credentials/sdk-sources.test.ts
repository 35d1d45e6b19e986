import { expect } from 'chai';
import { stsHost } from '../../../../src/ecs/credentials/sdk-sources.ts';

describe('stsHost', () => {
  it('is the one that is given', () => {
    expect(stsHost({ stsEndpoint: 'sts.example.com', stsRegionId: 'cn-hangzhou' })).to.equal(
      'sts.example.com',
    );
  });

  it('is that of the region, inside the VPC if wanted', () => {
    expect(stsHost({ stsRegionId: 'cn-hangzhou' })).to.equal('sts.cn-hangzhou.aliyuncs.com');
    expect(stsHost({ stsRegionId: 'cn-hangzhou', stsInVpc: true })).to.equal(
      'sts-vpc.cn-hangzhou.aliyuncs.com',
    );
  });

  it('is the central one when no region is given', () => {
    expect(stsHost({})).to.equal('sts.aliyuncs.com');
  });
});
