import { expect } from 'chai';
import fc from 'fast-check';

import { blockBytes } from './block-map.ts';
import { BlockStore } from './block-store.ts';

const sizeBytes = 4 * blockBytes;

function filled(length: number, byte: number): Buffer {
  return Buffer.alloc(length, byte);
}

describe('Block store', () => {
  it('reads zeros where nothing was written', () => {
    const store = new BlockStore();
    expect(store.read('d', 123, 1000)).to.deep.equal(Buffer.alloc(1000));
    store.write('d', blockBytes + 1, Buffer.from('x'));
    expect(store.read('d', 0, 2 * blockBytes).indexOf('x')).to.equal(blockBytes + 1);
  });

  it('reads what was written across the borders of blocks and extents', () => {
    const store = new BlockStore();
    const bytes = Buffer.from(Array.from({ length: 3 * blockBytes }, (_, index) => index % 251));
    const offset = 256 * blockBytes - blockBytes - 7;
    store.write('d', offset, bytes);
    expect(store.read('d', offset, bytes.length).equals(bytes)).to.equal(true);
  });

  it('keeps a copy as it was when the original is written to, and the other way round', () => {
    const store = new BlockStore();
    store.write('d', 0, Buffer.from('before'));
    store.copy('s', 'd');
    store.write('d', 0, Buffer.from('AFTER!'));
    store.copy('r', 's');
    store.write('r', 0, Buffer.from('third!'));
    expect(store.read('s', 0, 6).toString()).to.equal('before');
    expect(store.read('d', 0, 6).toString()).to.equal('AFTER!');
    expect(store.read('r', 0, 6).toString()).to.equal('third!');
  });

  it('shares the blocks of a copy until they are written to', () => {
    const store = new BlockStore();
    store.write('d', 0, filled(2 * blockBytes, 1));
    store.copy('s', 'd');
    store.write('d', 0, Buffer.from([2]));
    expect(store.get('d')?.block(0)).not.to.equal(store.get('s')?.block(0));
    expect(store.get('d')?.block(1)).to.equal(store.get('s')?.block(1));
  });

  it('writes in place where nobody shares the block', () => {
    const store = new BlockStore();
    store.write('d', 0, Buffer.from([1]));
    const block = store.get('d')?.block(0);
    store.write('d', 1, Buffer.from([2]));
    expect(store.get('d')?.block(0)).to.equal(block);
  });

  it('keeps the copy when the original is deleted', () => {
    const store = new BlockStore();
    store.write('d', 0, Buffer.from('data'));
    store.copy('s', 'd');
    store.delete('d');
    expect(store.read('s', 0, 4).toString()).to.equal('data');
    expect(store.read('d', 0, 4)).to.deep.equal(Buffer.alloc(4));
  });

  it('behaves like plain buffers for any sequence of writes and copies', () => {
    const names = fc.constantFrom('a', 'b', 'c');
    const write = fc.record({
      to: names,
      offset: fc.nat(sizeBytes - 1),
      length: fc.nat(2 * blockBytes),
      byte: fc.integer({ min: 1, max: 255 }),
    });
    const copy = fc.record({ to: names, from: names });
    fc.assert(
      fc.property(fc.array(fc.oneof(write, copy), { maxLength: 12 }), (steps) => {
        const store = new BlockStore();
        const model = new Map(['a', 'b', 'c'].map((name) => [name, Buffer.alloc(sizeBytes)]));
        for (const step of steps) {
          if ('from' in step) {
            if (step.from !== step.to && store.get(step.from) !== undefined) {
              store.copy(step.to, step.from);
              model.set(step.to, Buffer.from(model.get(step.from) ?? ''));
            }
          } else {
            const bytes = filled(Math.min(step.length, sizeBytes - step.offset), step.byte);
            store.write(step.to, step.offset, bytes);
            bytes.copy(model.get(step.to) ?? bytes, step.offset);
          }
        }
        return [...model].every(([name, bytes]) => store.read(name, 0, sizeBytes).equals(bytes));
      }),
      { numRuns: 60 },
    );
  });
});
