import { BlockMap, type Block } from '../blocks/block-map.ts';
import type { BlockFile } from './block-file.ts';

/** Where the blocks of each map lie in the block file: data id to block number to slot. */
export type BlockLayout = Map<string, Map<number, number>>;

/** The maps of a layout with their bytes. Blocks that several maps use are read once and stay shared. */
export function blockMapsFrom(layout: BlockLayout, file: BlockFile): Map<string, BlockMap> {
  const bySlot = new Map<number, Block>();
  const nobody = Symbol('shared block');
  const maps = new Map<string, BlockMap>();
  for (const [id, slots] of layout) {
    const map = new BlockMap();
    for (const [index, slot] of slots) {
      const block = bySlot.get(slot) ?? { owner: nobody, bytes: file.read(slot), slot };
      bySlot.set(slot, block);
      map.place(index, block);
    }
    maps.set(id, map);
  }
  return maps;
}
