import { execFileSync } from 'node:child_process';
import type { Programs } from './programs.ts';

/** Runs helm. @returns what it prints. */
export function helm(programs: Programs, args: readonly string[], kubeconfig?: string): string {
  const access = kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig };
  return execFileSync(programs.path('helm'), args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...access },
    maxBuffer: 64 * 1024 * 1024,
  });
}
