import { BlockMap, blockBytes, type Block } from './block-map.ts';

/** A step in the life of the block maps, in the order in which it happened; the state file replays them. */
export type BlockOperation =
  | { readonly map: string; readonly slots: readonly [index: number, slot: number][] }
  | { readonly map: string; readonly copyOf: string }
  | { readonly map: string; readonly gone: true };

/** Gives blocks a place in a file. */
export interface SlotAllocator {
  allocate(): number;
}

/** The bytes of all disks and snapshots, by data id. */
export class BlockStore {
  private readonly maps = new Map<string, BlockMap>();
  private operations: BlockOperation[] = [];
  /** Written since the last save, per data id. */
  private readonly dirty = new Map<string, Map<number, Block>>();
  /** Blocks that have a slot but whose bytes are not saved yet. */
  private readonly unsaved = new Set<Block>();
  private slots: SlotAllocator | undefined;

  /** From now on, blocks get a slot and operations are kept for `takeChanges`. */
  persistWith(slots: SlotAllocator): void {
    this.slots = slots;
  }

  get(id: string): BlockMap | undefined {
    return this.maps.get(id);
  }

  ids(): string[] {
    return [...this.maps.keys()];
  }

  /** Puts a map in place as it is; used when the state file is read. */
  place(id: string, map: BlockMap): void {
    this.maps.set(id, map);
  }

  /** Makes `id` a copy of `sourceId` as it is at this moment. */
  copy(id: string, sourceId: string): void {
    const source = this.maps.get(sourceId);
    if (source === undefined) {
      return;
    }
    this.giveSlots(sourceId);
    this.maps.set(id, source.copy());
    this.record({ map: id, copyOf: sourceId });
  }

  delete(id: string): void {
    if (this.maps.delete(id)) {
      this.dirty.delete(id);
      this.record({ map: id, gone: true });
    }
  }

  write(id: string, offset: number, bytes: Buffer): void {
    const map = this.maps.get(id) ?? new BlockMap();
    this.maps.set(id, map);
    for (let done = 0; done < bytes.length;) {
      const index = Math.floor((offset + done) / blockBytes);
      const start = (offset + done) % blockBytes;
      const length = Math.min(blockBytes - start, bytes.length - done);
      const block = map.writableBlock(index);
      bytes.copy(block.bytes, start, done, done + length);
      this.markDirty(id, index, block);
      done += length;
    }
  }

  /** The bytes of a range; never written ones are zeros. */
  read(id: string, offset: number, length: number): Buffer {
    const result = Buffer.alloc(length);
    const map = this.maps.get(id);
    for (let done = 0; map !== undefined && done < length;) {
      const start = (offset + done) % blockBytes;
      const count = Math.min(blockBytes - start, length - done);
      const block = map.block(Math.floor((offset + done) / blockBytes));
      block?.bytes.copy(result, done, start, start + count);
      done += count;
    }
    return result;
  }

  /** What must be saved: first the blocks' bytes, then the operations. */
  takeChanges(): { blocks: Block[]; operations: BlockOperation[] } {
    [...this.dirty.keys()].forEach((id) => this.giveSlots(id));
    const changes = { blocks: [...this.unsaved], operations: this.operations };
    this.operations = [];
    this.unsaved.clear();
    return changes;
  }

  private markDirty(id: string, index: number, block: Block): void {
    if (this.slots === undefined) {
      return;
    }
    const blocks = this.dirty.get(id) ?? new Map<number, Block>();
    blocks.set(index, block);
    this.dirty.set(id, blocks);
  }

  /** Records where the written blocks of a map lie, which must come before a copy of the map is recorded. */
  private giveSlots(id: string): void {
    const dirty = this.dirty.get(id);
    if (dirty === undefined || this.slots === undefined) {
      return;
    }
    this.dirty.delete(id);
    const added: [number, number][] = [];
    for (const [index, block] of dirty) {
      if (block.slot < 0) {
        block.slot = this.slots.allocate();
        added.push([index, block.slot]);
      }
      this.unsaved.add(block);
    }
    if (added.length > 0) {
      this.record({ map: id, slots: added });
    }
  }

  private record(operation: BlockOperation): void {
    if (this.slots !== undefined) {
      this.operations.push(operation);
    }
  }
}
