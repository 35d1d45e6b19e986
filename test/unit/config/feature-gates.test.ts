import { expect } from 'chai';
import { readFeatureGates } from '../../../src/config/feature-gates.ts';
import { UsageError } from '../../../src/config/usage-error.ts';

describe('readFeatureGates', () => {
  it('has nothing to say about no gates, or shut ones', () => {
    for (const text of ['', ' ', ',', 'EnableVolumeGroupSnapshots=false, EnableDeleteAutoSnapshots=false']) {
      const { open, warnings } = readFeatureGates(text);
      expect(open).to.deep.equal(new Set());
      expect(warnings).to.deep.equal([]);
    }
  });

  for (const gate of ['DiskADController', 'DiskHighDensityMode', 'DisableExpandAutoSnapshots']) {
    it(`accepts ${gate} of the existing driver with a warning`, () => {
      for (const value of ['true', 'false']) {
        const { open, warnings } = readFeatureGates(`${gate}=${value}`);
        expect(open).to.deep.equal(new Set());
        expect(warnings).to.deep.equal([
          `feature gate ${gate} has no meaning for this driver and is ignored`,
        ]);
      }
    });
  }

  for (const gate of [
    'EnableDeleteAutoSnapshots',
    'EnableVolumeGroupSnapshots',
    'DiskParallelAttach',
    'DiskParallelDetach',
  ]) {
    it(`opens ${gate}, and lets the last word about it count`, () => {
      expect(readFeatureGates(` ${gate} = true `).open).to.deep.equal(new Set([gate]));
      expect(readFeatureGates(`${gate}=false,${gate}=true`).open).to.deep.equal(new Set([gate]));
      expect(readFeatureGates(`${gate}=true,${gate}=false`).open).to.deep.equal(new Set());
    });
  }

  it('opens one gate without the other', () => {
    const { open } = readFeatureGates('EnableVolumeGroupSnapshots=true,EnableDeleteAutoSnapshots=false');
    expect(open).to.deep.equal(new Set(['EnableVolumeGroupSnapshots']));
  });

  it('refuses a gate that nobody knows, and names the known ones', () => {
    expect(() => readFeatureGates('DiskADController=true,EnableFoo=true')).to.throw(
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
      expect(() => readFeatureGates(text)).to.throw(
        UsageError,
        'must be of the form NAME=true or NAME=false',
      );
    });
  }
});
