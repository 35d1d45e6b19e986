import type { Action, ActionContext, Reply, SnapshotPlan } from './action.ts';
import { actionNamed } from './actions/index.ts';
import type { Call } from './call.ts';
import { regions } from './catalog.ts';
import type { Emulator } from './emulator.ts';
import { EcsError } from './errors.ts';
import { FaultSignal, meetFaults } from './fault-effects.ts';
import type { TokenLease } from './idempotency.ts';
import { newId, newRequestId } from './ids.ts';
import type { RawParameters } from './parameters/schema.ts';
import type { LoggedRequest } from './request-log.ts';
import { errorResponse, okResponse, type WireResponse } from './response.ts';
import { tagsOfRequest } from './rules/request-tags.ts';
import type { Account, Settings } from './settings.ts';
import type { SignedRequest } from './signature.ts';

/** An ECS request as it came over the wire, with the signal that its client is gone. */
export interface ApiRequest extends SignedRequest {
  /** Parameters in the body, where it is a form; the SDK puts all of them into the query. */
  readonly form: SignedRequest['query'];
  readonly closed: AbortSignal;
}

/** Answers one ECS request; undefined means that no answer is sent and the connection is cut. */
export async function answerApiRequest(
  emulator: Emulator,
  request: ApiRequest,
): Promise<WireResponse | undefined> {
  const actionName = headerOf(request, 'x-acs-action') || parameterOf(request, 'Action');
  const entry = emulator.log.start({
    at: new Date(emulator.clock.now()).toISOString(),
    action: actionName,
    parameters: Object.fromEntries(parametersOf(request)),
    requestId: newRequestId(),
    startedAt: emulator.wallClock(),
  });
  const response = await responseTo(emulator, request, entry).catch((error: unknown) => {
    if (error instanceof FaultSignal) {
      return error.response;
    }
    const reply = { hostId: headerOf(request, 'host'), requestId: entry.requestId };
    return errorResponse(error, { ...reply, statuses: emulator.settings.errorStatuses });
  });
  entry.code = response?.code ?? 'no-answer';
  entry.status = response?.status ?? 0;
  entry.finishedAt = emulator.wallClock();
  return response;
}

async function responseTo(
  emulator: Emulator,
  request: ApiRequest,
  entry: LoggedRequest,
): Promise<WireResponse> {
  if (request.method !== 'POST' && request.method !== 'GET') {
    throw new EcsError('UnsupportedHTTPMethod', `It is ${request.method}.`);
  }
  const account = emulator.authenticator.authenticate(request, emulator.settings.accounts);
  entry.accessKeyId = account.accessKeyId;
  const action = requestedAction(request, entry.action);
  const raw = uniqueParameters(request);
  const lease = emulator.tokens.lease(action, account.accountId, raw, {
    nowMs: emulator.clock.now(),
    settings: emulator.settings,
  });
  const tags = tagsOfRequest(emulator.state, raw);
  const call: Call = { emulator, action, account, raw, tags, entry, closed: request.closed };
  try {
    const plans = await meetFaults('before', call);
    await waitLatency(emulator.settings, call);
    emulator.settle();
    const context = contextOf(call, plans);
    const body = lease.replay ?? execute(call, context, lease);
    emulator.save();
    await meetFaults('after', call);
    return okResponse(body, entry.requestId);
  } finally {
    lease.release();
  }
}

/** Checks what is common to all actions and gathers what this one works on. */
function contextOf(
  { emulator, action, account, raw }: Call,
  snapshotPlans: readonly SnapshotPlan[],
): ActionContext {
  const { settings } = emulator;
  const nowMs = emulator.clock.now();
  emulator.quota.count(action.name, account.accountId, { nowMs, settings });
  const regionId = regionOf(raw, emulator.regionId);
  checkRights(action, account, settings);
  return {
    state: emulator.state,
    settings,
    nowMs,
    regionId,
    isInvisible: isInvisible(account, settings),
    snapshotPlans,
    pageTokens: emulator.pageTokens,
    newId: (prefix) => newId(prefix, regionId),
  };
}

/** Carries the action out. Nothing else happens in the emulator meanwhile. */
function execute({ emulator, action, raw }: Call, context: ActionContext, lease: TokenLease): Reply {
  try {
    const body = action.prepare(raw)(context);
    lease.succeed(body);
    return body;
  } catch (error) {
    if (error instanceof EcsError) {
      lease.fail(error);
      emulator.save();
    }
    throw error;
  }
}

function requestedAction(request: ApiRequest, name: string): Action {
  const version = headerOf(request, 'x-acs-version') || parameterOf(request, 'Version');
  if (version !== '2014-05-26') {
    throw new EcsError('NoSuchVersion', `It is "${version}".`);
  }
  const action = actionNamed(name);
  if (action === undefined) {
    throw new EcsError('InvalidAction.NotFound', `It is "${name}".`);
  }
  return action;
}

/** What may be said by parameters as well as by headers; the actions do not see it. */
const gatewayParameters = new Set(['Action', 'Version', 'Format']);

function uniqueParameters(request: ApiRequest): RawParameters {
  const raw = new Map<string, string>();
  for (const [name, value] of parametersOf(request)) {
    if (gatewayParameters.has(name)) {
      continue;
    }
    if (raw.has(name)) {
      throw new EcsError('InvalidParameter', `${name} is given twice.`);
    }
    raw.set(name, value);
  }
  return raw;
}

function regionOf(raw: RawParameters, ownRegionId: string): string {
  const regionId = raw.get('RegionId') ?? '';
  if (regionId !== '' && !regions.some(({ id }) => id === regionId)) {
    throw new EcsError('InvalidRegionId.NotFound', `It is ${regionId}.`);
  }
  return regionId === '' ? ownRegionId : regionId;
}

function checkRights(action: Action, account: Account, settings: Settings): void {
  const isDenied = settings.ramPolicies.some(
    ({ accessKeyId, deniedActions }) =>
      accessKeyId === account.accessKeyId &&
      (deniedActions.includes(action.name) || deniedActions.includes('*')),
  );
  if (isDenied) {
    throw new EcsError('Forbidden.RAM', `The action is ecs:${action.name}.`, {
      AuthAction: `ecs:${action.name}`,
      AuthPrincipalType: account.securityToken === '' ? 'SubUser' : 'AssumedRoleUser',
      AuthPrincipalDisplayName: account.accessKeyId,
      AuthPrincipalOwnerId: account.accountId,
      PolicyType: 'AccountLevelIdentityBasedPolicy',
      NoPermissionType: 'ImplicitDeny',
    });
  }
}

function isInvisible(account: Account, settings: Settings): boolean {
  return settings.ramPolicies.some(
    (policy) => policy.accessKeyId === account.accessKeyId && policy.isInvisible,
  );
}

async function waitLatency(settings: Settings, call: Call): Promise<void> {
  const ms = settings.latencyMs[call.action.name] ?? settings.latencyMs['*'] ?? 0;
  if (ms > 0) {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

function headerOf(request: ApiRequest, name: string): string {
  return request.headers.get(name)?.[0] ?? '';
}

function parameterOf(request: ApiRequest, name: string): string {
  return parametersOf(request).find(([one]) => one === name)?.[1] ?? '';
}

function parametersOf(request: ApiRequest): SignedRequest['query'] {
  return [...request.query, ...request.form];
}
