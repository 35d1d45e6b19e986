import { defaultDriverName } from '../guards/restore-command.ts';
import type { SeenContainer, SeenDeployment } from './doctor-cluster.ts';
import type { Looks } from './looks.ts';

/** A Deployment that serves the controller of the driver. */
export interface Controller {
  readonly deployment: SeenDeployment;
  readonly plugin: SeenContainer;
  /** `existing`: the driver that this one takes over from. */
  readonly kind: 'csi-datasafe' | 'existing';
}

/** The Deployments that serve the controller of a driver, found by what their containers are told. */
export function controllersOf(deployments: readonly SeenDeployment[], driverName: string): Controller[] {
  return deployments.flatMap((deployment) => controllerIn(deployment, driverName) ?? []);
}

/** Those of them that are of this driver, not of the one that it takes over from. */
export async function ownControllers({ deployments, driverName }: Looks): Promise<Controller[]> {
  return controllersOf(await deployments(), driverName).filter(({ kind }) => kind === 'csi-datasafe');
}

function controllerIn(deployment: SeenDeployment, driverName: string): Controller | undefined {
  const ours = deployment.containers.find((container) => isOurs(container, driverName));
  if (ours !== undefined) {
    return { deployment, plugin: ours, kind: 'csi-datasafe' };
  }
  const existing = deployment.containers.find((container) => isExisting(container, driverName));
  return existing === undefined ? undefined : { deployment, plugin: existing, kind: 'existing' };
}

export function titleOf({ deployment: { namespace, name } }: Pick<Controller, 'deployment'>): string {
  return `Deployment ${namespace}/${name}`;
}

function isOurs(container: SeenContainer, driverName: string): boolean {
  const served = flagOf(container, 'driver-name') ?? defaultDriverName;
  const isServing = settingOf(container, 'endpoint', 'CSI_ENDPOINT') !== undefined;
  return container.args.includes('serve') && isServing && served === driverName;
}

/** It is told the short name of each of its drivers, or the whole one. */
function isExisting(container: SeenContainer, driverName: string): boolean {
  const served = (flagOf(container, 'driver') ?? '').split(',');
  const shortName = driverName === defaultDriverName ? 'disk' : driverName;
  const isNamed = served.includes(driverName) || served.includes(shortName);
  return isNamed && flagOf(container, 'run-controller-service') !== 'false';
}

/** The value comes from a Secret, a ConfigMap or the like. */
export const elsewhere = Symbol('elsewhere');

/** What a container is told by a flag. */
export function flagOf({ args }: SeenContainer, flag: string): string | undefined {
  const at = args.findIndex((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`));
  const arg = args[at];
  if (arg === undefined) {
    return undefined;
  }
  return arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[at + 1];
}

/** What a container is told by a flag, or else by a variable; `undefined` when it is told nothing. */
export function settingOf(
  container: SeenContainer,
  flag: string,
  variable: string,
): string | typeof elsewhere | undefined {
  const value = container.env.get(variable);
  const told = value === undefined && container.env.has(variable) ? elsewhere : value;
  return flagOf(container, flag) ?? (told === '' ? undefined : told);
}

/** Whether a flag that may stand alone, such as `--leader-election`, is set. */
export function isSwitchedOn({ args }: SeenContainer, flag: string): boolean {
  return args.some((arg) => arg === `--${flag}` || arg === `--${flag}=true`);
}

/** Whether a gate is open; `undefined` when nobody here can tell. */
export function isGateOpen(container: SeenContainer, gate: string): boolean | undefined {
  const gates = settingOf(container, 'feature-gates', 'FEATURE_GATES') ?? '';
  if (gates === elsewhere) {
    return undefined;
  }
  const last = gates
    .split(',')
    .map((one) => one.trim().split(/\s*=\s*/))
    .findLast(([name]) => name === gate);
  return last?.[1] === 'true';
}

/** Whether the guards may act; `undefined` when nobody here can tell. */
export function areGuardsOn(container: SeenContainer): boolean | undefined {
  const text = settingOf(container, 'automatic-snapshots', 'VOLUME_DEL_AUTO_SNAP');
  const isOpen = isGateOpen(container, 'EnableDeleteAutoSnapshots');
  return text === 'true' || isOpen === true ? true : text === elsewhere ? undefined : isOpen;
}
