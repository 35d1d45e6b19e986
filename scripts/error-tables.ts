import { statusName, statusOfKind } from '../src/csi/status.ts';
import type { DiskErrorKind } from '../src/disk/disk-error.ts';
import { ecsErrorGroups } from '../src/ecs/ecs-errors.ts';
import type { ErrorGroup, ErrorRow } from '../src/ecs/errors/error-row.ts';
import { markdownTable } from './markdown-table.ts';

/** Where the printed tables live. */
export const errorTablesFile = new URL('../docs/error-codes.md', import.meta.url);

const introduction = `# What each error becomes

Printed from the tables in \`src/ecs/errors\` (ECS code to kind) and \`src/csi/status.ts\` (kind to gRPC status) by
\`make update\`; a test compares. A code that is not listed counts by its HTTP status: 5xx as \`outcome-unknown\`, 4xx as
\`bug\`, with a warning and the metric \`datasafe_ecs_unlisted_errors_total\`. What is no answer of ECS at all (refused,
reset, timed out, unreadable) is \`outcome-unknown\`. An exception that nobody foresaw answers UNAVAILABLE.

CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE and ABORTED mean "not decided": the sidecars ask again and forget nothing.
`;

/** The whole page, as Markdown. */
export function errorTables(): string {
  return [introduction, kindTable(), ...ecsErrorGroups.map(groupTable)].join('\n');
}

function kindTable(): string {
  const rows = (Object.keys(statusOfKind) as DiskErrorKind[]).map((kind) => {
    const { status, reason } = statusOfKind[kind];
    return [`\`${kind}\``, statusName(status), reason];
  });
  return `## Kinds\n\n${markdownTable(['kind', 'gRPC status', 'why'], rows)}`;
}

function groupTable({ title, source, rows }: ErrorGroup): string {
  const head = ['ECS code', 'of', 'kind', 'gRPC status', 'meaning', 'what to do'];
  return `## ${title}\n\nSource: <${source}>\n\n${markdownTable(head, rows.map(cellsOf))}`;
}

function cellsOf({ code, actions, textIncludes, kind, reason, remedy }: ErrorRow): string[] {
  const codeCell = textIncludes === undefined ? `\`${code}\`` : `\`${code}\` with "${textIncludes}"`;
  const status = statusName(statusOfKind[kind].status);
  return [codeCell, actions?.join(', ') ?? 'any', `\`${kind}\``, status, reason, remedy ?? ''];
}
