import { expect } from 'chai';
import { createEcsAttachments, type EcsAttachmentsParts } from '../../../src/ecs/ecs-attachments.ts';
import { aCall, aDisk } from '../../support/builders.ts';

describe('Counting the disks of an instance', () => {
  it('leaves out local disks, which the limit of the type does not count', async () => {
    const categories = ['cloud_essd', 'local_ssd_pro', 'elastic_ephemeral_disk_premium', 'local_hdd_pro'];
    const parts: Pick<EcsAttachmentsParts, 'describe'> = {
      describe: () => Promise.resolve(categories.map((category) => aDisk({ category }))),
    };
    const { countDataDisksOn } = createEcsAttachments(parts as EcsAttachmentsParts);
    expect(await countDataDisksOn('i-1', aCall())).to.equal(2);
  });
});
