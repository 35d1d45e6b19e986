/** Writes the pages of docs/ that are printed from tables in the code. */
import { writeFileSync } from 'node:fs';
import { errorTables, errorTablesFile } from './error-tables.ts';
import { categoryTables, categoryTablesFile } from './category-tables.ts';
import { guardTable, guardTableFile } from './guard-table.ts';

writeFileSync(categoryTablesFile, categoryTables());
writeFileSync(errorTablesFile, errorTables());
writeFileSync(guardTableFile, guardTable());
