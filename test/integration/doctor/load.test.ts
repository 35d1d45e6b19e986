import { expect } from 'chai';
import { checks } from '../../../src/disk/doctor/checks/index.ts';
import { examine } from '../../../src/disk/doctor/examine.ts';
import { isHealthy } from '../../../src/disk/doctor/finding.ts';
import { csiDriverObject, deployment, snapshotControllerLease, snapshotCrdObjects } from './objects.ts';
import { aCall, startSite } from './site.ts';

/** 10,000 give the figures of docs/doctor.md, in some minutes. */
const diskCount = Number(process.env['DOCTOR_DISKS'] ?? 1_100);

/** How many requests a list of so many takes. */
const pages = (items: number, pageSize: number) => Math.max(1, Math.ceil(items / pageSize));

describe('csi-datasafe doctor with many disks', () => {
  it(`takes a bounded number of requests for ${diskCount} disks, each with its volume and VolumeAttachment`, async () => {
    await using site = await startSite();
    await site.put(csiDriverObject(), deployment('csi-datasafe'), ...snapshotCrdObjects());
    await site.put(snapshotControllerLease(new Date(site.parts.now())));
    for (let made = 0; made < diskCount; made += 20) {
      const batch = Array.from({ length: Math.min(20, diskCount - made) }, async () => {
        const diskId = await site.makeVolume({}, { storageClassName: 'plain' });
        await site.putAttachment(diskId, await site.attach(diskId));
      });
      await Promise.all(batch);
    }
    await site.emulator.clearRequests();
    await site.api.clearRequests();
    const startedAt = Date.now();
    const report = await examine(site.parts, checks, [], aCall());
    const seconds = (Date.now() - startedAt) / 1000;
    expect(isHealthy(report), JSON.stringify(report.results)).to.equal(true);
    const ofEcs = Map.groupBy(await site.emulator.requests(), ({ action }) => action);
    const ofKubernetes = Map.groupBy(await site.api.requests(), ({ resource }) => resource);
    const counts = (requests: ReadonlyMap<string, readonly unknown[]>) =>
      Object.fromEntries([...requests].map(([name, all]) => [name, all.length]));
    console.log(`      ${seconds} s; ${JSON.stringify({ ...counts(ofEcs), ...counts(ofKubernetes) })}`);

    expect(ofEcs.get('DescribeDisks')).to.have.length.within(
      pages(diskCount, 100),
      pages(diskCount, 100) + 3,
    );
    // Six more for snapshots by their marks, and one to see whether it is allowed.
    expect(ofEcs.get('ListTagResources')).to.have.length(pages(diskCount, 50) + 7);
    const others = [...ofEcs].filter(([action]) => !['DescribeDisks', 'ListTagResources'].includes(action));
    expect(others.flatMap(([, all]) => all)).to.have.length.lessThan(30);
    for (const plural of ['persistentvolumes', 'volumeattachments']) {
      expect(ofKubernetes.get(plural), plural).to.have.length(pages(diskCount, 500));
    }
    const rest = [...ofKubernetes].filter(
      ([plural]) => !['persistentvolumes', 'volumeattachments'].includes(plural),
    );
    expect(rest.flatMap(([, all]) => all)).to.have.length.lessThan(20);
  });
});
