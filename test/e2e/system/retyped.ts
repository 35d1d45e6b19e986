import { setTimeout as pause } from 'node:timers/promises';
import type { ApiServerHealth } from './control-plane.ts';
import type { Kubectl } from './kubectl.ts';

/** Does something, and again when the API server died meanwhile; then with `true`. */
export type Retype = <T>(act: (isAgain: boolean) => Promise<T>) => Promise<T>;

/** After its return the API server needs a moment to find all its resources again. */
const settlingMs = 10_000;

/** A user whose command fails because the API server is away waits until it is back, and types the command again. */
export function retypeWhenAway(apiServer: ApiServerHealth): Retype {
  return async (act) => {
    for (let isAgain = false; ; isAgain = true) {
      await apiServer.untilBack();
      const before = apiServer.deaths();
      try {
        return await act(isAgain);
      } catch (error) {
        const wasAway =
          apiServer.deaths() > before || (apiServer.msSinceBack() < settlingMs && mayStillSettle(error));
        if (!wasAway) {
          throw error;
        }
        await pause(500);
      }
    }
  };
}

/** Custom resources are served a little later than the API server says that it is ready. */
function mayStillSettle(error: unknown): boolean {
  return /doesn't have a resource type|could not find the requested resource|no matches for kind/.test(
    String(error),
  );
}

/** kubectl for a time in which somebody is killed all the time: retyped when it must be, and with more patience. */
export function retypedKubectl(kubectl: Kubectl, retype: Retype, patience: number): Kubectl {
  const call = (args: readonly string[], input?: string) =>
    retype(async (isAgain) => {
      try {
        return await kubectl.call(args.map(withPatience), input);
      } catch (error) {
        if (isAgain && isDoneAlready(args[0], error)) {
          return '';
        }
        throw error;
      }
    });
  const withPatience = (arg: string) =>
    arg.replace(/^--timeout=(\d+)s$/, (_, seconds) => `--timeout=${Number(seconds) * patience}s`);
  const run = (words: string, input?: string) => call(words.trim().split(/\s+/), input);
  return {
    run,
    call,
    json: async <T>(words: string) => JSON.parse(await run(`${words} -o json`)) as T,
    apply: (yaml) => run('apply -f -', yaml),
  };
}

/** The first time was not in vain: the answer was lost, not the request. */
function isDoneAlready(verb: string | undefined, error: unknown): boolean {
  return (
    (verb === 'create' && String(error).includes('AlreadyExists')) ||
    (verb === 'delete' && String(error).includes('NotFound'))
  );
}
