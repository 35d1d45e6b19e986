import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { addNode, placedDisks, publish, unpublish } from '../../support/attachments.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { socketDirectory, startPlugin, type Plugin, type SocketDirectory } from '../../support/plugin.ts';
import { createVolume, eventually, expectFailure, untilReady } from '../../support/volumes.ts';

const late = { times: 1, effect: { type: 'delay', ms: 4000 } } as const;

describe('A request that ECS carries out only after its call is over', () => {
  let emulator: Emulator;
  let directory: SocketDirectory;
  let plugin: Plugin;

  before(async () => {
    emulator = await startEmulator();
    directory = socketDirectory();
    plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket });
    await untilReady(plugin.client);
    await emulator.configure({ createDiskMs: 20, attachMs: 200, detachMs: 200 });
  });

  after(async () => {
    await plugin[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
    await emulator[Symbol.asyncDispose]();
  });

  const placeOf = async (volumeId: string) => (await placedDisks(emulator)).get(volumeId)?.instanceIds;

  const answersTo = async (action: string, diskId: string) =>
    (await emulator.requests(action))
      .filter(({ parameters, code }) => parameters['DiskId'] === diskId && !['', 'no-answer'].includes(code))
      .map(({ code }) => code);

  it('an attach does not come after the unpublish that follows it', async () => {
    const [node, other] = [await addNode(emulator), await addNode(emulator)];
    const volumeId = await createVolume(plugin.client, 'pvc-1');
    await emulator.addFault({ action: 'AttachDisk', ...late });
    const hasty = publish(plugin.client, volumeId, node, { timeLimitMs: 1000 });
    await expectFailure(hasty, GrpcStatus.ABORTED, new RegExp(volumeId));

    await unpublish(plugin.client, volumeId, node);

    expect(await answersTo('AttachDisk', volumeId)).to.deep.equal(['OK']);
    expect(await placeOf(volumeId)).to.deep.equal([]);
    await publish(plugin.client, volumeId, other);
    expect(await placeOf(volumeId)).to.deep.equal([other]);
  });

  it('a detach does not hit the attach that follows it', async () => {
    const node = await addNode(emulator);
    const volumeId = await createVolume(plugin.client, 'pvc-2');
    await publish(plugin.client, volumeId, node);
    await emulator.addFault({ action: 'DetachDisk', ...late });
    const hasty = unpublish(plugin.client, volumeId, node, 1000);
    await expectFailure(hasty, GrpcStatus.ABORTED, new RegExp(volumeId));

    await unpublish(plugin.client, volumeId, node);

    await publish(plugin.client, volumeId, node);
    const bothAreAnswered = async () => (await answersTo('DetachDisk', volumeId)).length === 2;
    await eventually(bothAreAnswered, 'the late detach and the repeated one are answered');
    const disk = (await placedDisks(emulator)).get(volumeId);
    expect(disk).to.deep.include({ status: 'In_use', instanceIds: [node] });
  });
});
