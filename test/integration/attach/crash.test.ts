import { expect } from 'chai';
import { addNode, placedDisks, publish, unpublish } from '../../support/attachments.ts';
import type { CsiClient } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { socketDirectory } from '../../support/plugin.ts';
import { createVolume } from '../../support/volumes.ts';
import { killAtEveryRequest, type CrashFlow } from '../crash/crash-points.ts';

interface State {
  readonly volumeId: string;
  readonly node: string;
}

async function prepare(client: CsiClient, emulator: Emulator, point: string): Promise<State> {
  const volumeId = await createVolume(client, `pvc-${point}`);
  return { volumeId, node: await addNode(emulator) };
}

async function preparePublished(client: CsiClient, emulator: Emulator, point: string): Promise<State> {
  const state = await prepare(client, emulator, point);
  await publish(client, state.volumeId, state.node);
  await emulator.clearRequests();
  return state;
}

/** The disk is on just these instances, and ECS was made to do each thing once at most. */
async function expectPlace(emulator: Emulator, volumeId: string, nodes: readonly string[]): Promise<void> {
  expect((await placedDisks(emulator)).get(volumeId)).to.deep.include({
    instanceIds: nodes,
    status: nodes.length === 0 ? 'Available' : 'In_use',
  });
  for (const action of ['AttachDisk', 'DetachDisk']) {
    const done = (await emulator.requests(action)).filter(({ code }) => code === 'OK');
    expect(done.length, action).to.be.at.most(1);
  }
}

const flows: Record<string, CrashFlow<State>> = {
  ControllerPublishVolume: {
    prepare,
    run: async (client, { volumeId, node }) => void (await publish(client, volumeId, node)),
    verify: (_client, emulator, { volumeId, node }) => expectPlace(emulator, volumeId, [node]),
  },
  ControllerUnpublishVolume: {
    prepare: preparePublished,
    run: (client, { volumeId, node }) => unpublish(client, volumeId, node),
    verify: (_client, emulator, { volumeId }) => expectPlace(emulator, volumeId, []),
  },
  'ControllerUnpublishVolume from all nodes': {
    prepare: preparePublished,
    run: (client, { volumeId }) => unpublish(client, volumeId, ''),
    verify: (_client, emulator, { volumeId }) => expectPlace(emulator, volumeId, []),
  },
};

describe('A plugin that is killed before and after each request while it attaches or detaches', () => {
  for (const [what, flow] of Object.entries(flows)) {
    it(`${what}: the repeated call finds or finishes what was begun, once`, async () => {
      await using emulator = await startEmulator();
      using directory = socketDirectory();
      await emulator.configure({ createDiskMs: 20, attachMs: 300, attachVisibleAfterMs: 150, detachMs: 300 });
      const points = await killAtEveryRequest(flow, emulator, directory);
      console.log(`        ${what}: killed at ${points} points`);
      expect(points).to.be.at.least(6);
    });
  }
});
