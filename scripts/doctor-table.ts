import { checks } from '../src/disk/doctor/checks/index.ts';
import { markdownTable } from './markdown-table.ts';

/** Where the page with the table lives. */
export const doctorPageFile = new URL('../docs/doctor.md', import.meta.url);

const begin = '<!-- The table is printed by `npm run docs`; a test compares it with the code. -->\n\n';
const end = '\n<!-- End of the table. -->';

/** The page, with the table as the code has it now. */
export function doctorPage(page: string): string {
  const [before = '', rest = ''] = page.split(begin);
  const [, after = ''] = rest.split(end);
  return `${before}${begin}${doctorTable()}${end}${after}`;
}

function doctorTable(): string {
  const rows = checks.map(({ name, finds, reads, mend }) => [`\`${name}\``, finds, reads, mend]);
  return markdownTable(['check', 'finds', 'compares', 'mend'], rows);
}
