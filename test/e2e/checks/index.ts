import { acceptedByServer, contradictionsFail, lint, manifestsFollowChart } from './chart.ts';
import { nothingLeftOver } from './leaks.ts';
import { mirrorIsUsed } from './mirror.ts';
import { metricsAnswer, monitoringAccepted } from './monitoring.ts';
import { onlyGrantedActions } from './ram-policy.ts';
import { probePortsAreNamed } from './probe-ports.ts';
import { probesAnswer } from './probes.ts';
import { everyRightUsed, nothingDenied, podHoldsAllRoles } from './rights.ts';
import { missingApis, versionOfGroups } from './served-versions.ts';
import { otherControllersSeen, otherSnapshotControllerSeen } from './other-controllers.ts';
import { classesOutliveRelease, upgradesRefused } from './upgrades.ts';
import { moreVariables, ownAccounts, ownClasses, placedAlike } from './values.ts';
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

export interface Check<Context = CheckContext> {
  readonly title: string;
  run(context: Context): Promise<void>;
}

export type ProductContext = CheckContext & { readonly product: Product };

/** Of the chart and its manifests, in a cluster that has only the snapshot CRDs. */
export const checksBeforeInstallation: readonly Check[] = [
  lint,
  contradictionsFail,
  acceptedByServer,
  manifestsFollowChart,
  mirrorIsUsed,
  ownClasses,
  ownAccounts,
  placedAlike,
  moreVariables,
  versionOfGroups,
  missingApis,
  monitoringAccepted,
  probePortsAreNamed,
  upgradesRefused,
  classesOutliveRelease,
  otherControllersSeen,
  otherSnapshotControllerSeen,
];
/** Of the installed product, before any story. */
export const checksBeforeStories: readonly Check<ProductContext>[] = [
  podHoldsAllRoles,
  probesAnswer,
  metricsAnswer,
];
/** Of what all stories have used together. */
export const checksAfterStories: readonly Check[] = [
  nothingLeftOver,
  nothingDenied,
  everyRightUsed,
  onlyGrantedActions,
];
