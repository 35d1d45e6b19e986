import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { categoryTables, categoryTablesFile } from '../../../scripts/category-tables.ts';
import { diskCategories, sourceOfSizes } from '../../../src/disk/categories.ts';

describe('docs/categories.md', () => {
  it('is what the table of categories prints; `make update` writes it anew', () => {
    expect(readFileSync(categoryTablesFile, 'utf8')).to.equal(categoryTables());
  });

  it('names a source for the sizes of each category', () => {
    expect([...sourceOfSizes.keys()]).to.deep.equal([...diskCategories.keys()]);
  });
});
