import { expect } from 'chai';
import { restoreGroupConfigFrom } from '../../../src/config/restore-group-config.ts';
import { UsageError } from '../../../src/config/usage-error.ts';

const needed = ['--group', 'ssg-2ze0example', '--region', 'cn-hangzhou'];
const configFrom = (...argv: string[]) => restoreGroupConfigFrom([...needed, ...argv], {});

describe('restoreGroupConfigFrom', () => {
  it('needs a group and a region, and knows a default for all else', () => {
    expect(configFrom()).to.deep.equal({
      ...{ groupId: 'ssg-2ze0example', namespace: undefined, prefix: '', storageClass: undefined },
      ...{ volumeMode: 'Filesystem', groupApiVersion: 'v1', driverName: 'diskplugin.csi.alibabacloud.com' },
      incomplete: 'refuse',
      ecs: { regionId: 'cn-hangzhou', ecsEndpoint: undefined, ecsProtocol: 'https', ecsNetwork: 'public' },
      ...{ ecsTimeoutMs: 10_000, credentials: undefined },
    });
  });

  it('explains itself', () => {
    const config = restoreGroupConfigFrom(['--help'], {});
    expect(config)
      .to.have.property('help')
      .that.contains('csi-datasafe restore-group')
      .and.contains('--group <id>');
  });

  const wrong: [argv: string[], complaint: string][] = [
    [['--group', 's-1'], '--group: "s-1" is not the id of a group'],
    [['--namespace', 'No'], '--namespace: "No" is not the name'],
    [['--storage-class', 'a/b'], '--storage-class: "a/b" is not the name'],
    [['--prefix', '-x'], '--prefix: "-x" cannot begin'],
    [['--volume-mode', 'Raw'], '--volume-mode: "Raw" is not allowed'],
    [['--group-api-version', 'v1alpha1'], '--group-api-version: "v1alpha1" is not allowed'],
    [['--incomplete', 'yes'], '--incomplete: "yes" is not allowed'],
    [['--region', '!'], '--region: "!" is not a region id'],
    [['--endpoint', '/a.sock'], "unknown option '--endpoint'"],
  ];
  for (const [argv, complaint] of wrong) {
    it(`refuses ${argv.join(' ')}`, () => {
      expect(() => configFrom(...argv)).to.throw(UsageError, complaint);
    });
  }

  it('says what is missing', () => {
    expect(() => restoreGroupConfigFrom([], {})).to.throw(UsageError, '--group <id> is missing');
    expect(() => restoreGroupConfigFrom(needed.slice(0, 2), {})).to.throw(
      UsageError,
      '--region <id> is missing',
    );
  });
});
