import type { AttachmentCalls, DiskAttach, DiskOnInstance } from '../../src/disk/attach/attachment-calls.ts';
import type { Call } from '../../src/disk/call.ts';
import { isInUse, isOn, type Disk } from '../../src/disk/disk.ts';
import type { Instance } from '../../src/disk/instance.ts';
import { refusal, type CloudMethod } from './fake-cloud-faults.ts';
import type { LookedAt } from './looked-at.ts';

/** Instances in memory, and disks on them. An attach or detach shows after some looks at the disk. */
export abstract class FakeAttachments implements AttachmentCalls {
  readonly instances = new Map<string, Instance>();
  /** What the types of instances take, the system disk included; a type that is missing is unknown. */
  readonly diskLimits = new Map<string, number>();
  abstract readonly disks: LookedAt<Disk>;
  protected abstract answer<T>(
    method: CloudMethod,
    args: readonly unknown[],
    call: Call,
    effect: () => T | Promise<T>,
  ): Promise<T>;
  protected attachLooks: { readonly attaching: number; readonly detaching: number } = {
    attaching: 2,
    detaching: 1,
  };

  addInstance(changes: Partial<Instance> = {}): Instance {
    const instance = {
      id: 'i-1',
      zoneId: 'cn-hangzhou-h',
      type: 'ecs.g7.large',
      tags: new Map(),
      ...changes,
    };
    this.instances.set(instance.id, instance);
    return instance;
  }

  attachDisk(attach: DiskAttach, call: Call): Promise<void> {
    return this.answer('attachDisk', [attach], call, () => {
      const { diskId, instanceId, force } = attach;
      const disk = this.#existing(diskId, instanceId);
      if (isInUse(disk) && !force && !(disk.multiAttach && !isOn(disk, instanceId))) {
        throw refusal('in-use', `attach disk ${diskId}: an instance holds the disk`);
      }
      const kept = force ? [] : disk.attachments;
      const attachments = [...kept, { instanceId, device: undefined }];
      const change = { status: 'In_use', attachments, wasEverAttached: true } as const;
      this.disks.changeInstead(diskId, change, this.attachLooks.attaching);
    });
  }

  detachDisk(detach: DiskOnInstance, call: Call): Promise<void> {
    return this.answer('detachDisk', [detach], call, () => {
      const { diskId, instanceId } = detach;
      const disk = this.#existing(diskId, instanceId);
      if (!isOn(disk, instanceId)) {
        throw refusal('not-found', `detach disk ${diskId}: not on instance ${instanceId}`);
      }
      if (disk.status === 'Detaching') {
        throw refusal('busy', `detach disk ${diskId}: it is being detached`);
      }
      const attachments = disk.attachments.filter((attachment) => attachment.instanceId !== instanceId);
      this.disks.set(diskId, { status: attachments.length === 0 ? 'Detaching' : 'In_use' });
      const status = attachments.length === 0 ? 'Available' : 'In_use';
      this.disks.change(diskId, { status, attachments }, this.attachLooks.detaching);
    });
  }

  findInstance(instanceId: string, call: Call): Promise<Instance | undefined> {
    return this.answer('findInstance', [instanceId], call, () => this.instances.get(instanceId));
  }

  countDataDisksOn(instanceId: string, call: Call): Promise<number> {
    return this.answer(
      'countDataDisksOn',
      [instanceId],
      call,
      () => this.disks.values().filter((disk) => isOn(disk, instanceId)).length,
    );
  }

  findDiskLimit(instanceType: string, call: Call): Promise<number | undefined> {
    return this.answer('findDiskLimit', [instanceType], call, () => this.diskLimits.get(instanceType));
  }

  #existing(diskId: string, instanceId: string): Disk {
    const disk = this.disks.get(diskId);
    if (disk === undefined) {
      throw refusal('not-found', `disk ${diskId}: no such disk`);
    }
    if (!this.instances.has(instanceId)) {
      throw refusal('not-found', `instance ${instanceId}: no such instance`);
    }
    return disk;
  }
}
