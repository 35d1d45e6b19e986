import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { addNode, placedDisks, publish, unpublish } from '../../support/attachments.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { createVolume, eventually, expectFailure } from '../../support/volumes.ts';

const late = { times: 1, effect: { type: 'delay', ms: 4000 } } as const;

describe('A request that ECS carries out only after its call is over', () => {
  const site = siteOfSuite({ settings: { attachMs: 200, detachMs: 200 } });

  const placeOf = async (volumeId: string) => (await placedDisks(site.emulator)).get(volumeId)?.instanceIds;

  const answersTo = async (action: string, diskId: string) =>
    (await site.emulator.requests(action))
      .filter(({ parameters, code }) => parameters['DiskId'] === diskId && !['', 'no-answer'].includes(code))
      .map(({ code }) => code);

  it('an attach does not come after the unpublish that follows it', async () => {
    const [node, other] = [await addNode(site.emulator), await addNode(site.emulator)];
    const volumeId = await createVolume(site.client, 'pvc-1');
    await site.emulator.addFault({ action: 'AttachDisk', ...late });
    const hasty = publish(site.client, volumeId, node, { timeLimitMs: 1000 });
    await expectFailure(hasty, GrpcStatus.ABORTED, new RegExp(volumeId));

    await unpublish(site.client, volumeId, node);

    expect(await answersTo('AttachDisk', volumeId)).to.deep.equal(['OK']);
    expect(await placeOf(volumeId)).to.deep.equal([]);
    await publish(site.client, volumeId, other);
    expect(await placeOf(volumeId)).to.deep.equal([other]);
  });

  it('a detach does not hit the attach that follows it', async () => {
    const node = await addNode(site.emulator);
    const volumeId = await createVolume(site.client, 'pvc-2');
    await publish(site.client, volumeId, node);
    await site.emulator.addFault({ action: 'DetachDisk', ...late });
    const hasty = unpublish(site.client, volumeId, node, 1000);
    await expectFailure(hasty, GrpcStatus.ABORTED, new RegExp(volumeId));

    await unpublish(site.client, volumeId, node);

    await publish(site.client, volumeId, node);
    const bothAreAnswered = async () => (await answersTo('DetachDisk', volumeId)).length === 2;
    await eventually(bothAreAnswered, 'the late detach and the repeated one are answered');
    const disk = (await placedDisks(site.emulator)).get(volumeId);
    expect(disk).to.deep.include({ status: 'In_use', instanceIds: [node] });
  });
});
