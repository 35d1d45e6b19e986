import { expect } from 'chai';
import { StatusError } from '../../../src/csi/status.ts';
import { requireCapabilities, unsupportedCapability } from '../../../src/csi/volume-capability.ts';
import type { VolumeCapability__Output as Capability } from '../../../src/generated/csi/v1/VolumeCapability.ts';

type Mode = NonNullable<Capability['accessMode']>['mode'];

const block = (mode: Mode): Capability => ({ block: {}, accessMode: { mode }, accessType: 'block' });
const mount = (mode: Mode, fsType = ''): Capability => ({
  mount: { fsType, mountFlags: [], volumeMountGroup: '' },
  accessMode: { mode },
  accessType: 'mount',
});

describe('requireCapabilities', () => {
  const refused = (...capabilities: Capability[]) =>
    expect(() => requireCapabilities(capabilities))
      .to.throw(StatusError)
      .with.property('code', 3);

  it('wants at least one', () => {
    refused();
    expect(() => requireCapabilities([])).to.throw('volume_capabilities is missing');
  });

  it('wants block or mount in each, and says in which it is missing', () => {
    const neither: Capability = { accessMode: { mode: 'SINGLE_NODE_WRITER' } };
    refused(neither);
    expect(() => requireCapabilities([block('SINGLE_NODE_WRITER'), neither])).to.throw(
      'volume_capabilities[1]: one of block and mount is needed',
    );
  });

  it('wants an access mode in each', () => {
    refused({ block: {}, accessMode: null });
    expect(() => requireCapabilities([block('UNKNOWN')])).to.throw(
      'volume_capabilities[0]: access_mode is missing',
    );
  });

  it('takes well-formed ones, supported or not', () => {
    requireCapabilities([block('MULTI_NODE_MULTI_WRITER'), mount('SINGLE_NODE_WRITER', 'zfs')]);
  });
});

describe('unsupportedCapability', () => {
  const yes = undefined;
  const needsShared = /needs a disk with the StorageClass parameter multiAttach: "true"/;
  const blockOnly = /is supported for block volumes only/;
  const notKnown = /is not supported; use SINGLE_NODE_WRITER or SINGLE_NODE_READER_ONLY/;

  /** mode: what a mount and a block volume answer on a plain disk, then on one that can be shared. */
  const matrix: [
    Mode,
    ...[RegExp | undefined, RegExp | undefined, RegExp | undefined, RegExp | undefined],
  ][] = [
    ['SINGLE_NODE_WRITER', yes, yes, yes, yes],
    ['SINGLE_NODE_READER_ONLY', yes, yes, yes, yes],
    ['MULTI_NODE_READER_ONLY', needsShared, needsShared, yes, yes],
    ['MULTI_NODE_SINGLE_WRITER', needsShared, needsShared, blockOnly, yes],
    ['MULTI_NODE_MULTI_WRITER', needsShared, needsShared, blockOnly, yes],
    ['SINGLE_NODE_SINGLE_WRITER', yes, yes, yes, yes],
    ['SINGLE_NODE_MULTI_WRITER', yes, yes, yes, yes],
    ['UNKNOWN', notKnown, notKnown, notKnown, notKnown],
  ];
  for (const [mode, ...answers] of matrix) {
    for (const [index, answer] of answers.entries()) {
      const kind = index % 2 === 0 ? 'mount' : 'block';
      const multiAttach = index >= 2;
      it(`${answer === yes ? 'supports' : 'refuses'} ${mode} of a ${kind} volume ${multiAttach ? 'that can be shared' : ''}`, () => {
        const reason = unsupportedCapability([kind === 'mount' ? mount(mode) : block(mode)], multiAttach);
        if (answer === yes) {
          expect(reason).to.equal(undefined);
        } else {
          expect(reason).to.match(answer).and.to.contain(mode);
        }
      });
    }
  }

  it('refuses a mode that this version of the standard does not know', () => {
    const future = block(99 as unknown as Mode);
    expect(unsupportedCapability([future], true)).to.match(notKnown);
  });

  for (const fsType of ['', 'ext4', 'ext3', 'xfs', 'ntfs']) {
    it(`supports the file system "${fsType}"`, () => {
      expect(unsupportedCapability([mount('SINGLE_NODE_WRITER', fsType)], false)).to.equal(undefined);
    });
  }

  for (const fsType of ['btrfs', 'EXT4', 'ext4 ', 'zfs']) {
    it(`refuses the file system "${fsType}", and names those it supports`, () => {
      expect(unsupportedCapability([mount('SINGLE_NODE_WRITER', fsType)], false)).to.equal(
        `file system ${fsType} is not supported; use one of ext4, ext3, xfs, ntfs`,
      );
    });
  }

  it('wants all of them to be supported', () => {
    const both = [mount('SINGLE_NODE_WRITER'), mount('MULTI_NODE_READER_ONLY')];
    expect(unsupportedCapability(both, false)).to.match(needsShared);
    expect(unsupportedCapability(both, true)).to.equal(undefined);
  });
});
