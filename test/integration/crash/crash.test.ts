import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { socketDirectory } from '../../support/plugin.ts';
import { createSnapshot, createUsedVolume, createVolume, gib } from '../../support/volumes.ts';
import { killAtEveryRequest, type CrashFlow } from './crash-points.ts';

async function expectCounts(emulator: Emulator, disks: number, snapshots: number): Promise<void> {
  const counts = await emulator.counts();
  expect({ disks: counts.disks, snapshots: counts.snapshots }).to.deep.equal({ disks, snapshots });
}

const flows: Record<string, CrashFlow<{ name: string; volumeId: string; snapshotId: string }>> = {
  CreateVolume: {
    prepare: (_client, _emulator, point) =>
      Promise.resolve({ name: `pvc-${point}`, volumeId: '', snapshotId: '' }),
    run: async (client, { name }) => void (await createVolume(client, name)),
    verify: async (client, emulator, { name }) => {
      await expectCounts(emulator, 1, 0);
      const { entries } = await invoke(client.controller, 'ListVolumes', {});
      expect(entries.map(({ volume }) => volume?.volumeId)).to.deep.equal([await createVolume(client, name)]);
    },
  },
  CreateSnapshot: {
    prepare: async (client, emulator, point) => {
      const volumeId = await createUsedVolume(client, emulator, `pvc-${point}`);
      return { name: `snapshot-${point}`, volumeId, snapshotId: '' };
    },
    run: async (client, { name, volumeId }) => void (await createSnapshot(client, name, volumeId)),
    verify: async (client, emulator, { name, volumeId }) => {
      await expectCounts(emulator, 1, 1);
      const snapshotId = await createSnapshot(client, name, volumeId);
      const { entries } = await invoke(client.controller, 'ListSnapshots', { sourceVolumeId: volumeId });
      expect(entries.map(({ snapshot }) => snapshot?.snapshotId)).to.deep.equal([snapshotId]);
    },
  },
  ControllerExpandVolume: {
    prepare: async (client, emulator, point) => {
      const volumeId = await createUsedVolume(client, emulator, `pvc-${point}`);
      return { name: '', volumeId, snapshotId: '' };
    },
    run: async (client, { volumeId }) => {
      const request = { volumeId, capacityRange: { requiredBytes: 30 * gib } };
      const { capacityBytes } = await invoke(client.controller, 'ControllerExpandVolume', request);
      expect(capacityBytes).to.equal(String(30 * gib));
    },
    verify: async (client, emulator, { volumeId }) => {
      await expectCounts(emulator, 1, 0);
      const { volume } = await invoke(client.controller, 'ControllerGetVolume', { volumeId });
      expect(volume?.capacityBytes).to.equal(String(30 * gib));
      const resized = (await emulator.requests('ResizeDisk')).filter(({ code }) => code === 'OK');
      expect(resized.length).to.be.at.most(1);
    },
  },
  DeleteVolume: {
    prepare: async (client, emulator, point) => {
      const volumeId = await createUsedVolume(client, emulator, `pvc-${point}`);
      await emulator.detach(volumeId);
      return { name: '', volumeId, snapshotId: '' };
    },
    run: async (client, { volumeId }) => void (await invoke(client.controller, 'DeleteVolume', { volumeId })),
    verify: (_client, emulator) => expectCounts(emulator, 0, 0),
  },
  DeleteSnapshot: {
    prepare: async (client, emulator, point) => {
      const volumeId = await createUsedVolume(client, emulator, `pvc-${point}`);
      const snapshotId = await createSnapshot(client, `snapshot-${point}`, volumeId);
      return { name: '', volumeId, snapshotId };
    },
    run: async (client, { snapshotId }) =>
      void (await invoke(client.controller, 'DeleteSnapshot', { snapshotId })),
    verify: (_client, emulator) => expectCounts(emulator, 1, 0),
  },
};

describe('A plugin that is killed before and after each request to ECS', () => {
  for (const [rpc, flow] of Object.entries(flows)) {
    it(`${rpc}: the repeated call finds or finishes what was begun, once`, async () => {
      await using emulator = await startEmulator();
      using directory = socketDirectory();
      await emulator.configure({ createDiskMs: 20, attachMs: 20, cutMs: 20, uploadMs: 100 });
      const points = await killAtEveryRequest(flow, emulator, directory);
      console.log(`        ${rpc}: killed at ${points} points`);
      expect(points).to.be.at.least(4);
    });
  }
});
