/**
 * Installs the chart into a real control plane and tells every story there:
 *
 *     node test/e2e/run.ts
 *     node test/e2e/run.ts --story 'forced'    # only stories whose title holds this, while one works on it
 *
 * The last line is `N passed, N failed`; exit status 0 only when nothing failed. What failed leaves logs, events, objects
 * and the audit log in .cache/e2e/.
 */
import { parseArgs } from 'node:util';
import { config } from 'chai';
import { clusterStories } from './clusters/index.ts';
import { NoGoError } from './system/programs.ts';
import { runAll } from './system/run-all.ts';
import { stories } from './stories/index.ts';

// What differs is what one wants to read.
config.truncateThreshold = 0;

try {
  const { values } = parseArgs({ options: { story: { type: 'string' }, keep: { type: 'boolean' } } });
  const isChosen = ({ title }: { readonly title: string }) => title.includes(values.story ?? '');
  const chosen = stories.filter(isChosen);
  const clusters = clusterStories.filter(isChosen);
  if (chosen.length + clusters.length === 0) {
    throw new Error(`no story has "${values.story ?? ''}" in its title`);
  }
  process.exitCode = await runAll(chosen, {
    clusters,
    isWhole: chosen.length === stories.length,
    keepsRecords: values.keep ?? false,
  });
} catch (error) {
  if (error instanceof NoGoError) {
    console.error(error.message);
  } else {
    console.error(error);
    console.log('0 passed, 1 failed');
  }
  process.exitCode = 1;
}
// A story that was cut off may still be waiting for something.
process.exit();
