import { BlockStore } from '../blocks/block-store.ts';
import type { Disk, Instance, PendingEvent, Snapshot, SnapshotGroup, Task, TokenUse } from './entities.ts';
import { EventQueue } from './event-queue.ts';
import { Table } from './table.ts';

/** A named value outside of the tables: settings, clock, counters. */
export interface MetaRow {
  readonly id: string;
  readonly value: unknown;
}

/** Everything that the emulator remembers and that survives a restart. */
export class EmulatorState {
  readonly disks = new Table<Disk>('disks');
  readonly snapshots = new Table<Snapshot>('snapshots');
  readonly groups = new Table<SnapshotGroup>('groups');
  readonly instances = new Table<Instance>('instances');
  readonly tasks = new Table<Task>('tasks');
  readonly tokens = new Table<TokenUse>('tokens');
  readonly events = new Table<PendingEvent>('events');
  readonly meta = new Table<MetaRow>('meta');
  readonly data = new BlockStore();
  readonly queue = new EventQueue(this.events);

  readonly snapshotsByDisk = this.snapshots.indexedBy((snapshot) => snapshot.sourceDiskId);
  readonly disksBySnapshot = this.disks.indexedBy((disk) => disk.sourceSnapshotId);
  readonly tasksByDisk = this.tasks.indexedBy((task) => task.diskId);

  private lastSequence = 0;

  get tables(): readonly Table<{ readonly id: string }>[] {
    return [...this.resourceTables, this.meta] as unknown as Table<{ readonly id: string }>[];
  }

  private get resourceTables() {
    return [
      this.disks,
      this.snapshots,
      this.groups,
      this.instances,
      this.tasks,
      this.tokens,
      this.events,
    ] as const;
  }

  nextSequence(): number {
    this.lastSequence += 1;
    this.meta.put({ id: 'sequence', value: this.lastSequence });
    return this.lastSequence;
  }

  /** Takes up the counters and the event queue from the tables, after these were read from a file. */
  resume(): void {
    const sequence = this.meta.get('sequence')?.value;
    this.lastSequence = typeof sequence === 'number' ? sequence : 0;
    this.queue.rebuild();
  }

  /** Plans something for a time of the emulator's clock. */
  schedule(event: Omit<PendingEvent, 'id' | 'sequence'>): void {
    const sequence = this.nextSequence();
    this.queue.add({ ...event, id: String(sequence), sequence });
  }

  /** Forgets all resources and tokens; settings, clock and counters stay. */
  clearResources(): void {
    this.resourceTables.forEach((table) => {
      table.clear();
    });
    this.data.ids().forEach((id) => this.data.delete(id));
    this.queue.rebuild();
  }
}
