import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

import type { BlockOperation } from '../blocks/block-store.ts';
import { BlockFile } from './block-file.ts';
import { blockMapsFrom, type BlockLayout } from './block-layout.ts';
import type { EmulatorState } from './state.ts';

/** One line of the journal: what one request has changed. */
interface JournalLine {
  readonly rows: readonly [table: string, id: string, row: { readonly id: string } | null][];
  readonly data: readonly BlockOperation[];
}

const mib = 1024 * 1024;

/**
 * The state on disk: a journal of JSON lines, and beside it a file of blocks (`<path>.blocks`). A save is one write
 * of the blocks and then one of a journal line; since both are done before the answer goes out, the end of the
 * process loses nothing that was answered. (It is not synced against the end of the machine.)
 */
export class StateFile {
  private readonly path: string;
  private readonly blocks: BlockFile;
  private readonly compactAfterBytes: number;
  private journal: number;
  private grownBytes = 0;

  private constructor(path: string, blocks: BlockFile, compactAfterBytes: number) {
    this.path = path;
    this.compactAfterBytes = compactAfterBytes;
    this.blocks = blocks;
    this.journal = -1;
  }

  /** Reads the file into an empty state, or starts a new one. Grown by so many bytes, it is written anew. */
  static open(path: string, state: EmulatorState, compactAfterBytes = 64 * mib): StateFile {
    const layout: BlockLayout = new Map();
    for (const line of existsSync(path) ? journalLines(path) : []) {
      applyRows(state, line);
      applyBlockOperations(layout, line.data);
    }
    const blocks = BlockFile.open(`${path}.blocks`);
    for (const [id, map] of blockMapsFrom(layout, blocks)) {
      state.data.place(id, map);
    }
    blocks.freeAllBut(layout);
    state.data.persistWith(blocks);
    state.resume();
    const file = new StateFile(path, blocks, compactAfterBytes);
    state.tables.forEach((table) => table.takeChanges());
    file.compact(state);
    return file;
  }

  save(state: EmulatorState): void {
    const { blocks, operations } = state.data.takeChanges();
    const rows = state.tables.flatMap((table) =>
      table.takeChanges().map(([id, row]) => [table.name, id, row] as const),
    );
    this.blocks.write(blocks);
    if (rows.length === 0 && operations.length === 0) {
      return;
    }
    const line = Buffer.from(`${JSON.stringify({ rows, data: operations })}\n`);
    writeSync(this.journal, line);
    this.grownBytes += line.length;
    if (this.grownBytes > this.compactAfterBytes) {
      this.compact(state);
    }
  }

  close(): void {
    closeSync(this.journal);
    this.blocks.close();
  }

  /** Writes the journal anew, as short as it can be, and puts it in place of the old one in one step. */
  private compact(state: EmulatorState): void {
    const rows = state.tables.flatMap((table) =>
      table.all().map((row) => [table.name, row.id, row] as const),
    );
    const data = state.data.ids().map((map): BlockOperation => ({ map, slots: slotsOf(state, map) }));
    const lines = [
      ...rows.map((row) => ({ rows: [row], data: [] })),
      ...data.map((one) => ({ rows: [], data: [one] })),
    ];
    writeFileSync(`${this.path}.new`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    if (this.journal >= 0) {
      closeSync(this.journal);
    }
    renameSync(`${this.path}.new`, this.path);
    this.journal = openSync(this.path, 'a');
    this.grownBytes = -fstatSync(this.journal).size;
  }
}

function slotsOf(state: EmulatorState, dataId: string): [index: number, slot: number][] {
  return [...(state.data.get(dataId)?.blocks() ?? [])].map(([index, block]) => [index, block.slot]);
}

/** The lines of a journal; a last line without its end was never answered and is left out. */
function journalLines(path: string): JournalLine[] {
  const content = readFileSync(path, 'utf8');
  const complete = content.slice(0, content.lastIndexOf('\n') + 1);
  return complete
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      try {
        return JSON.parse(line) as JournalLine;
      } catch (error) {
        throw new Error(`The state file ${path} is damaged at line ${index + 1}.`, { cause: error });
      }
    });
}

function applyRows(state: EmulatorState, line: JournalLine): void {
  for (const [name, id, row] of line.rows) {
    const table = state.tables.find((one) => one.name === name);
    if (row === null) {
      table?.delete(id);
    } else {
      table?.put(row);
    }
  }
}

function applyBlockOperations(layout: BlockLayout, operations: readonly BlockOperation[]): void {
  for (const operation of operations) {
    if ('gone' in operation) {
      layout.delete(operation.map);
    } else if ('copyOf' in operation) {
      layout.set(operation.map, new Map(layout.get(operation.copyOf)));
    } else {
      const slots = layout.get(operation.map) ?? new Map<number, number>();
      operation.slots.forEach(([index, slot]) => slots.set(index, slot));
      layout.set(operation.map, slots);
    }
  }
}
