import {
  baselineIops,
  defaultPerformanceLevel,
  diskCategories,
  maxProvisionedIops,
  minSizeOfBurstingGiB,
  minSizeOfProvisionedIopsGiB,
  performanceLevels,
  sizeLimitsOf,
  sourceOfSizes,
  type DiskCategory,
} from '../src/disk/categories.ts';
import { apiPage } from '../src/ecs/errors/error-row.ts';
import { markdownTable } from './markdown-table.ts';

/** Where the printed tables live. */
export const categoryTablesFile = new URL('../docs/categories.md', import.meta.url);

const createDisk = `<${apiPage('CreateDisk')}>`;

const introduction = `# Disk categories and their limits

Printed from \`src/disk/categories.ts\` by \`make update\`; a test compares. Each number names its source. What the table does not
know is left to ECS: a category that ECS adds later is passed on, and ECS's refusal is answered.
`;

/** The whole page, as Markdown. */
export function categoryTables(): string {
  return [introduction, sizes(), features(), levels(), iops(), instances()].join('\n');
}

function sizes(): string {
  const rows = [...diskCategories].map(([name, { performanceLevels: hasLevels }]) => {
    const level = hasLevels ? 'PL0' : undefined;
    const { minSizeGiB, maxSizeGiB } = sizeLimitsOf(name, level);
    return [`\`${name}\``, `${minSizeGiB}`, `${maxSizeGiB}`, sourceOfSizes.get(name) ?? ''];
  });
  return `## Sizes, in GiB\n\n${markdownTable(['category', 'least', 'most', 'source'], rows)}`;
}

const featureColumns: readonly (readonly [title: string, has: (category: DiskCategory) => boolean])[] = [
  ['instant access snapshots', ({ instantAccess }) => instantAccess],
  ['snapshot groups', ({ snapshotGroups }) => snapshotGroups],
  ['performance levels', ({ performanceLevels: has }) => has],
  ['provisioned IOPS', ({ provisionedIops }) => provisionedIops],
  ['bursting', ({ bursting }) => bursting],
  ['multi-attach', ({ multiAttach }) => multiAttach],
  ['in a region, not a zone', ({ regional }) => regional],
  ['tied to its instance', ({ ephemeral }) => ephemeral],
];

function features(): string {
  const rows = [...diskCategories].map(([name, category]) => [
    `\`${name}\``,
    ...featureColumns.map(([, has]) => (has(category) ? 'yes' : '')),
  ]);
  const source = `Source: CreateDisk, ${createDisk}, CreateSnapshotGroup, <${apiPage('CreateSnapshotGroup')}>, and "Use snapshot instant access", <https://www.alibabacloud.com/help/en/doc-detail/193667.htm>; for \`cloud_essd_xc0\` and \`cloud_essd_xc1\`, the existing driver.`;
  return `## Features\n\n${source}\n\n${markdownTable(['category', ...featureColumns.map(([title]) => title)], rows)}`;
}

function levels(): string {
  const rows = [...performanceLevels].map(([level, { minSizeGiB, maxIops }]) => [
    level,
    `${minSizeGiB}`,
    `${maxIops}`,
  ]);
  const text = `Source: CreateDisk, parameters Size and PerformanceLevel, ${createDisk}. Without a level, ECS makes ${defaultPerformanceLevel}. A disk is never lowered to PL0 (ModifyDiskSpec).`;
  return `## Performance levels of \`cloud_essd\`\n\n${text}\n\n${markdownTable(['level', 'least GiB', 'most IOPS'], rows)}`;
}

function iops(): string {
  const sizesGiB = [1, 3, 4, 10, 20, 40, 100, 500, 964, 2000];
  const rows = sizesGiB.map((size) => [`${size}`, `${baselineIops(size)}`, `${maxProvisionedIops(size)}`]);
  const text = `Source: CreateDisk, parameters ProvisionedIops and BurstingEnabled, ${createDisk}. The baseline is max(min(1800 + 50 × GiB, 50000), 3000); on top of it, min(1000 × GiB - baseline, 50000) can be provisioned, from ${minSizeOfProvisionedIopsGiB} GiB on. Disks burst from ${minSizeOfBurstingGiB} GiB on, multi-attach disks never.`;
  return `## IOPS of \`cloud_auto\`\n\n${text}\n\n${markdownTable(['GiB', 'baseline', 'most provisioned'], rows)}`;
}

function instances(): string {
  return `## Disks on an instance

How many disks an instance takes is no number of ours: it is \`DiskQuantity\` of its type, less one for the system disk
(DescribeInstanceTypes: <${apiPage('DescribeInstanceTypes')}>). Local disks are
not counted in it, as the existing driver knows (pkg/disk/utils.go): they have \`LocalStorageAmount\`. How many instances a multi-attach disk has is
for ECS to say (\`DiskAttachedNumberExceeded\`). See [attach.md](attach.md).
`;
}
