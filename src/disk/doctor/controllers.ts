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

/** Those that may serve the controller of the driver, or of another one: what they are told is not written in them. */
export function unclearAmong(deployments: readonly SeenDeployment[], driverName: string): SeenDeployment[] {
  return deployments.filter(
    ({ containers }) =>
      !containers.some((one) => isOurs(one, driverName) === true || isExisting(one, driverName) === true) &&
      containers.some(
        (one) => isOurs(one, driverName) === undefined || isExisting(one, driverName) === undefined,
      ),
  );
}

/** `undefined`: nobody here can tell. */
function isOurs(container: SeenContainer, driverName: string): boolean | undefined {
  const served = flagOf(container, 'driver-name') ?? defaultDriverName;
  if (!container.args.includes('serve') || !isServing(container)) {
    return false;
  }
  return served === elsewhere ? undefined : served === driverName;
}

/** A variable that may come from anywhere is a sign of this driver only where the image is: many programs can `serve`. */
function isServing(container: SeenContainer): boolean {
  const named = settingOf({ ...container, hasMoreEnv: false }, 'endpoint', 'CSI_ENDPOINT');
  return named !== undefined || (container.hasMoreEnv && imageName(container.image).includes('csi-datasafe'));
}

/** It is told the short name of each of its drivers, or the whole one. `undefined`: nobody here can tell. */
function isExisting(container: SeenContainer, driverName: string): boolean | undefined {
  const told = flagOf(container, 'driver') ?? '';
  const isController = switchOf(container, 'run-controller-service');
  if (told === elsewhere) {
    return isController === false ? false : undefined;
  }
  const served = told.split(',');
  const shortName = driverName === defaultDriverName ? 'disk' : driverName;
  const isNamed = served.includes(driverName) || served.includes(shortName);
  return isNamed && (isController === elsewhere ? undefined : isController !== false);
}

/** The last part of the name of an image, without its tag. */
export function imageName(image: string): string {
  return (image.split('@')[0] ?? '').split('/').at(-1)?.split(':')[0] ?? '';
}

/** The value comes from a Secret, a ConfigMap or the like. */
export const elsewhere = Symbol('elsewhere');
type Told = string | typeof elsewhere;

/** What a container is told by a flag; the last one counts, as with commander and Go. */
export function flagOf(container: SeenContainer, flag: string): Told | undefined {
  const { args } = container;
  const at = args.findLastIndex((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`));
  const arg = args[at];
  if (arg === undefined) {
    return undefined;
  }
  const value = arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[at + 1];
  return value === undefined ? undefined : expanded(value, container);
}

/** What a container is told by a flag, or else by a variable; `undefined` when it is told nothing. */
export function settingOf(container: SeenContainer, flag: string, variable: string): Told | undefined {
  return flagOf(container, flag) ?? variableOf(container, variable);
}

function variableOf(container: SeenContainer, variable: string): Told | undefined {
  const { env, hasMoreEnv } = container;
  if (!env.has(variable)) {
    return hasMoreEnv ? elsewhere : undefined;
  }
  const value = env.get(variable);
  return value === undefined ? elsewhere : value === '' ? undefined : expanded(value, container);
}

/** A text with its `$(NAME)`, as Kubernetes fills them in; `elsewhere` where that is not plain to see. */
function expanded(text: string, { env }: SeenContainer): Told {
  const plain = text.replace(/\$\(([^()$]+)\)/g, (reference, name: string) => env.get(name) ?? reference);
  return plain.includes('$(') || text.includes('$$(') ? elsewhere : plain;
}

/** What the last one of a flag says that may stand alone, such as `--leader-election`; `undefined` where there is none. */
export function switchOf(container: SeenContainer, flag: string): boolean | typeof elsewhere | undefined {
  const last = container.args.findLast((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`));
  if (last === undefined || last === `--${flag}`) {
    return last === undefined ? undefined : true;
  }
  const value = expanded(last.slice(`--${flag}=`.length), container);
  // As Go reads it.
  return value === elsewhere ? elsewhere : ['1', 't', 'true'].includes(value.toLowerCase());
}

/** Whether a gate of the plugin is open; `undefined` when nobody here can tell. */
export function isGateOpen(container: SeenContainer, gate: string): boolean | undefined {
  return isOpenIn(settingOf(container, 'feature-gates', 'FEATURE_GATES'), gate);
}

/** The same of a sidecar, which reads no variables. */
export function isSidecarGateOpen(container: SeenContainer, gate: string): boolean | undefined {
  return isOpenIn(flagOf(container, 'feature-gates'), gate);
}

function isOpenIn(gates: Told | undefined = '', gate: string): boolean | undefined {
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
