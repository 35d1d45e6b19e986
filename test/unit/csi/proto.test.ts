import { expect } from 'chai';
import { loadCsiProto } from '../../../src/csi/proto.ts';

describe('loadCsiProto', () => {
  const proto = loadCsiProto();

  it('gives the services with their paths on the wire', () => {
    expect(proto.v1.Controller.service.CreateVolume.path).to.equal('/csi.v1.Controller/CreateVolume');
    expect(proto.v1.Identity.service.Probe.path).to.equal('/csi.v1.Identity/Probe');
    expect(proto.v1.GroupController.service.CreateVolumeGroupSnapshot.requestStream).to.equal(false);
  });

  it('names fields in camelCase, and keeps every digit of an int64', () => {
    const { requestSerialize, requestDeserialize } = proto.v1.Controller.service.CreateVolume;
    const sent = { name: 'pvc-1', capacityRange: { requiredBytes: '9223372036854775807' } };

    const received = requestDeserialize(requestSerialize(sent));

    expect(received.name).to.equal('pvc-1');
    expect(received.capacityRange?.requiredBytes).to.equal('9223372036854775807');
  });

  it('fills in defaults, names the field of a oneof that is set, and gives enum values by name', () => {
    const { requestSerialize, requestDeserialize } = proto.v1.Controller.service.CreateVolume;
    const capability = { block: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const;

    const received = requestDeserialize(requestSerialize({ volumeCapabilities: [capability] }));

    expect(received.name).to.equal('');
    expect(received.capacityRange).to.equal(null);
    expect(received.parameters).to.deep.equal({});
    expect(received.volumeCapabilities[0]?.accessType).to.equal('block');
    expect(received.volumeCapabilities[0]?.accessMode?.mode).to.equal('SINGLE_NODE_WRITER');
  });

  describe('secretFieldsOf', () => {
    it('names the secrets of a request', () => {
      expect(proto.secretFieldsOf('CreateVolumeRequest')).to.deep.equal(['secrets']);
      expect(proto.secretFieldsOf('NodeExpandVolumeRequest')).to.deep.equal(['secrets']);
      expect(proto.secretFieldsOf('GetMetadataDeltaRequest')).to.deep.equal(['secrets']);
    });

    it('is empty for a message without secrets', () => {
      expect(proto.secretFieldsOf('ListVolumesRequest')).to.deep.equal([]);
      expect(proto.secretFieldsOf('VolumeCapability.MountVolume')).to.deep.equal([]);
    });

    it('refuses a name that is not a message', () => {
      expect(() => proto.secretFieldsOf('Controller')).to.throw('csi.v1 has no message Controller');
      expect(() => proto.secretFieldsOf('CreateVolume')).to.throw('csi.v1 has no message CreateVolume');
    });

    it('knows the request of every call of every service', () => {
      for (const service of [
        proto.v1.Identity.service,
        proto.v1.Controller.service,
        proto.v1.GroupController.service,
        proto.v1.Node.service,
      ]) {
        for (const method of Object.keys(service)) {
          expect(() => proto.secretFieldsOf(`${method}Request`)).not.to.throw();
        }
      }
    });
  });
});
