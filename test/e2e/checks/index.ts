import { acceptedByServer, contradictionsFail, lint, manifestsFollowChart, versionOfGroups } from './chart.ts';
import { onlyGrantedActions } from './ram-policy.ts';
import { everyRightUsed, nothingDenied, podHoldsAllRoles } from './rights.ts';
import type { Emulator } from '../../support/emulator.ts';
import type { ControlPlane } from '../system/control-plane.ts';
import type { Product } from '../system/product.ts';
import type { Programs } from '../system/programs.ts';

/** What a check may look at. */
export interface CheckContext {
  readonly programs: Programs;
  readonly controlPlane: ControlPlane;
  readonly ecs: Emulator;
  readonly directory: string;
}

export interface Check {
  readonly title: string;
  run(context: CheckContext & { readonly product: Product }): Promise<void>;
}

/** Of the chart and its manifests, before any story. */
export const checksBefore: readonly Check[] = [
  lint,
  contradictionsFail,
  acceptedByServer,
  manifestsFollowChart,
  versionOfGroups,
  podHoldsAllRoles,
];
/** Of what all stories have used together. */
export const checksAfter: readonly Check[] = [nothingDenied, everyRightUsed, onlyGrantedActions];
