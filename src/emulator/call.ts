import type { Action } from './action.ts';
import type { Emulator } from './emulator.ts';
import type { RawParameters } from './parameters/schema.ts';
import type { LoggedRequest } from './request-log.ts';
import type { Account } from './settings.ts';
import type { Tag } from './state/entities.ts';

/** A request that is known to be genuine. */
export interface Call {
  readonly emulator: Emulator;
  readonly action: Action;
  readonly account: Account;
  readonly raw: RawParameters;
  /** Of each thing that the request is about, as they were when it came. */
  readonly tags: readonly (readonly Tag[])[];
  readonly entry: LoggedRequest;
  readonly closed: AbortSignal;
}
