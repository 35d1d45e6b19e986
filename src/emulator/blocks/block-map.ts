/** Bytes in one block; a block that was never written has no Block and reads as zeros. */
export const blockBytes = 64 * 1024;

const blocksPerExtent = 256;

/** A block's bytes. Whoever does not own the block must copy it before writing. */
export interface Block {
  readonly owner: symbol;
  readonly bytes: Buffer;
  /** Where the block lies in the block file; -1 until it has a place there. */
  slot: number;
}

interface Extent {
  readonly owner: symbol;
  readonly blocks: Map<number, Block>;
}

/**
 * The sparse bytes of a disk or snapshot. A copy shares all blocks and takes time in proportion to the 16 MiB
 * extents in use; whichever side writes first then copies the touched extent's index and block.
 */
export class BlockMap {
  private owner = Symbol('block owner');
  private readonly extents: Map<number, Extent>;

  constructor(extents = new Map<number, Extent>()) {
    this.extents = extents;
  }

  /** The same bytes, independent from now on. */
  copy(): BlockMap {
    this.owner = Symbol('block owner');
    return new BlockMap(new Map(this.extents));
  }

  block(index: number): Block | undefined {
    return this.extents.get(Math.floor(index / blocksPerExtent))?.blocks.get(index);
  }

  /** The block, made if it was never written and copied if it is shared, so that the caller may write to it. */
  writableBlock(index: number): Block {
    const blocks = this.writableExtent(Math.floor(index / blocksPerExtent)).blocks;
    const present = blocks.get(index);
    if (present?.owner === this.owner) {
      return present;
    }
    const bytes = Buffer.alloc(blockBytes);
    present?.bytes.copy(bytes);
    const block: Block = { owner: this.owner, bytes, slot: -1 };
    blocks.set(index, block);
    return block;
  }

  /** Puts a block in place as it is; used when the block file is read. */
  place(index: number, block: Block): void {
    this.writableExtent(Math.floor(index / blocksPerExtent)).blocks.set(index, block);
  }

  /** All blocks that were ever written, with their numbers. */
  *blocks(): Generator<[number, Block]> {
    for (const extent of this.extents.values()) {
      yield* extent.blocks;
    }
  }

  private writableExtent(number: number): Extent {
    const present = this.extents.get(number);
    if (present?.owner === this.owner) {
      return present;
    }
    const extent: Extent = { owner: this.owner, blocks: new Map(present?.blocks) };
    this.extents.set(number, extent);
    return extent;
  }
}
