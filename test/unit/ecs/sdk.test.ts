import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import * as sdk from '../../../src/ecs/sdk.ts';

describe('the ECS SDK', () => {
  it('has each class that we use', () => {
    for (const [name, value] of Object.entries(sdk)) {
      expect(value, name).to.be.a('function');
    }
  });

  it('knows the end point of each region', () => {
    const client = new sdk.SdkClient({ regionId: 'cn-hangzhou' } as never);
    expect(client._endpoint).to.equal('ecs-cn-hangzhou.aliyuncs.com');
  });

  it('reads no class that nobody asks for', () => {
    const code = `
      import { createRequire } from 'node:module';
      await import('./src/ecs/client.ts');
      const read = Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('/ecs20140526/dist/models/'));
      console.log(read.length);`;
    const read = Number(
      execFileSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' }),
    );
    expect(read).to.be.within(20, 60);
  });
});
