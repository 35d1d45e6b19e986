import { expect } from 'chai';
import { loadCsiProto } from '../../../src/csi/proto.ts';
import { resourceIdOf, withoutSecrets } from '../../../src/csi/resource-id.ts';

describe('resourceIdOf', () => {
  it('finds what a request is about, the most telling first', () => {
    expect(resourceIdOf({ volumeId: 'd-1', snapshotId: 's-1', name: 'n' })).to.equal('d-1');
    expect(resourceIdOf({ name: 'snapshot-1', sourceVolumeId: 'd-1' })).to.equal('snapshot-1');
    expect(resourceIdOf({ snapshotId: '', sourceVolumeId: 'd-1' })).to.equal('d-1');
  });

  it('finds nothing in a request about nothing', () => {
    expect(resourceIdOf({})).to.equal(undefined);
    expect(resourceIdOf({ maxEntries: 0, name: '', volumeId: 7 })).to.equal(undefined);
  });
});

describe('withoutSecrets', () => {
  it('leaves the secrets out, and the request itself alone', () => {
    const request = { name: 'pvc-1', secrets: { password: 'hunter2' } };

    expect(withoutSecrets(request, ['secrets'])).to.deep.equal({ name: 'pvc-1' });
    expect(request.secrets.password).to.equal('hunter2');
  });

  it('hides the secrets of every request of the standard', () => {
    const proto = loadCsiProto();
    for (const [name, { requestDeserialize, requestSerialize }] of Object.entries(
      proto.v1.Controller.service,
    )) {
      const parse = requestDeserialize as (bytes: Buffer) => object;
      const write = requestSerialize as (value: object) => Buffer;
      const request = parse(write({ secrets: { password: 'hunter2' } }));
      const logged = withoutSecrets(request, proto.secretFieldsOf(`${name}Request`));
      expect(JSON.stringify(logged), name).not.to.contain('hunter2');
    }
  });
});
