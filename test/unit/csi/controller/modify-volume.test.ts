import { expect } from 'chai';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { startController, type ControllerHarness } from './controller-harness.ts';
import { createVolume, fromSnapshot, inZones } from './requests.ts';

const ofOurs = { tags: new Map([[tagKeys.cluster, 'c-1']]) };

function withVolume(disk: object = {}): { readonly harness: ControllerHarness; readonly volumeId: string } {
  const harness = startController();
  const { id } = harness.cloud.addDisk({ ...ofOurs, ...disk });
  harness.cluster.addVolume(id, { volumeDeleteSnapshotRetentionDays: '7' });
  return { harness, volumeId: id };
}

describe('ControllerModifyVolume', () => {
  const bad: [what: string, request: object, code: string, text: string][] = [
    [
      'no volume_id',
      { mutableParameters: { type: 'cloud_auto' } },
      'INVALID_ARGUMENT',
      'volume_id is missing',
    ],
    ['a volume_id of 129 bytes', { volumeId: 'd'.repeat(129) }, 'INVALID_ARGUMENT', 'longer than 128'],
    ['no volume of ours', { volumeId: 'fake-vol-id' }, 'NOT_FOUND', 'fake-vol-id'],
    ['an unknown key', { volumeId: 'd-1', mutableParameters: { speed: '9' } }, 'INVALID_ARGUMENT', 'speed'],
    [
      'mutable_parameters over 4 KiB',
      { volumeId: 'd-1', mutableParameters: { 'diskTags/a': 'x'.repeat(4096) } },
      'INVALID_ARGUMENT',
      'mutable_parameters has',
    ],
  ];
  for (const [what, request, code, text] of bad) {
    it(`refuses ${what} with ${code}, and leaves ECS alone`, async () => {
      const harness = startController();
      const refusal = await harness.refusal('ControllerModifyVolume', request);
      expect(refusal.code).to.equal(code);
      expect(refusal.message).to.contain(text);
      expect([...harness.cloud.calls, ...harness.specs.calls]).to.deep.equal([]);
    });
  }

  it('answers OK without parameters, for a volume that exists', async () => {
    const { harness, volumeId } = withVolume();
    await harness.call('ControllerModifyVolume', { volumeId });
    expect(harness.specs.calls).to.deep.equal([]);
    expect((await harness.refusal('ControllerModifyVolume', { volumeId: 'd-9' })).code).to.equal('NOT_FOUND');
  });

  it('does not touch a volume of another region', async () => {
    const { harness, volumeId } = withVolume();
    const region = 'csi.alibabacloud.com/label-prefix/topology.diskplugin.csi.alibabacloud.com/region';
    harness.cluster.addVolume(volumeId, { [region]: 'us-east-1' });
    const request = { volumeId, mutableParameters: { type: 'cloud_auto' } };
    expect((await harness.refusal('ControllerModifyVolume', request)).code).to.equal('UNAVAILABLE');
    expect(harness.specs.calls).to.deep.equal([]);
  });

  it('changes a protection in one request, and tells on the claim that it is weaker', async () => {
    const { harness, volumeId } = withVolume();
    const mutableParameters = {
      volumeExpandAutoSnapshot: 'closed',
      volumeDeleteSnapshotRetentionDays: '0',
      'diskTags/team': 'db',
    };
    await harness.call('ControllerModifyVolume', { volumeId, mutableParameters });
    expect(harness.specs.changes()).to.deep.equal(['tagDisk']);
    const { tags } = harness.cloud.disks.get(volumeId) ?? { tags: new Map<string, string>() };
    expect(tags.get(tagKeys.expandPolicy)).to.equal('closed');
    expect(tags.get(tagKeys.deleteSnapshotRetentionDays)).to.equal('');
    expect(tags.get('team')).to.equal('db');
    expect(harness.cluster.events.map(({ reason, type }) => `${type} ${reason}`)).to.deep.equal([
      'Warning ProtectionWeakened',
    ]);
  });

  it('tells it before the tags are changed, so that no crash in between hides it', async () => {
    const { harness, volumeId } = withVolume();
    harness.specs.failNext('tagDisk', 'lost-request');
    const request = { volumeId, mutableParameters: { volumeDeleteSnapshotRetentionDays: '1' } };
    expect((await harness.refusal('ControllerModifyVolume', request)).code).to.equal('UNAVAILABLE');
    expect(harness.cluster.reasons()).to.deep.equal(['ProtectionWeakened', 'ProtectionSwitchedOff']);
  });

  it('tells nothing of a change that is refused', async () => {
    const { harness, volumeId } = withVolume();
    const mutableParameters = { volumeDeleteSnapshotRetentionDays: '0', performanceLevel: 'PL0' };
    const refusal = await harness.refusal('ControllerModifyVolume', { volumeId, mutableParameters });
    expect(refusal.code).to.equal('INVALID_ARGUMENT');
    expect(harness.cluster.events).to.deep.equal([]);
  });

  it('warns when another category ends the protection', async () => {
    const { harness, volumeId } = withVolume();
    await harness.call('ControllerModifyVolume', { volumeId, mutableParameters: { type: 'cloud_ssd' } });
    expect(harness.cluster.reasons()).to.deep.equal(['ProtectionWeakened']);
  });

  it('answers INTERNAL when ECS gave up: final, so that another class may be chosen', async () => {
    const { harness, volumeId } = withVolume();
    harness.specs.failTasks = 1;
    const request = { volumeId, mutableParameters: { type: 'cloud_auto' } };
    const refusal = await harness.refusal('ControllerModifyVolume', request);
    expect(refusal).to.deep.include({ code: 'INTERNAL' });
    expect(refusal.message).to.contain(volumeId).and.contain('t-1');
  });
});

