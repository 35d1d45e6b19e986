/** Writes the pages of docs/ that are printed from tables in the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { errorTables, errorTablesFile } from './error-tables.ts';
import { categoryTables, categoryTablesFile } from './category-tables.ts';
import { doctorPage, doctorPageFile } from './doctor-table.ts';
import { guardTable, guardTableFile } from './guard-table.ts';

writeFileSync(categoryTablesFile, categoryTables());
writeFileSync(errorTablesFile, errorTables());
writeFileSync(guardTableFile, guardTable());
writeFileSync(doctorPageFile, doctorPage(readFileSync(doctorPageFile, 'utf8')));
