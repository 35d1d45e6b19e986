import { deleteColumns, deleteRows, type DeleteRow } from '../test/integration/guards/table/delete-row.ts';
import { expectedDeletion } from '../test/integration/guards/table/delete-rule.ts';
import { expandColumns, expandRows, type ExpandRow } from '../test/integration/guards/table/expand-row.ts';
import { expectedExpansion } from '../test/integration/guards/table/expand-rule.ts';
import type { Outcome } from '../test/integration/guards/table/outcome.ts';

/** Where the printed table lives. */
export const guardTableFile = new URL('../docs/guard-table.md', import.meta.url);

const introduction = `# What the guards do

Printed by \`npm run docs\` from the rules that the tests play against the plugin and the emulator, every row of them
(\`test/integration/guards/table\`); a test compares. Rows that do not differ are merged: "any" stands for every value.

A reply is the gRPC status of one call; the sidecar repeats the call, with the same request, until the last one. The
calls are those that change something at ECS; "no answer" means that ECS did it and its reply got lost. Each thing goes
wrong once, then ECS works again.
`;

const expandNotes = `## Expansions, from 20 to 40 GiB

\`volumeExpandAutoSnapshot\` is the policy. "available" is a disk that was used before and is attached to nothing now. ECS
either resizes at once, or refuses while a snapshot of the disk is being uploaded (\`DiskCreatingSnapshot\`), or fails
(\`QuotaExceed.DiskCapacity\`), or its reply gets lost. A slow upload lasts longer than a call, and longer than
\`--expand-besteffort-wait\`.
`;

const deleteNotes = `## Deletions

The retention is \`volumeDeleteSnapshotRetentionDays\`; "invalid" is a tag that somebody has changed, since no class may
say so. "refused once" is \`IncorrectDiskStatus\`. A refusal that stands is repeated as long as the sidecar asks; three
times here. An "unused clone" was made from a snapshot of another disk, and no instance has had it: ECS makes no snapshot of
it, and the one that it was made from is what is left.
`;

/** The whole page, as Markdown. */
export function guardTable(): string {
  const expansions = expandRows().map((row) => ({ row, outcome: expectedExpansion(row) }));
  const deletions = deleteRows().map((row) => ({ row, outcome: expectedDeletion(row) }));
  return [
    introduction,
    expandNotes,
    table<keyof ExpandRow>(expansions, expandColumns),
    deleteNotes,
    table<keyof DeleteRow>(deletions, deleteColumns),
  ].join('\n');
}

interface Entry<Column extends string> {
  readonly row: Readonly<Record<Column, string>>;
  readonly outcome: Outcome;
}

type Columns<Column extends string> = Readonly<Record<Column, readonly string[]>>;

/** The values of each column that one printed line stands for. */
interface Line<Column extends string> {
  readonly values: ReadonlyMap<Column, ReadonlySet<string>>;
  readonly cells: readonly string[];
}

function table<Column extends string>(entries: readonly Entry<Column>[], columns: Columns<Column>): string {
  const names = Object.keys(columns) as Column[];
  const single = entries.map(({ row, outcome }) => ({
    values: new Map(names.map((name) => [name, new Set([row[name]])])),
    cells: cellsOf(outcome),
  }));
  const merged = names.toReversed().reduce<Line<Column>[]>(mergeBy, single);
  const head = [...names, 'replies', 'calls at ECS', 'events', 'left at ECS'];
  const body = merged.map(({ values, cells }) => [
    ...names.map((name) => textOf(values.get(name) ?? new Set(), columns[name])),
    ...cells,
  ]);
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** Makes one line of all that differ in this column only. */
function mergeBy<Column extends string>(lines: readonly Line<Column>[], column: Column): Line<Column>[] {
  const merged = new Map<string, Line<Column>>();
  for (const line of lines) {
    const others = [...line.values].filter(([name]) => name !== column);
    const key = JSON.stringify([others.map(([name, set]) => [name, ...set]), line.cells]);
    const known = merged.get(key)?.values.get(column) ?? new Set<string>();
    const values = new Map(line.values).set(column, new Set([...known, ...(line.values.get(column) ?? [])]));
    merged.set(key, { values, cells: line.cells });
  }
  return [...merged.values()];
}

function textOf(values: ReadonlySet<string>, all: readonly string[]): string {
  return all.every((value) => values.has(value)) ? 'any' : [...values].join(', ');
}

function cellsOf({ replies, calls, events, left }: Outcome): string[] {
  const disk = left.sizeGiB === undefined ? 'no disk' : `${left.sizeGiB} GiB`;
  const snapshots = left.snapshotDays.map((days) => `a snapshot for ${days} day${days === 1 ? '' : 's'}`);
  return [
    replies.join(', '),
    calls.length === 0 ? 'none' : calls.join(', '),
    events.length === 0 ? 'none' : events.join(', '),
    [disk, ...snapshots].join(', '),
  ];
}
