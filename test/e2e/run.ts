/**
 * Installs the chart into a real control plane and tells every story there, and then again with somebody killed in its middle:
 *
 *     node test/e2e/run.ts
 *     node test/e2e/run.ts --story 'forced'      # only what has this in its title, while one works on it
 *     node test/e2e/run.ts --story 'kill -9'     # only the second part
 *     node test/e2e/run.ts --undisturbed         # only the first
 *
 * The last line is `N passed, N failed`; exit status 0 only when nothing failed. What failed leaves logs, events, objects
 * and the audit log in .cache/e2e/.
 */
import { parseArgs } from 'node:util';
import { config } from 'chai';
import { clusterStories } from './clusters/index.ts';
import { interruptedStories } from './system/interrupted.ts';
import { NoGoError } from './system/programs.ts';
import { runAll } from './system/run-all.ts';
import { stories as all } from './stories/index.ts';

// What differs is what one wants to read.
config.truncateThreshold = 0;

try {
  const { values } = parseArgs({
    options: {
      story: { type: 'string' },
      keep: { type: 'boolean' },
      undisturbed: { type: 'boolean' },
    },
  });
  const isChosen = ({ title }: { readonly title: string }) => title.includes(values.story ?? '');
  const chosen = {
    stories: all.filter(isChosen),
    clusters: clusterStories.filter(isChosen),
    interrupted: values.undisturbed === true ? [] : interruptedStories(all).filter(isChosen),
  };
  if (Object.values(chosen).every(({ length }) => length === 0)) {
    throw new Error(`no story has "${values.story ?? ''}" in its title`);
  }
  process.exitCode = await runAll({
    ...chosen,
    isWhole: chosen.stories.length === all.length,
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
