import { DeleteSnapshotRequest } from '@alicloud/ecs20140526';
import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { createGroup, createUsedVolumes, deleteGroup, groupsOn } from '../../support/group-snapshots.ts';
import { startPlugin, type Plugin } from '../../support/plugin.ts';
import {
  createVolume,
  essdParameters,
  eventually,
  expectFailure,
  gib,
  untilItSucceeds,
  untilReady,
} from '../../support/volumes.ts';
import { parseAllDocuments } from 'yaml';
import { emulatorEnvironment } from '../../support/emulator.ts';
import { spawnCommand } from '../../support/spawned-process.ts';
import { lastingKey, sdkClient } from '../emulator/sdk-client.ts';
import { driverName, startSite, type CrashSite } from '../guards/crash/site.ts';

/** What a group has to do with the rest of the plugin: claims, restores, guards, lists. */
describe('A group snapshot and its neighbours', () => {
  let site: CrashSite;
  let plugin: Plugin;

  before(async () => {
    site = await startSite({ args: groupsOn });
    plugin = await startPlugin({
      ...{ ecsEndpoint: site.emulator.endpoint, socket: site.directory.socket },
      args: site.args,
    });
    await untilReady(plugin.client);
  });

  beforeEach(() => site.clear());

  after(async () => {
    await plugin[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  const used = (...names: string[]) => createUsedVolumes(plugin.client, site.emulator, names);

  /** The PersistentVolume of a disk, bound to the claim db/`name`. */
  const claimed = async (volumeId: string, name: string) => {
    await site.kube.put({
      ...{
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: `pv-${name}`, uid: `uid-pv-${name}` },
      },
      spec: {
        csi: { driver: driverName, volumeHandle: volumeId },
        claimRef: { namespace: 'db', name, uid: `uid-${name}` },
      },
    });
  };
  const eventsOn = async (name: string) => {
    const events = await site.kube.objects('events');
    return events.filter(({ involvedObject }) => (involvedObject as { name?: string }).name === name);
  };

  it('that is refused names the claim, and says so there once, however often it is asked for', async () => {
    const [first = ''] = await used('pvc-1');
    const fresh = await createVolume(plugin.client, 'pvc-2');
    await claimed(first, 'data-0');
    await claimed(fresh, 'data-1');
    const text = new RegExp(`^FAILED_PRECONDITION: disk ${fresh} \\(claim db/data-1\\) was never attached`);
    for (let call = 0; call < 3; call += 1) {
      const ids = [first, fresh];
      const attempt = createGroup(plugin.client, 'groupsnapshot-refused', ids, { timeLimitMs: 3_000 });
      await expectFailure(attempt, GrpcStatus.FAILED_PRECONDITION, text);
    }
    await eventually(async () => (await eventsOn('data-1')).length > 0, 'the event is written');
    const [event, ...more] = await eventsOn('data-1');
    expect(event).to.deep.include({ type: 'Warning', reason: 'GroupSnapshotRefused' });
    expect(more).to.deep.equal([]);
    expect(await eventsOn('data-0')).to.deep.equal([]);
  });

  it('is taken without Kubernetes, and refused without the name of the claim', async () => {
    const [first = ''] = await used('pvc-1');
    const fresh = await createVolume(plugin.client, 'pvc-2');
    await claimed(fresh, 'data-1');
    await site.kube.setAvailable(false);
    try {
      expect((await createGroup(plugin.client, 'groupsnapshot-1', [first])).readyToUse).to.equal(true);
      const attempt = createGroup(plugin.client, 'groupsnapshot-2', [first, fresh]);
      await expectFailure(
        attempt,
        GrpcStatus.FAILED_PRECONDITION,
        new RegExp(`disk ${fresh} .*was never attached`),
      );
    } finally {
      await site.kube.setAvailable(true);
    }
  });

  it('restores each of its members to a volume with the bytes of the cut, before the upload has ended', async () => {
    await site.emulator.configure({ uploadMs: 3_600_000 });
    const volumes = await used('pvc-1', 'pvc-2');
    const { snapshots } = await createGroup(plugin.client, 'groupsnapshot-1', volumes);
    for (const [index, { snapshotId, sizeBytes, sourceVolumeId }] of snapshots.entries()) {
      const written = Buffer.from(`first bytes of pvc-${index + 1}`);
      await site.emulator.writeDisk(sourceVolumeId, 0, Buffer.alloc(written.length, 'x'));
      const parameters = { type: 'cloud_essd', performanceLevel: 'PL0', zoneId: 'cn-hangzhou-h' };
      const wish = { snapshotId, sizeGiB: 1, parameters };
      const restored = await createVolume(plugin.client, `pvc-restored-${index}`, wish);
      expect(await site.emulator.readDisk(restored, 0, written.length)).to.deep.equal(written);
      const request = { volumeId: restored };
      const { volume } = await invoke(plugin.client.controller, 'ControllerGetVolume', request);
      expect([volume?.capacityBytes, sizeBytes]).to.deep.equal([String(20 * gib), String(20 * gib)]);
    }
    const plain = { type: 'cloud_efficiency', zoneId: 'cn-hangzhou-h' };
    const late = createVolume(plugin.client, 'pvc-plain', {
      ...{ snapshotId: snapshots[0]?.snapshotId ?? '', parameters: plain },
    });
    await expectFailure(late, GrpcStatus.ABORTED, /is not uploaded yet.*cloud_efficiency waits/);
  });

  it('is turned into manifests for all its members by restore-group, from ECS alone', async () => {
    const origin = (name: string) => ({
      ...essdParameters,
      'csi.storage.k8s.io/pvc/name': name,
      'csi.storage.k8s.io/pvc/namespace': 'db',
    });
    const volumes: string[] = [];
    for (const name of ['data-mysql-0', 'data-mysql-1']) {
      const volumeId = await createVolume(plugin.client, `pvc-${name}`, { parameters: origin(name) });
      await site.emulator.attach(volumeId);
      await site.emulator.writeDisk(volumeId, 0, Buffer.from(name));
      volumes.push(volumeId);
    }
    const { groupSnapshotId, snapshots } = await createGroup(plugin.client, 'groupsnapshot-1', volumes);
    const ecs = [
      '--region',
      'cn-hangzhou',
      '--ecs-endpoint',
      site.emulator.endpoint,
      '--ecs-protocol',
      'http',
    ];
    const run = async (groupId: string, ...more: string[]) => {
      const args = ['restore-group', '--group', groupId, ...ecs, ...more];
      await using command = spawnCommand(args, emulatorEnvironment);
      return [await command.ended, command.output()] as const;
    };
    const [status, output] = await run(groupSnapshotId);
    expect(status).to.equal(0);
    const manifests = parseAllDocuments(output).map((document) => document.toJS() as { kind: string });
    expect(manifests.map(({ kind }) => kind)).to.deep.equal([
      ...['VolumeGroupSnapshotContent', 'VolumeGroupSnapshot'],
      ...['VolumeSnapshotContent', 'VolumeSnapshot', 'PersistentVolumeClaim'],
      ...['VolumeSnapshotContent', 'VolumeSnapshot', 'PersistentVolumeClaim'],
    ]);
    expect(output)
      .to.match(/name: data-mysql-0\n {2}namespace: db/)
      .and.to.match(/name: data-mysql-1\n/);
    const [failed, complaint] = await run('ssg-nowhere');
    expect([failed, complaint]).to.deep.equal([
      1,
      'csi-datasafe: snapshot group ssg-nowhere does not exist\n',
    ]);

    const console = sdkClient(
      { endpoint: site.emulator.endpoint, protocol: 'http', regionId: 'cn-hangzhou' },
      lastingKey,
    );
    const snapshotId = snapshots[0]?.snapshotId ?? '';
    await console.deleteSnapshot(new DeleteSnapshotRequest({ snapshotId }));
    const lost = `made of 2 disks and has lost the snapshots of 1: those of ${volumes[1] ?? ''} are left`;
    const [refused, reason] = await run(groupSnapshotId);
    expect(refused).to.equal(1);
    expect(reason).to.contain(lost).and.to.contain('--incomplete print').and.not.to.contain('kind:');
    const [printed, rest] = await run(groupSnapshotId, '--incomplete', 'print');
    expect(printed).to.equal(0);
    expect(rest).to.contain(lost).and.to.contain('name: data-mysql-1').and.not.to.contain('data-mysql-0');
  });

  it('guards an expansion with its fresh member, which stays when the volume has grown', async () => {
    const parameters = { type: 'cloud_essd', zoneId: 'cn-hangzhou-h', volumeExpandAutoSnapshot: 'forced' };
    const volumeId = await createVolume(plugin.client, 'pvc-1', { parameters });
    await site.emulator.attach(volumeId);
    await site.emulator.writeDisk(volumeId, 0, Buffer.from('data'));
    await claimed(volumeId, 'data-0');
    const { groupSnapshotId, snapshots } = await createGroup(plugin.client, 'groupsnapshot-1', [volumeId]);
    const request = { volumeId, capacityRange: { requiredBytes: 30 * gib } };
    await untilItSucceeds(() => invoke(plugin.client.controller, 'ControllerExpandVolume', request));
    expect(await site.emulator.requests('CreateSnapshot')).to.deep.equal([]);
    const { entries } = await invoke(plugin.client.controller, 'ListSnapshots', { sourceVolumeId: volumeId });
    expect(entries.map(({ snapshot }) => [snapshot?.snapshotId, snapshot?.groupSnapshotId])).to.deep.equal([
      [snapshots[0]?.snapshotId, groupSnapshotId],
    ]);
  });

  it('does not keep its volumes from being deleted behind a guard, and outlives them', async () => {
    const parameters = {
      type: 'cloud_essd',
      zoneId: 'cn-hangzhou-h',
      volumeDeleteSnapshotRetentionDays: '7',
    };
    const volumeId = await createVolume(plugin.client, 'pvc-1', { parameters });
    await site.emulator.attach(volumeId);
    await site.emulator.writeDisk(volumeId, 0, Buffer.from('data'));
    await claimed(volumeId, 'data-0');
    const { groupSnapshotId, snapshots } = await createGroup(plugin.client, 'groupsnapshot-1', [volumeId]);
    await site.emulator.detach(volumeId);
    await untilItSucceeds(() => invoke(plugin.client.controller, 'DeleteVolume', { volumeId }));
    expect(await site.emulator.counts()).to.deep.include({ disks: 0, groups: 1, snapshots: 2 });
    await site.keep(2);
    expect(await site.emulator.counts()).to.deep.include({ groups: 1, snapshots: 2 });
    const restored = await createVolume(plugin.client, 'pvc-restored', {
      snapshotId: snapshots[0]?.snapshotId ?? '',
    });
    expect((await site.emulator.readDisk(restored, 0, 4)).toString()).to.equal('data');
    await deleteGroup(plugin.client, groupSnapshotId);
    expect(await site.emulator.counts()).to.deep.include({ groups: 0, snapshots: 1 });
  });

  it('lets twenty groups at once share their looks: ten to a request, few rounds', async () => {
    const volumes = await used('pvc-1', 'pvc-2');
    await site.emulator.configure({ cutMs: 1_000, concurrentSnapshotsPerDisk: 100 });
    await site.emulator.clearRequests();
    const names = Array.from({ length: 20 }, (_, index) => `groupsnapshot-${index}`);
    const groups = await Promise.all(names.map((name) => createGroup(plugin.client, name, volumes)));
    expect(new Set(groups.map(({ groupSnapshotId }) => groupSnapshotId)).size).to.equal(20);
    expect(await site.emulator.requests('CreateSnapshotGroup')).to.have.length(20);
    const looks = await site.emulator.requests('DescribeSnapshotGroups');
    const idsOf = ({ parameters }: { parameters: Readonly<Record<string, string>> }) =>
      Object.keys(parameters).filter((key) => key.startsWith('SnapshotGroupId.')).length;
    expect(Math.max(...looks.map(idsOf))).to.equal(10);
    const byName = looks.filter(({ parameters }) => parameters['Name'] !== undefined);
    expect(byName).to.have.length(20);
    expect(looks.length - byName.length).to.be.below(20);
  });
});
