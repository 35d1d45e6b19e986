import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { addNode, placedDisks, publish, unpublish } from '../../support/attachments.ts';
import { startEmulator, type Emulator, type FaultRule } from '../../support/emulator.ts';
import { socketDirectory, startPlugin, type Plugin, type SocketDirectory } from '../../support/plugin.ts';
import { createVolume, expectFailure, untilReady } from '../../support/volumes.ts';

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
  let emulator: Emulator;
  let directory: SocketDirectory;
  let plugin: Plugin;
  let number = 0;

  before(async () => {
    emulator = await startEmulator();
    directory = socketDirectory();
    await emulator.configure({ createDiskMs: 5, attachMs: 100, detachMs: 100 });
    plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket });
    await untilReady(plugin.client);
  });

  after(async () => {
    await plugin[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
    await emulator[Symbol.asyncDispose]();
  });

  afterEach(() => emulator.clearFaults());

  const prepare = async () => {
    number += 1;
    const volumeId = await createVolume(plugin.client, `pvc-${number}`);
    return { volumeId, node: await addNode(emulator) };
  };
  const placeOf = async (volumeId: string) => (await placedDisks(emulator)).get(volumeId)?.instanceIds;

  for (const [what, mishap] of Object.entries(mishaps)) {
    it(`${what} at AttachDisk and DetachDisk: each is done once, and the calls succeed`, async () => {
      const { volumeId, node } = await prepare();
      await emulator.clearRequests();
      await emulator.addFault({ action: 'AttachDisk', ...mishap, times: 1 });
      await publish(plugin.client, volumeId, node, { timeLimitMs: 15_000 });
      expect(await placeOf(volumeId)).to.deep.equal([node]);

      await emulator.addFault({ action: 'DetachDisk', ...mishap, times: 1 });
      await unpublish(plugin.client, volumeId, node, 15_000);
      expect(await placeOf(volumeId)).to.deep.equal([]);
      for (const action of ['AttachDisk', 'DetachDisk']) {
        const sent = (await emulator.requests(action)).length;
        expect(sent, action).to.equal(mishap.when === 'before' ? 2 : 1);
      }
    });
  }

  for (const action of ['DescribeInstances', 'DescribeInstanceTypes']) {
    it(`attaches also without the right to ${action}`, async () => {
      const { volumeId, node } = await prepare();
      await emulator.addFault({ action, effect: { type: 'error', code: 'Forbidden.RAM' } });
      await publish(plugin.client, volumeId, node);
      await unpublish(plugin.client, volumeId, node);
      expect(await placeOf(volumeId)).to.deep.equal([]);
    });
  }

  it('names the right that is missing for attaching, with both ids', async () => {
    const { volumeId, node } = await prepare();
    await emulator.addFault({ action: 'AttachDisk', effect: { type: 'error', code: 'Forbidden.RAM' } });
    const text = new RegExp(`${volumeId}.*${node}.*ecs:AttachDisk`);
    await expectFailure(publish(plugin.client, volumeId, node), GrpcStatus.PERMISSION_DENIED, text);
  });

  it('keeps the answer of ECS when the instance takes no more, although its type says otherwise', async () => {
    const { volumeId, node } = await prepare();
    await emulator.addFault({
      action: 'AttachDisk',
      effect: { type: 'error', code: 'InstanceDiskLimitExceeded' },
    });
    const text = new RegExp(`${volumeId}.*${node}`);
    await expectFailure(publish(plugin.client, volumeId, node), GrpcStatus.RESOURCE_EXHAUSTED, text);
  });
});
