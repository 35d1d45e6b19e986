/**
 * Proves what the Dockerfile makes: its steps one by one in an empty directory, which needs no container engine, and then
 * the image itself with whatever engine runs here.
 *
 *     node test/packaging/run.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBase, findEngine } from './engine.ts';
import { checkImage } from './image.ts';
import { Report } from './report.ts';
import { checkSteps } from './steps.ts';

const report = new Report();
const work = mkdtempSync(join(tmpdir(), 'datasafe-image-'));
try {
  await checkSteps(report, join(work, 'steps'));
  const engine = findEngine();
  const base =
    'missing' in engine
      ? engine
      : await report.check('there is a base to build on, or word why not', () => findBase(engine));
  if (base !== undefined && 'missing' in base) {
    report.notRun('the image, built by an engine and started as the chart does', base.missing);
  } else if (base !== undefined && !('missing' in engine)) {
    await checkImage(report, engine, base, join(work, 'image'));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = report.close();
