import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectCsi, invoke } from '../../support/csi-client.ts';
import { startEmulator } from '../../support/emulator.ts';
import { socketDirectory } from '../../support/plugin.ts';
import { createVolume, essdParameters, expectFailure } from '../../support/volumes.ts';
import { startSteppedPlugin, SteppedTime } from './stepped-time.ts';

const dayMs = 24 * 60 * 60 * 1000;

interface StateView {
  readonly snapshots: readonly { readonly id: string }[];
}

describe('A free multi-attach disk of which ECS does not say when it was used', () => {
  it('is deleted behind a snapshot of now, though one of a former attempt is there', async () => {
    await using emulator = await startEmulator();
    await emulator.configure({ multiAttachTimes: 'of-attachments' });
    using directory = socketDirectory();
    using time = await SteppedTime.freeze(emulator);
    const manifests = join(directory.path, 'manifests');
    // A file where the folder is to be: nothing can be recorded.
    writeFileSync(manifests, '');
    const app = await startSteppedPlugin(directory.socket, emulator, time, [
      ...['--manifest-dir', manifests, '--keeper', 'off'],
    ]);
    try {
      using client = connectCsi(directory.socket);
      const parameters = { ...essdParameters, multiAttach: 'true', volumeDeleteSnapshotRetentionDays: '30' };
      const volumeId = await time.during(createVolume(client, 'pvc-shared', { parameters }));
      const use = async (text: string) => {
        await emulator.attach(volumeId);
        await emulator.writeDisk(volumeId, 0, Buffer.from(text));
        await emulator.detach(volumeId);
      };
      const remove = () => time.during(invoke(client.controller, 'DeleteVolume', { volumeId }));
      const state = async () => await emulator.control<StateView>('GET', '/state');

      await use('first');
      await expectFailure(remove(), GrpcStatus.UNAVAILABLE, /could not be recorded/);
      const [former] = (await state()).snapshots;
      await time.step(20 * dayMs);
      await use('second');
      rmSync(manifests);
      await remove();

      expect(await emulator.counts()).to.include({ disks: 0, snapshots: 2 });
      const snapshotId = (await state()).snapshots.find(({ id }) => id !== former?.id)?.id ?? '';
      expect(readFileSync(join(manifests, `${volumeId}-delprotect.yaml`), 'utf8')).to.contain(snapshotId);
      const restoredId = await time.during(createVolume(client, 'pvc-restored', { snapshotId }));
      expect((await emulator.readDisk(restoredId, 0, 6)).toString()).to.equal('second');
    } finally {
      await app.stop();
    }
  });
});
