import { expect } from 'chai';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { aCall, connect } from './set-up.ts';

describe('Instances through the SDK', () => {
  let emulator: Emulator;
  let cloud: ReturnType<typeof connect>;

  before(async () => {
    emulator = await startEmulator();
    cloud = connect({ endpoint: emulator.endpoint });
  });
  after(async () => {
    cloud.close();
    await emulator[Symbol.asyncDispose]();
  });

  it('many who ask what their type takes share a request', async () => {
    const types = Array.from(
      { length: 50 },
      (_, number) => `ecs.${number % 2 === 0 ? 'g7se.large' : 'g8i.xlarge'}`,
    );
    const limits = await Promise.all(types.map((type) => cloud.findDiskLimit(type, aCall())));
    expect(limits).to.deep.equal(types.map(() => 17));
    expect(await emulator.requests('DescribeInstanceTypes')).to.have.length(1);
  });
});