describe('CreateVolume', () => {
  it('makes what the VolumeAttributesClass says, and keeps its protection in the tags', async () => {
    const { call, cloud } = startController();
    const parameters = {
      type: 'cloud_essd',
      performanceLevel: 'PL1',
      volumeDeleteSnapshotRetentionDays: '7',
    };
    const mutableParameters = {
      type: 'cloud_auto',
      provisionedIops: '100',
      volumeDeleteSnapshotRetentionDays: '0',
      volumeExpandAutoSnapshot: 'forced',
    };
    await call('CreateVolume', createVolume({ parameters, mutableParameters }));
    const [disk] = cloud.argumentsOf('createDisk');
    expect(disk).to.include({ category: 'cloud_auto', performanceLevel: undefined, provisionedIops: 100 });
    const tags = new Map(disk?.tags.map(({ key, value }) => [key, value]));
    expect(tags.get(tagKeys.deleteSnapshotRetentionDays)).to.equal('');
    expect(tags.get(tagKeys.expandPolicy)).to.equal('forced');
  });

  it('asks which node was chosen for the claim, and heeds what it can attach', async () => {
    const { call, cloud, cluster } = startController();
    cluster.selectedNode = { nodeName: 'node-1', categories: ['cloud_auto'] };
    const claim = { 'csi.storage.k8s.io/pvc/name': 'data', 'csi.storage.k8s.io/pvc/namespace': 'shop' };
    await call('CreateVolume', createVolume({ parameters: { type: 'cloud_essd,cloud_auto', ...claim } }));
    expect(cloud.argumentsOf('createDisk').map(({ category }) => category)).to.deep.equal(['cloud_auto']);
    const search = { nodeName: undefined, claim: { namespace: 'shop', name: 'data' } };
    expect(cluster.nodeSearches).to.deep.equal([search]);
  });

  it('takes the name of the node from the parameter, where somebody gives it', async () => {
    const { call, cluster } = startController();
    const parameters = { type: 'cloud_essd', 'volume.kubernetes.io/selected-node': 'node-2' };
    const { volume } = await call('CreateVolume', createVolume({ parameters }));
    expect(cluster.nodeSearches).to.deep.equal([{ nodeName: 'node-2', claim: undefined }]);
    expect(Object.keys(volume?.volumeContext ?? {})).not.to.include('volume.kubernetes.io/selected-node');
  });

  it('is RESOURCE_EXHAUSTED when the node can attach none of it: the scheduler chooses another', async () => {
    const { refusal, cluster, cloud } = startController();
    cluster.selectedNode = { nodeName: 'node-1', categories: ['cloud_ssd'] };
    expect((await refusal('CreateVolume', createVolume())).code).to.equal('RESOURCE_EXHAUSTED');
    expect(cloud.countOf('createDisk')).to.equal(0);
  });

  it('is RESOURCE_EXHAUSTED for a topology of other regions only', async () => {
    const { call, refusal } = startController();
    const terms = (...regions: string[]) => ({
      requisite: regions.map((region) => ({ segments: { 'topology.kubernetes.io/region': region } })),
      preferred: [],
    });
    const request = createVolume({ accessibilityRequirements: terms('us-east-1') });
    expect((await refusal('CreateVolume', request)).code).to.equal('RESOURCE_EXHAUSTED');
    await call(
      'CreateVolume',
      createVolume({ accessibilityRequirements: terms('us-east-1', 'cn-hangzhou') }),
    );
  });

  it('clones a volume, and names it as the source in every answer', async () => {
    const { call, cloud } = startController();
    const source = cloud.addDisk({ ...ofOurs, wasEverAttached: true });
    const contentSource = { volume: { volumeId: source.id } };
    const request = createVolume({
      volumeContentSource: contentSource,
      accessibilityRequirements: inZones('cn-hangzhou-i'),
    });
    const { volume } = await call('CreateVolume', request);
    expect(volume).to.deep.include({ contentSource });
    expect(volume?.accessibleTopology?.[0]?.segments).to.include({
      'topology.diskplugin.csi.alibabacloud.com/zone': 'cn-hangzhou-i',
    });
    const seen = await call('ControllerGetVolume', { volumeId: volume?.volumeId ?? '' });
    expect(seen.volume).to.deep.include({ contentSource });
  });

  it('refuses a clone whose class names a snapshot, and one of something that is no volume', async () => {
    const { refusal } = startController();
    const volumeContentSource = { volume: { volumeId: 'd-1' } };
    const parameters = { type: 'cloud_essd', 'csi.alibabacloud.com/disk-snapshot-id': 's-1' };
    const both = createVolume({ volumeContentSource, parameters });
    expect((await refusal('CreateVolume', both)).code).to.equal('INVALID_ARGUMENT');
    const odd = createVolume({ volumeContentSource: { volume: { volumeId: 'vol-1' } } });
    expect((await refusal('CreateVolume', odd)).code).to.equal('NOT_FOUND');
    const none = createVolume({ volumeContentSource: fromSnapshot('snap-1') });
    expect((await refusal('CreateVolume', none)).code).to.equal('NOT_FOUND');
  });

  it('does not warn that a protection which was declined is switched off', async () => {
    const { call, cluster } = startController();
    await call(
      'CreateVolume',
      createVolume({ mutableParameters: { volumeDeleteSnapshotRetentionDays: '0' } }),
    );
    expect(cluster.events).to.deep.equal([]);
    await call(
      'CreateVolume',
      createVolume({ name: 'pvc-2', mutableParameters: { volumeExpandAutoSnapshot: 'forced' } }),
    );
    expect(cluster.reasons()).to.deep.equal(['ProtectionSwitchedOff']);
  });
});
