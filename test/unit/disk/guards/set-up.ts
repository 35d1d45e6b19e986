import { defaultDriverName } from '../../../../src/disk/guards/restore-command.ts';
import { expandDisk } from '../../../../src/disk/expand-disk.ts';
import type { Disk } from '../../../../src/disk/disk.ts';
import { guardBeforeDelete } from '../../../../src/disk/guards/before-delete.ts';
import { guardBeforeExpand, releaseAfterExpand } from '../../../../src/disk/guards/before-expand.ts';
import type { ExpandGuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import { removeDisk } from '../../../../src/disk/remove-disk.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall, sightingsOf } from '../../../support/builders.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import { FakeDiskCloud, type FakeDiskCloudOptions } from '../../../support/fake-disk-cloud.ts';

/** Shortly after the moment at which the cloud in memory makes its first cut. */
export const start = Date.UTC(2026, 0, 2, 0, 1, 0);

/** A cloud, a cluster, and the guards between them. */
export class GuardScene {
  readonly cloud: FakeDiskCloud;
  readonly cluster = new FakeCluster();
  nowMs = start;
  isSwitchedOn = true;
  driverName = defaultDriverName;
  clusterId: string | undefined = 'c-1';

  constructor(options: FakeDiskCloudOptions = {}) {
    this.cloud = new FakeDiskCloud({ ...options, looks: { deleting: 0, ...options.looks } });
  }

  get parts(): ExpandGuardParts {
    return {
      cloud: this.cloud,
      sightings: sightingsOf(this.cloud),
      cluster: this.cluster,
      clusterId: this.clusterId,
      driverName: this.driverName,
      isSwitchedOn: this.isSwitchedOn,
      now: () => this.nowMs,
      maxAgeMs: 600_000,
      besteffortWaitMs: 300_000,
    };
  }

  /** A disk that was used, with the given policies in its tags. */
  addDisk(policies: { expand?: string; days?: string } = {}, changes: Partial<Disk> = {}): Disk {
    const tags = new Map<string, string>();
    if (policies.expand !== undefined) {
      tags.set(tagKeys.expandPolicy, policies.expand);
    }
    if (policies.days !== undefined) {
      tags.set(tagKeys.deleteSnapshotRetentionDays, policies.days);
    }
    this.cluster.addVolume('d-1');
    const used = { wasEverAttached: true, lastDetachedAt: new Date(Date.UTC(2026, 0, 1)) };
    return this.cloud.addDisk({ id: 'd-1', category: 'cloud_essd', ...used, tags, ...changes });
  }

  async expand(sizeGiB = 40, growsFileSystem = false): Promise<Disk> {
    const call = aCall();
    const guard = guardBeforeExpand(this.parts, sizeGiB);
    const disk = await expandDisk(this.cloud, { diskId: 'd-1', sizeGiB, maxSizeGiB: undefined }, call, guard);
    await releaseAfterExpand(this.parts, disk, growsFileSystem, call);
    return disk;
  }

  async remove(): Promise<void> {
    await removeDisk(this.cloud, 'd-1', aCall(), guardBeforeDelete(this.parts));
  }
}
