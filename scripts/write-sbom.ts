/**
 * Writes which packages are installed here, with versions, licenses and checksums, as SPDX 2.3. What package.json names
 * must be there, so that of a production install must not name the development packages any more:
 *
 *     node scripts/write-sbom.ts sbom.spdx.json
 *
 * The same packages give the same file: in place of the time and the random name that npm puts in stand SOURCE_DATE_EPOCH
 * (seconds; 0 without it) and a hash of the packages.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

interface Sbom {
  readonly name: string;
  documentNamespace: string;
  readonly creationInfo: { created: string };
  readonly packages: readonly unknown[];
}

const [target] = process.argv.slice(2);
if (target === undefined) {
  console.error('Where to? Use: node scripts/write-sbom.ts FILE');
  process.exitCode = 2;
} else {
  const args = ['sbom', '--sbom-format=spdx'];
  const sbom = JSON.parse(
    execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
  ) as Sbom;
  const hash = createHash('sha256').update(JSON.stringify(sbom.packages)).digest('hex').slice(0, 32);
  sbom.documentNamespace = `https://spdx.org/spdxdocs/${sbom.name}-${hash}`;
  sbom.creationInfo.created = new Date(Number(process.env['SOURCE_DATE_EPOCH'] ?? 0) * 1000).toISOString();
  writeFileSync(target, `${JSON.stringify(sbom, undefined, 1)}\n`);
}
