import { expect } from 'chai';
import { demoOptionsFrom, DemoUsageError } from '../../../src/demo/options.ts';

describe('demoOptionsFrom', () => {
  it('writes 128 MiB when nobody says how much', () => {
    expect(demoOptionsFrom([])).to.deep.equal({ dataMiB: 128 });
  });

  it('takes another size', () => {
    expect(demoOptionsFrom(['--size-mib', '8'])).to.deep.equal({ dataMiB: 8 });
  });

  it('knows when it is asked for help', () => {
    expect(demoOptionsFrom(['--help'])).to.equal('help');
    expect(demoOptionsFrom(['-h'])).to.equal('help');
  });

  for (const size of ['0', '-1', '1.5', '4097', 'much', '', '0x10']) {
    it(`refuses the size "${size}"`, () => {
      expect(() => demoOptionsFrom([`--size-mib=${size}`])).to.throw(
        DemoUsageError,
        `--size-mib: "${size}" is not a whole number from 1 to 4096`,
      );
    });
  }

  for (const argv of [['--fast'], ['now'], ['--size-mib']]) {
    it(`refuses ${argv.join(' ')} in one line`, () => {
      expect(() => demoOptionsFrom(argv)).to.throw(DemoUsageError, /^[^\n]+; --help shows the options$/);
    });
  }
});
