import { expect } from 'chai';
import { checkFeatureGates } from '../../../src/config/feature-gates.ts';
import { UsageError } from '../../../src/config/usage-error.ts';

describe('checkFeatureGates', () => {
  it('has nothing to say about no gates, or shut ones', () => {
    for (const text of ['', ' ', ',', 'EnableVolumeGroupSnapshots=false, EnableDeleteAutoSnapshots=false']) {
      expect(checkFeatureGates(text)).to.deep.equal([]);
    }
  });

  for (const gate of [
    'DiskADController',
    'DiskParallelAttach',
    'DiskParallelDetach',
    'DiskHighDensityMode',
    'DisableExpandAutoSnapshots',
  ]) {
    it(`accepts ${gate} of the existing driver with a warning`, () => {
      for (const value of ['true', 'false']) {
        expect(checkFeatureGates(`${gate}=${value}`)).to.deep.equal([
          `feature gate ${gate} has no meaning for this driver and is ignored`,
        ]);
      }
    });
  }

  for (const gate of ['EnableVolumeGroupSnapshots', 'EnableDeleteAutoSnapshots']) {
    it(`refuses to open ${gate}, which this version does not have yet`, () => {
      expect(() => checkFeatureGates(`${gate}=true`)).to.throw(
        UsageError,
        `--feature-gates: ${gate}=true is not available in this version`,
      );
    });
  }

  it('refuses a gate that nobody knows, and names the known ones', () => {
    expect(() => checkFeatureGates('DiskADController=true,EnableFoo=true')).to.throw(
      UsageError,
      /^--feature-gates: EnableFoo is not known; known are .*EnableVolumeGroupSnapshots/,
    );
  });

  for (const text of [
    'EnableFoo',
    'EnableFoo=',
    'DiskADController=1',
    'DiskADController=TRUE',
    '=true=false',
    'DiskADController=false=true',
  ]) {
    it(`refuses "${text}"`, () => {
      expect(() => checkFeatureGates(text)).to.throw(
        UsageError,
        'must be of the form NAME=true or NAME=false',
      );
    });
  }
});
