import { expect } from 'chai';
import { createEcsClient } from '../../../src/ecs/client.ts';
import type { EcsClientSettings } from '../../../src/ecs/client.ts';
import { createCredential } from '../../../src/ecs/credentials/create-credential.ts';

function clientWith(settings: Partial<EcsClientSettings>) {
  const credential = createCredential({ kind: 'access-key', accessKeyId: 'AK', accessKeySecret: 'secret' });
  return createEcsClient({
    regionId: 'cn-hangzhou',
    userAgent: 'csi-datasafe/test',
    credential,
    ...settings,
  });
}

describe('createEcsClient', () => {
  it('takes the end point that is given', () => {
    expect(clientWith({ endpoint: '127.0.0.1:99', network: 'vpc' })._endpoint).to.equal('127.0.0.1:99');
  });

  it('takes the end point of the region, on the public network by default', () => {
    expect(clientWith({})._endpoint).to.equal('ecs-cn-hangzhou.aliyuncs.com');
    expect(clientWith({ regionId: 'ap-southeast-1' })._endpoint).to.equal('ecs.ap-southeast-1.aliyuncs.com');
  });

  it('takes the end point inside the VPC, also for regions where the SDK does not know it', () => {
    expect(clientWith({ network: 'vpc' })._endpoint).to.equal('ecs-vpc.cn-hangzhou.aliyuncs.com');
  });

  it('gives both limits of the SDK the same time, since either cuts off a slow answer', () => {
    const { _readTimeout, _connectTimeout } = clientWith({ requestTimeoutMs: 7_000 });
    expect([_readTimeout, _connectTimeout]).to.deep.equal([7_000, 7_000]);
    expect(clientWith({})).to.include({ _readTimeout: 10_000, _connectTimeout: 10_000 });
  });

  it('sends the region with every request, also where the SDK has no field for it', () => {
    expect(clientWith({})._globalParameters.queries).to.deep.equal({ RegionId: 'cn-hangzhou' });
  });

  it('speaks https unless told otherwise', () => {
    expect(clientWith({})._protocol).to.equal('https');
    expect(clientWith({ protocol: 'http' })._protocol).to.equal('http');
  });
});
