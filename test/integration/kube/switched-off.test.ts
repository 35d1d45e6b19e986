import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import {
  createUsedVolume,
  eventually,
  gib,
  mountCapability,
  untilItSucceeds,
} from '../../support/volumes.ts';
import { driverName, volumeObject } from './set-up.ts';

const uid = '0d9c7f0e-1f3a-4a55-9d0c-5f6a7b8c9d0e';
const parameters = {
  type: 'cloud_essd',
  volumeExpandAutoSnapshot: 'forced',
  volumeDeleteSnapshotRetentionDays: '3',
  'csi.storage.k8s.io/pvc/name': 'orders',
  'csi.storage.k8s.io/pvc/namespace': 'shop',
  'csi.storage.k8s.io/pv/name': `disk-${uid}`,
};

// Each suite has a Kubernetes of its own: every event that is there counts.
const namespaces = ['default', 'shop'];

describe('A class that asks for protections while the guards are switched off', () => {
  const site = siteOfSuite({ namespaces });

  it('is told of on the claim of each new volume, in the log and in the metrics, once for each volume', async () => {
    const { kube, plugin, client } = site;
    const request = {
      name: `disk-${uid}`,
      capacityRange: { requiredBytes: 20 * gib },
      volumeCapabilities: [mountCapability],
      parameters,
    };
    const { volume } = await invoke(client.controller, 'CreateVolume', request);
    await invoke(client.controller, 'CreateVolume', request);

    await eventually(async () => (await kube.objects('events')).length > 0, 'the event is there');
    const events = await kube.objects('events');
    expect(events.map(({ type, reason, count }) => ({ type, reason, count }))).to.deep.equal([
      { type: 'Warning', reason: 'ProtectionSwitchedOff', count: 1 },
    ]);
    // Without the uid, kubectl describe does not show it.
    expect(events[0]?.['involvedObject']).to.include({
      ...{ kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'orders', uid },
    });
    expect(events[0]?.['message']).to.include(volume?.volumeId).and.to.include('VOLUME_DEL_AUTO_SNAP=true');
    expect(plugin.process.output()).to.match(/"event":"ProtectionSwitchedOff".*"claim":"shop\/orders"/);
    const metrics = await (await fetch(`${plugin.httpUrl}/metrics`)).text();
    expect(metrics).to.match(
      /datasafe_guard_events_total\{[^}]*type="Warning",reason="ProtectionSwitchedOff"[^}]*\} 2/,
    );
  });
});

describe('Volumes of a class that asks for protections while the guards are switched off', () => {
  const site = siteOfSuite({ namespaces });

  it('are expanded and deleted without a snapshot, and each time it is said so', async () => {
    const { emulator, kube, client } = site;
    const volumeId = await createUsedVolume(client, emulator, `disk-${uid}`);
    await emulator.detach(volumeId);
    const volumeAttributes = { volumeExpandAutoSnapshot: 'forced', volumeDeleteSnapshotRetentionDays: '3' };
    const csi = { driver: driverName, volumeHandle: volumeId, volumeAttributes };
    await kube.put(volumeObject(volumeId, undefined, { csi }));

    const capacityRange = { requiredBytes: 30 * gib };
    const volumeCapability = mountCapability;
    await untilItSucceeds(() =>
      invoke(client.controller, 'ControllerExpandVolume', {
        volumeId,
        capacityRange,
        volumeCapability,
      }),
    );
    await untilItSucceeds(() => invoke(client.controller, 'DeleteVolume', { volumeId }));

    expect(await emulator.requests('CreateSnapshot')).to.deep.equal([]);
    expect(await emulator.counts()).to.include({ disks: 0, snapshots: 0 });
    const told = async () =>
      (await kube.objects('events')).map(
        (event) => `${String(event['reason'])} ${(event['involvedObject'] as { kind: string }).kind}`,
      );
    await eventually(async () => (await told()).length === 2, 'both events are there');
    expect((await told()).sort()).to.deep.equal([
      'ProtectionSwitchedOff PersistentVolume',
      'ProtectionSwitchedOff PersistentVolumeClaim',
    ]);
  });
});
