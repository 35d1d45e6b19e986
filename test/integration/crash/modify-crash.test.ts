import { expect } from 'chai';
import { invoke, type CsiClient } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { socketDirectory } from '../../support/plugin.ts';
import { createUsedVolume, createVolume, eventually, gib, mountCapability } from '../../support/volumes.ts';
import { killAtEveryRequest, type CrashFlow } from './crash-points.ts';

const zoneId = 'cn-hangzhou-h';
const wanted = {
  type: 'cloud_auto',
  provisionedIops: '500',
  burstingEnabled: 'true',
  volumeExpandAutoSnapshot: 'forced',
  volumeDeleteSnapshotRetentionDays: '0',
  'diskTags/team': 'db',
  '-diskTags/old': '',
};

interface CloudState {
  readonly disks: readonly {
    readonly id: string;
    readonly category: string;
    readonly provisionedIops: number;
    readonly burstingEnabled: boolean;
    readonly tags: readonly { readonly key: string; readonly value: string }[];
  }[];
  readonly tasks: readonly { readonly status: string }[];
}

async function clone(client: CsiClient, name: string, volumeId: string): Promise<string> {
  const { volume } = await invoke(client.controller, 'CreateVolume', {
    name,
    capacityRange: { requiredBytes: 20 * gib },
    volumeCapabilities: [mountCapability],
    parameters: { type: 'cloud_essd', zoneId },
    volumeContentSource: { volume: { volumeId } },
  });
  return volume?.volumeId ?? '';
}

const flows: Record<string, CrashFlow<{ readonly name: string; readonly volumeId: string }>> = {
  ControllerModifyVolume: {
    prepare: async (client, _emulator, point) => {
      const parameters = {
        type: 'cloud_ssd',
        zoneId,
        'diskTags/old': 'x',
        volumeDeleteSnapshotRetentionDays: '7',
      };
      return { name: '', volumeId: await createVolume(client, `pvc-${point}`, { sizeGiB: 40, parameters }) };
    },
    run: async (client, { volumeId }) =>
      void (await invoke(client.controller, 'ControllerModifyVolume', {
        volumeId,
        mutableParameters: wanted,
      })),
    verify: async (_client, emulator, { volumeId }) => {
      const { disks, tasks } = await emulator.control<CloudState>('GET', '/state');
      const disk = disks.find(({ id }) => id === volumeId);
      expect(disk).to.include({ category: 'cloud_auto', provisionedIops: 500, burstingEnabled: true });
      const tags = new Map(disk?.tags.map(({ key, value }) => [key, value]));
      expect(tags.get('team')).to.equal('db');
      expect(tags.has('old')).to.equal(false);
      expect(tags.get('csi.alibabacloud.com/volume-expand-autosnapshot')).to.equal('forced');
      expect(tags.get('csi.alibabacloud.com/volume-delete-autosnapshot-retentiondays')).to.equal('');
      expect(tasks.map(({ status }) => status)).to.deep.equal(['Finished']);
    },
  },
  'CreateVolume of a clone': {
    prepare: async (client, emulator, point) => ({
      name: `copy-${point}`,
      volumeId: await createUsedVolume(client, emulator, `pvc-${point}`),
    }),
    run: async (client, { name, volumeId }) => void (await clone(client, name, volumeId)),
    verify: async (client, emulator, { name, volumeId }) => {
      const copy = await clone(client, name, volumeId);
      expect((await emulator.readDisk(copy, 0, 11)).toString()).to.equal('first bytes');
      expect((await emulator.counts()).disks).to.equal(2);
      await eventually(async () => (await emulator.counts()).snapshots === 0, 'no snapshot is left');
    },
  },
};

async function withEmulator(
  run: (emulator: Emulator, directory: ReturnType<typeof socketDirectory>) => Promise<void>,
) {
  await using emulator = await startEmulator();
  using directory = socketDirectory();
  await emulator.configure({ createDiskMs: 20, attachMs: 20, cutMs: 20, uploadMs: 100, modifySpecMs: 100 });
  await run(emulator, directory);
}

describe('A plugin that is killed before and after each request while a volume is modified or cloned', () => {
  for (const [rpc, flow] of Object.entries(flows)) {
    it(`${rpc}: the repeated call finds or finishes what was begun, once`, async () => {
      await withEmulator(async (emulator, directory) => {
        const args = ['--keeper-interval', '1s'];
        const points = await killAtEveryRequest(flow, emulator, directory, { args });
        console.log(`        ${rpc}: killed at ${points} points`);
        expect(points).to.be.at.least(12);
      });
    });
  }
});
