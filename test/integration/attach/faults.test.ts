import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { addNode, placedDisks, publish, unpublish } from '../../support/attachments.ts';
import type { FaultRule } from '../../support/emulator.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { createVolume, expectFailure } from '../../support/volumes.ts';

type Mishap = Pick<FaultRule, 'when' | 'effect'>;

/** What may happen to a request; the call must get over it by itself, within its time. */
const mishaps: Readonly<Record<string, Mishap>> = {
  'a lost reply': { when: 'after', effect: { type: 'drop' } },
  'a lost request': { when: 'before', effect: { type: 'drop' } },
  'an internal error after the work was done': {
    when: 'after',
    effect: { type: 'error', code: 'InternalError' },
  },
  'a busy service': { when: 'before', effect: { type: 'error', code: 'ServiceUnavailable' } },
  'an HTML page instead of JSON': { when: 'after', effect: { type: 'garbage' } },
  'another operation on the instance': {
    when: 'before',
    effect: { type: 'error', code: 'OperationConflict.DisksAttachingParallellyExceed' },
  },
  'too many detaches at the instance': {
    when: 'before',
    effect: { type: 'error', code: 'DisksDetachingOnEcsExceeded' },
  },
  'an instance that is just starting': {
    when: 'before',
    effect: { type: 'error', code: 'IncorrectInstanceStatus' },
  },
  throttling: { when: 'before', effect: { type: 'error', code: 'Throttling' } },
};

describe('ECS misbehaving while disks are attached and detached', () => {
  const site = siteOfSuite({ settings: { createDiskMs: 5, attachMs: 100, detachMs: 100 } });

  const prepare = async () => {
    const volumeId = await createVolume(site.client, 'pvc-1');
    return { volumeId, node: await addNode(site.emulator) };
  };
  const placeOf = async (volumeId: string) => (await placedDisks(site.emulator)).get(volumeId)?.instanceIds;

  for (const [what, mishap] of Object.entries(mishaps)) {
    it(`${what} at AttachDisk and DetachDisk: each is done once, and the calls succeed`, async () => {
      const { volumeId, node } = await prepare();
      await site.emulator.clearRequests();
      await site.emulator.addFault({ action: 'AttachDisk', ...mishap, times: 1 });
      await publish(site.client, volumeId, node, { timeLimitMs: 15_000 });
      expect(await placeOf(volumeId)).to.deep.equal([node]);

      await site.emulator.addFault({ action: 'DetachDisk', ...mishap, times: 1 });
      await unpublish(site.client, volumeId, node, 15_000);
      expect(await placeOf(volumeId)).to.deep.equal([]);
      for (const action of ['AttachDisk', 'DetachDisk']) {
        const sent = (await site.emulator.requests(action)).length;
        expect(sent, action).to.equal(mishap.when === 'before' ? 2 : 1);
      }
    });
  }

  for (const action of ['DescribeInstances', 'DescribeInstanceTypes']) {
    it(`attaches also without the right to ${action}`, async () => {
      const { volumeId, node } = await prepare();
      await site.emulator.addFault({ action, effect: { type: 'error', code: 'Forbidden.RAM' } });
      await publish(site.client, volumeId, node);
      await unpublish(site.client, volumeId, node);
      expect(await placeOf(volumeId)).to.deep.equal([]);
    });
  }

  it('names the right that is missing for attaching, with both ids', async () => {
    const { volumeId, node } = await prepare();
    await site.emulator.addFault({ action: 'AttachDisk', effect: { type: 'error', code: 'Forbidden.RAM' } });
    const text = new RegExp(`${volumeId}.*${node}.*ecs:AttachDisk`);
    await expectFailure(publish(site.client, volumeId, node), GrpcStatus.PERMISSION_DENIED, text);
  });

  it('keeps the answer of ECS when the instance takes no more, although its type says otherwise', async () => {
    const { volumeId, node } = await prepare();
    await site.emulator.addFault({
      action: 'AttachDisk',
      effect: { type: 'error', code: 'InstanceDiskLimitExceeded' },
    });
    const text = new RegExp(`${volumeId}.*${node}`);
    await expectFailure(publish(site.client, volumeId, node), GrpcStatus.RESOURCE_EXHAUSTED, text);
  });
});
