import fc from 'fast-check';
import { DiskError } from '../../../src/disk/disk-error.ts';
import type { Fault } from '../../support/fake-disk-cloud.ts';

/** What a replica that is killed at some line looks like from outside. */
export const killed = new Error('killed');

/** What may happen to requests of every kind, and says nothing about the next try. */
export const passingFaults = [
  'lost-reply',
  'lost-request',
  'throttled',
  'busy',
  'timed-out',
  'unreadable',
] as const satisfies readonly Fault[];

/** What becomes of up to thirty requests, most of which go well. */
export function mostlyNone(...some: readonly Fault[]): fc.Arbitrary<Fault[]> {
  const fault = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Fault>('none') },
    fc.constantFrom<Fault[]>(...some),
  );
  return fc.array(fault, { maxLength: 30 });
}

/** For requests of every kind. */
export const someFaults = mostlyNone(...passingFaults, killed);

/** What the call answers; `undefined` when it failed as calls may. */
export async function unlessItFails<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error !== killed && !(error instanceof DiskError)) {
      throw error;
    }
    return undefined;
  }
}
