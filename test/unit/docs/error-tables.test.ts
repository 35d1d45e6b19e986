import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { errorTables, errorTablesFile } from '../../../scripts/error-tables.ts';

describe('docs/error-codes.md', () => {
  it('is what the tables in the code say (make update prints it anew)', () => {
    expect(readFileSync(errorTablesFile, 'utf8')).to.equal(errorTables());
  });
});
