import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { startEmulator } from '../../support/emulator.ts';
import { socketDirectory, startPlugin } from '../../support/plugin.ts';
import { createVolume, essdParameters, gib, mountCapability, untilReady } from '../../support/volumes.ts';

/** ECS may answer a token that it has refused once with the same refusal for as long as it knows it. */
describe('Where a refusal uses up its ClientToken', () => {
  it('an expansion that ECS refuses during the upload goes on once that is over', async () => {
    await using emulator = await startEmulator();
    await emulator.configure({
      ...{ createDiskMs: 20, attachMs: 20, cutMs: 20, uploadMs: 300 },
      failedRequestsConsumeToken: true,
    });
    using directory = socketDirectory();
    const args = ['--automatic-snapshots=true', '--kubernetes=off'];
    await using plugin = await startPlugin({
      ecsEndpoint: emulator.endpoint,
      socket: directory.socket,
      args,
    });
    const { client } = plugin;
    await untilReady(client);
    const parameters = { ...essdParameters, volumeExpandAutoSnapshot: 'forced' };
    const volumeId = await createVolume(client, 'pvc-1', { parameters });
    await emulator.attach(volumeId);
    await emulator.writeDisk(volumeId, 0, Buffer.from('data'));

    const capacityRange = { requiredBytes: 30 * gib };
    const request = { volumeId, capacityRange, volumeCapability: mountCapability };
    const expanded = await invoke(client.controller, 'ControllerExpandVolume', request);

    expect(expanded.capacityBytes).to.equal(String(30 * gib));
    const sent = await emulator.requests('ResizeDisk');
    expect(sent.map(({ code }) => code)).to.deep.equal(['DiskCreatingSnapshot', 'OK']);
  });
});
