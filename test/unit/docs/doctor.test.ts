import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { doctorPage, doctorPageFile } from '../../../scripts/doctor-table.ts';

describe('docs/doctor.md', () => {
  it('has the table of the checks that there are (npm run docs prints it anew)', () => {
    const page = readFileSync(doctorPageFile, 'utf8');
    expect(page).to.equal(doctorPage(page));
    expect(page).to.contain('| `attached-unasked` |');
  });
});
