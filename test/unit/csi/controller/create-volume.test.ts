import { expect } from 'chai';
import { createVolume, fromSnapshot, gibibytes, inZones, sharedBlock, zoneKey } from './requests.ts';
import { startController } from './controller-harness.ts';

describe('CreateVolume', () => {
  it('makes a disk and tells all about it', async () => {
    const { call, cloud, warnings } = startController();

    const { volume } = await call('CreateVolume', createVolume());

    expect(volume).to.deep.include({
      volumeId: 'd-000001',
      capacityBytes: '21474836480',
      contentSource: null,
      accessibleTopology: [{ segments: { [zoneKey]: 'cn-hangzhou-h' } }],
    });
    expect(volume?.volumeContext).to.include({ type: 'cloud_essd', performanceLevel: 'PL1' });
    expect(cloud.argumentsOf('createDisk')[0]).to.include({ name: 'pvc-1', zoneId: 'cn-hangzhou-h' });
    expect(warnings).to.deep.equal([]);
  });

  it('yields the same volume for the same name, and asks for no second disk', async () => {
    const { call, cloud } = startController();
    const first = await call('CreateVolume', createVolume());

    expect(await call('CreateVolume', createVolume())).to.deep.equal(first);
    expect(cloud.countOf('createDisk')).to.equal(1);
  });

  it('answers ALREADY_EXISTS when the name is that of another kind of volume', async () => {
    const { call, refusal } = startController();
    await call('CreateVolume', createVolume());

    const { code, message } = await refusal(
      'CreateVolume',
      createVolume({ capacityRange: { requiredBytes: gibibytes(40) } }),
    );

    expect(code).to.equal('ALREADY_EXISTS');
    expect(message).to.contain('pvc-1').and.to.contain('its size is 20 GiB');
  });

  it('makes nothing of a class that says more than a volume context holds', async () => {
    const { refusal, cloud } = startController();
    const numbers = [...Array(10).keys()];
    const tags = Object.fromEntries(numbers.map((n) => [`diskTags/${n}`.padEnd(130, 'k'), 'v'.repeat(128)]));
    const zoneId = Array(100).fill('cn-hangzhou-h').join(',');
    const parameters = { type: 'cloud_essd', zoneId, ...tags };

    const { code, message } = await refusal('CreateVolume', createVolume({ parameters }));

    expect(code).to.equal('INVALID_ARGUMENT');
    expect(message).to.match(
      /the volume context that is made of parameters has \d+ bytes; the limit is 4096/,
    );
    expect(cloud.countOf('createDisk')).to.equal(0);
  });

  it('answers ABORTED while the same name is being worked on', async () => {
    const { call, refusal } = startController();
    const first = call('CreateVolume', createVolume());

    expect((await refusal('CreateVolume', createVolume())).code).to.equal('ABORTED');
    expect((await call('CreateVolume', createVolume({ name: 'pvc-2' }))).volume).not.to.equal(undefined);
    await first;
  });

  it('tags the disk for the existing driver, its operators and the guards', async () => {
    const { call, cloud } = startController();
    const parameters = {
      type: 'cloud_essd',
      'diskTags/team': 'a',
      volumeDeleteSnapshotRetentionDays: '7',
      volumeExpandAutoSnapshot: 'forced',
      'csi.storage.k8s.io/pvc/name': 'claim',
      'csi.storage.k8s.io/pvc/namespace': 'ns',
      'csi.storage.k8s.io/pv/name': 'pvc-1',
    };

    await call('CreateVolume', createVolume({ parameters }));

    expect(cloud.argumentsOf('createDisk')[0]?.tags).to.deep.equal([
      { key: 'createdby', value: 'alibabacloud-csi-plugin' },
      { key: 'ack.aliyun.com', value: 'c-1' },
      { key: 'team', value: 'a' },
      { key: 'k8s.aliyun.com', value: 'true' },
      { key: 'kubernetes.io/created-for/pvc/name', value: 'claim' },
      { key: 'kubernetes.io/created-for/pvc/namespace', value: 'ns' },
      { key: 'kubernetes.io/created-for/pv/name', value: 'pvc-1' },
      { key: 'csi.alibabacloud.com/volume-delete-autosnapshot-retentiondays', value: '7' },
      { key: 'csi.alibabacloud.com/volume-expand-autosnapshot', value: 'forced' },
      { key: 'csi.alibabacloud.com/volume-name', value: 'pvc-1' },
    ]);
  });

  it('warns on the claim of a protection that the class asks for while automatic snapshots are switched off', async () => {
    const { call, cluster } = startController();
    const uid = '0d9c7f0e-1f3a-4a55-9d0c-5f6a7b8c9d0e';
    const withParameters = (name: string, more: Record<string, string>) =>
      createVolume({
        name,
        parameters: {
          type: 'cloud_essd',
          'csi.storage.k8s.io/pvc/name': 'orders',
          'csi.storage.k8s.io/pvc/namespace': 'shop',
          'csi.storage.k8s.io/pv/name': `disk-${uid}`,
          ...more,
        },
      });

    await call('CreateVolume', withParameters('pvc-0', { volumeExpandAutoSnapshot: 'closed' }));
    expect(cluster.events).to.have.length(0);
    await call('CreateVolume', withParameters('pvc-1', { volumeExpandAutoSnapshot: 'forced' }));
    await call('CreateVolume', withParameters('pvc-2', { volumeDeleteSnapshotRetentionDays: '1' }));
    await call('CreateVolume', withParameters('pvc-2', { volumeDeleteSnapshotRetentionDays: '1' }));

    const told = cluster.events.map(({ type, reason, on, key }) => `${type} ${reason} ${on} ${key ?? ''}`);
    expect([...new Set(told)]).to.deep.equal([
      'Warning ProtectionSwitchedOff claim switched-off-d-000002',
      'Warning ProtectionSwitchedOff claim switched-off-d-000003',
    ]);
    expect(cluster.events[0]?.volume?.claim).to.deep.equal({ namespace: 'shop', name: 'orders', uid });
    expect(cluster.events[0]?.message).to.include('VOLUME_DEL_AUTO_SNAP=true');
  });

  it('takes protections that are left empty for absent, and hands none on to the PersistentVolume', async () => {
    const { call, cloud } = startController();
    const parameters = {
      type: 'cloud_essd',
      volumeExpandAutoSnapshot: '',
      volumeDeleteSnapshotRetentionDays: '',
    };

    const { volume } = await call('CreateVolume', createVolume({ parameters }));

    const keys = cloud.argumentsOf('createDisk')[0]?.tags.map(({ key }) => key) ?? [];
    expect(keys.filter((key) => key.includes('autosnapshot'))).to.deep.equal([]);
    expect(volume?.volumeContext).not.to.have.any.keys(
      'volumeExpandAutoSnapshot',
      'volumeDeleteSnapshotRetentionDays',
    );
  });

  describe('sizes', () => {
    const sizeFor = async (request: Parameters<typeof createVolume>[0], parameters = {}) => {
      const { call, cloud } = startController();
      await call(
        'CreateVolume',
        createVolume({ parameters: { type: 'cloud_auto', ...parameters }, ...request }),
      );
      return cloud.argumentsOf('createDisk')[0]?.sizeGiB;
    };

    it('are rounded up to whole GiB', async () => {
      expect(await sizeFor({ capacityRange: { requiredBytes: gibibytes(20) + 1 } })).to.equal(21);
    });

    it('are 20 GiB when nobody says, or less when the limit is less', async () => {
      expect(await sizeFor({ capacityRange: null })).to.equal(20);
      expect(await sizeFor({ capacityRange: { limitBytes: gibibytes(100) } })).to.equal(20);
      expect(await sizeFor({ capacityRange: { limitBytes: gibibytes(5) } })).to.equal(5);
    });

    it('are 20 GiB at least with volumeSizeAutoAvailable', async () => {
      const parameters = { volumeSizeAutoAvailable: 'true' };
      expect(await sizeFor({ capacityRange: { requiredBytes: gibibytes(5) } }, parameters)).to.equal(20);
      expect(await sizeFor({ capacityRange: { requiredBytes: gibibytes(30) } }, parameters)).to.equal(30);
    });

    it('never exceed the limit, not even with volumeSizeAutoAvailable', async () => {
      const { refusal, cloud } = startController();
      const request = createVolume({
        capacityRange: { requiredBytes: gibibytes(5), limitBytes: gibibytes(10) },
        parameters: { type: 'cloud_auto', volumeSizeAutoAvailable: 'true' },
      });

      const { code, message } = await refusal('CreateVolume', request);

      expect(code).to.equal('OUT_OF_RANGE');
      expect(message).to.contain('volumeSizeAutoAvailable').and.to.contain('limit_bytes');
      expect(cloud.calls).to.deep.equal([]);
    });
  });

  describe('places', () => {
    const zonesFor = async (
      request: Parameters<typeof createVolume>[0],
      options: Parameters<typeof startController>[0] = {},
    ) => {
      const { refusal, cloud } = startController(options);
      cloud.failNext('createDisk', ...Array.from({ length: 9 }, () => 'not-offered' as const));
      const { code } = await refusal('CreateVolume', createVolume(request));
      expect(code).to.equal('RESOURCE_EXHAUSTED');
      return cloud.argumentsOf('createDisk').map(({ zoneId }) => zoneId);
    };

    it('are those of the topology, best first', async () => {
      expect(await zonesFor({ accessibilityRequirements: inZones('z-2', 'z-1') })).to.deep.equal([
        'z-2',
        'z-1',
      ]);
    });

    it('are those of the class without a topology', async () => {
      const parameters = { type: 'cloud_essd', zoneId: 'z-1,z-2' };
      expect(await zonesFor({ parameters })).to.deep.equal(['z-1', 'z-2']);
    });

    it('are those that topology and class have in common, in the order of the topology', async () => {
      const parameters = { type: 'cloud_essd', zoneId: 'z-1,z-2' };
      const accessibilityRequirements = inZones('z-3', 'z-2', 'z-1');
      expect(await zonesFor({ parameters, accessibilityRequirements })).to.deep.equal(['z-2', 'z-1']);
    });

    it('are the default zone when neither says', async () => {
      expect(await zonesFor({}, { defaultZoneId: 'z-9' })).to.deep.equal(['z-9']);
    });

    it('are no zone at all for a regional disk', async () => {
      const parameters = { type: 'cloud_regional_disk_auto' };
      expect(await zonesFor({ parameters }, { defaultZoneId: undefined })).to.deep.equal([undefined]);
    });

    it('are no matter for a regional disk when topology and class have none in common', async () => {
      const parameters = { type: 'cloud_essd,cloud_regional_disk_auto', zoneId: 'z-1' };
      const accessibilityRequirements = inZones('z-2');
      expect(await zonesFor({ parameters, accessibilityRequirements })).to.deep.equal([undefined]);
    });

    it('answers RESOURCE_EXHAUSTED when topology and class have none in common, so that the scheduler goes on', async () => {
      const { refusal, cloud } = startController();
      const parameters = { type: 'cloud_essd', zoneId: 'z-1' };

      const { code, message } = await refusal(
        'CreateVolume',
        createVolume({ parameters, accessibilityRequirements: inZones('z-2') }),
      );

      expect(code).to.equal('RESOURCE_EXHAUSTED');
      expect(message).to.contain('z-1').and.to.contain('z-2');
      expect(cloud.calls).to.deep.equal([]);
    });

    it('says what to set when no zone is known', async () => {
      const { refusal, cloud } = startController({ defaultZoneId: undefined });

      const { code, message } = await refusal('CreateVolume', createVolume());

      expect(code).to.equal('INVALID_ARGUMENT');
      expect(message).to.contain('zoneId').and.to.contain('--default-zone');
      expect(cloud.calls).to.deep.equal([]);
    });
  });

  describe('from a snapshot', () => {
    it('makes a disk of the snapshot and names it as the content source', async () => {
      const { call, cloud } = startController();
      cloud.addSnapshot({ id: 's-9', sourceDiskSizeGiB: 40 });

      const { volume } = await call(
        'CreateVolume',
        createVolume({ volumeContentSource: fromSnapshot('s-9') }),
      );

      expect(volume).to.deep.include({ contentSource: fromSnapshot('s-9'), capacityBytes: '42949672960' });
    });

    it('takes the snapshot from the parameter too', async () => {
      const { call, cloud } = startController();
      cloud.addSnapshot({ id: 's-9' });
      const parameters = { type: 'cloud_essd', 'csi.alibabacloud.com/disk-snapshot-id': 's-9' };

      await call('CreateVolume', createVolume({ parameters, volumeContentSource: fromSnapshot('s-9') }));
      await call('CreateVolume', createVolume({ parameters, name: 'pvc-2' }));

      expect(cloud.argumentsOf('createDisk').map(({ snapshotId }) => snapshotId)).to.deep.equal([
        's-9',
        's-9',
      ]);
    });

    for (const id of ['snap-1', 'd-1', 'S-1', 's-1,s-2']) {
      it(`answers NOT_FOUND to the id "${id}", which no snapshot can have`, async () => {
        const { refusal, cloud } = startController();
        const request = createVolume({ volumeContentSource: fromSnapshot(id) });

        expect((await refusal('CreateVolume', request)).code).to.equal('NOT_FOUND');
        expect(cloud.calls).to.deep.equal([]);
      });
    }
  });

  it('makes a disk that can be shared when the class says so', async () => {
    const { call, cloud } = startController();

    await call(
      'CreateVolume',
      createVolume({
        volumeCapabilities: [sharedBlock],
        parameters: { type: 'cloud_essd', multiAttach: 'true' },
      }),
    );

    expect(cloud.argumentsOf('createDisk')[0]).to.have.property('multiAttach', true);
  });
});
