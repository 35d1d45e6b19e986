import { expect } from 'chai';
import { volumeContextOf } from '../../../../src/csi/volume-context.ts';
import { regionAttribute } from '../../../../src/disk/guards/own-region.ts';
import { aDisk } from '../../../support/builders.ts';
import { startController } from './controller-harness.ts';

describe('A plugin that was started in the wrong region', () => {
  it('finds the region where CreateVolume has put it', () => {
    expect(volumeContextOf(aDisk({ regionId: 'cn-beijing' }), {})[regionAttribute]).to.equal('cn-beijing');
  });

  it('does not take the disk of a volume in another region for deleted', async () => {
    const { cluster, refusal } = startController();
    cluster.addVolume('d-1', { [regionAttribute]: 'cn-beijing' });
    const { code, message } = await refusal('DeleteVolume', { volumeId: 'd-1' });
    expect(code).to.equal('UNAVAILABLE');
    expect(message).to.contain('--region cn-beijing');
  });

  it('does not say that the volume does not exist when it is to be expanded', async () => {
    const { cluster, refusal } = startController();
    cluster.addVolume('d-1', { [regionAttribute]: 'cn-beijing' });
    const capacityRange = { requiredBytes: 30 * 1024 ** 3 };
    expect(await refusal('ControllerExpandVolume', { volumeId: 'd-1', capacityRange })).to.include({
      code: 'UNAVAILABLE',
    });
  });

  it('does not take a volume in another region for missing, nor for detached', async () => {
    const { cluster, refusal } = startController();
    cluster.addVolume('d-1', { [regionAttribute]: 'cn-beijing' });
    const volumeCapability = { mount: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' as const } };
    const publish = { volumeId: 'd-1', nodeId: 'i-1', volumeCapability };
    expect(await refusal('ControllerPublishVolume', publish)).to.include({ code: 'UNAVAILABLE' });
    for (const nodeId of ['i-1', '']) {
      const unpublish = { volumeId: 'd-1', nodeId };
      expect(await refusal('ControllerUnpublishVolume', unpublish)).to.include({ code: 'UNAVAILABLE' });
    }
  });

  it('deletes a volume of its own region, and one that nobody knows', async () => {
    const { cloud, cluster, call } = startController();
    cluster.addVolume('d-1', { [regionAttribute]: 'cn-hangzhou' });
    cloud.addDisk({ id: 'd-1' });
    await call('DeleteVolume', { volumeId: 'd-1' });
    await call('DeleteVolume', { volumeId: 'd-2' });
    expect(cloud.disks.get('d-1')).to.equal(undefined);
  });
});
