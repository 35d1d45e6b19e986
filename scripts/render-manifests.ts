/**
 * Writes deploy/manifests anew from the chart. Needs Go, for the helm that the end-to-end tests use.
 *
 *     node scripts/render-manifests.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildPrograms, currentPrograms } from '../test/e2e/system/programs.ts';
import { renderedManifests } from './plain-manifests.ts';

const target = fileURLToPath(new URL('../deploy/manifests/', import.meta.url));
const helm = buildPrograms(currentPrograms, ['helm']).path('helm');
const rendered = renderedManifests((args) => execFileSync(helm, args, { encoding: 'utf8' }));
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [name, text] of Object.entries(rendered)) {
  writeFileSync(`${target}${name}`, text);
  console.log(`deploy/manifests/${name}`);
}
