import type { PendingEvent } from './entities.ts';
import type { Table } from './table.ts';

/** Pending events, earliest first; events of one moment come in the order in which they were planned. */
export class EventQueue {
  private readonly table: Table<PendingEvent>;
  private heap: PendingEvent[] = [];

  constructor(table: Table<PendingEvent>) {
    this.table = table;
  }

  add(event: PendingEvent): void {
    this.table.put(event);
    this.push(event);
  }

  /** Takes the next event that is due at `nowMs`, if there is one. */
  take(nowMs: number): PendingEvent | undefined {
    const first = this.heap[0];
    if (first === undefined || first.atMs > nowMs) {
      return undefined;
    }
    this.pop();
    this.table.delete(first.id);
    return first;
  }

  rebuild(): void {
    this.heap = this.table.all().sort((a, b) => (comesBefore(a, b) ? -1 : 1));
  }

  private push(event: PendingEvent): void {
    let at = this.heap.push(event) - 1;
    while (at > 0) {
      const parent = Math.floor((at - 1) / 2);
      if (!this.comesBefore(at, parent)) {
        return;
      }
      this.swap(at, parent);
      at = parent;
    }
  }

  private pop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) {
      return;
    }
    this.heap[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const smaller = this.comesBefore(left + 1, left) ? left + 1 : left;
      if (!this.comesBefore(smaller, at)) {
        return;
      }
      this.swap(at, smaller);
      at = smaller;
    }
  }

  private comesBefore(a: number, b: number): boolean {
    const one = this.heap[a];
    const other = this.heap[b];
    return one !== undefined && other !== undefined && comesBefore(one, other);
  }

  private swap(a: number, b: number): void {
    const one = this.heap[a];
    const other = this.heap[b];
    if (one !== undefined && other !== undefined) {
      this.heap[a] = other;
      this.heap[b] = one;
    }
  }
}

function comesBefore(a: PendingEvent, b: PendingEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
