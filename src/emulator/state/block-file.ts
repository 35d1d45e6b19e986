import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';

import { blockBytes, type Block } from '../blocks/block-map.ts';
import type { SlotAllocator } from '../blocks/block-store.ts';
import type { BlockLayout } from './block-layout.ts';

/** A file of equal slots, each with the bytes of one block. Unused slots are found when the file is opened. */
export class BlockFile implements SlotAllocator {
  private readonly file: number;
  private free: number[] = [];
  private slotCount: number;

  private constructor(file: number) {
    this.file = file;
    this.slotCount = Math.ceil(fstatSync(file).size / blockBytes);
  }

  static open(path: string): BlockFile {
    return new BlockFile(openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600));
  }

  /** Slots that no map of the layout uses are given out again. */
  freeAllBut(layout: BlockLayout): void {
    const used = new Set<number>();
    for (const slots of layout.values()) {
      for (const slot of slots.values()) {
        used.add(slot);
      }
    }
    this.free = Array.from({ length: this.slotCount }, (_, slot) => slot).filter((slot) => !used.has(slot));
  }

  allocate(): number {
    const slot = this.free.pop() ?? this.slotCount;
    this.slotCount = Math.max(this.slotCount, slot + 1);
    return slot;
  }

  read(slot: number): Buffer {
    const bytes = Buffer.alloc(blockBytes);
    readSync(this.file, bytes, 0, blockBytes, slot * blockBytes);
    return bytes;
  }

  write(blocks: readonly Block[]): void {
    for (const block of blocks) {
      writeSync(this.file, block.bytes, 0, blockBytes, block.slot * blockBytes);
    }
  }

  close(): void {
    closeSync(this.file);
  }
}
