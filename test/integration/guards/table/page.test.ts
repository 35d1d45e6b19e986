import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { guardTable, guardTableFile } from '../../../../scripts/guard-table.ts';

describe('docs/guard-table.md', () => {
  it('is what the rules of the tables say (npm run docs prints it anew)', () => {
    expect(readFileSync(guardTableFile, 'utf8')).to.equal(guardTable());
  });
});
