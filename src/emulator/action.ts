import type { ErrorCode } from './errors.ts';
import type { IdPrefix } from './ids.ts';
import {
  readParameters,
  type OtherParameters,
  type RawParameters,
  type Schema,
  type Values,
} from './parameters/schema.ts';
import type { PageTokens } from './paging.ts';
import type { Settings } from './settings.ts';
import type { EmulatorState } from './state/state.ts';

/** A successful answer without its RequestId. */
export type Reply = Readonly<Record<string, unknown>>;

/** How the snapshots that a request makes are to go; set by fault rules. */
export interface SnapshotPlan {
  readonly outcome?: 'accomplished' | 'failed' | 'failed-before-cut';
  readonly cutMs?: number;
  readonly uploadMs?: number;
  /** Only the snapshot of this disk; of every disk if absent. */
  readonly diskId?: string;
}

/** What an action works on. */
export interface ActionContext {
  readonly state: EmulatorState;
  readonly settings: Settings;
  readonly nowMs: number;
  readonly regionId: string;
  /** True for a caller whose rights make every list look empty. */
  readonly isInvisible: boolean;
  readonly snapshotPlans: readonly SnapshotPlan[];
  readonly pageTokens: PageTokens;
  newId(prefix: IdPrefix): string;
}

/** One API action, ready to be carried out. */
export interface Action extends OtherParameters {
  readonly name: string;
  /** Set for actions with a ClientToken: the code for a repetition while the first is still running. */
  readonly tokenBusyCode: ErrorCode | undefined;
  /** Checks the parameters; the result does the work. Both throw EcsError. */
  prepare(raw: RawParameters): (context: ActionContext) => Reply;
}

export interface ActionDefinition<S extends Schema> extends OtherParameters {
  readonly name: string;
  readonly parameters: S;
  readonly tokenBusyCode?: ErrorCode;
  readonly run: (values: Values<S>, context: ActionContext) => Reply;
}

export function defineAction<S extends Schema>(definition: ActionDefinition<S>): Action {
  return {
    name: definition.name,
    tokenBusyCode: definition.tokenBusyCode,
    prepare: (raw) => {
      const values = readParameters(definition.parameters, definition, raw);
      return (context) => definition.run(values, context);
    },
  };
}
