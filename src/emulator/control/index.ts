import type { ServerResponse } from 'node:http';

import type { Emulator } from '../emulator.ts';
import { TooLargeError } from '../request-body.ts';
import { SettingError } from '../setting-values.ts';
import { attachmentRoutes } from './attachments.ts';
import { clockRoutes } from './clock.ts';
import { dataRoutes } from './data.ts';
import { faultRoutes } from './faults.ts';
import { instanceRoutes } from './instances.ts';
import { requestRoutes } from './requests.ts';
import { ControlError, type ControlRequest, type Route } from './route.ts';
import { settingRoutes } from './settings.ts';
import { snapshotRoutes } from './snapshots.ts';
import { stateRoutes } from './state.ts';
import { taskRoutes } from './tasks.ts';

const routes: readonly Route[] = [
  ...stateRoutes,
  ...settingRoutes,
  ...clockRoutes,
  ...faultRoutes,
  ...requestRoutes,
  ...dataRoutes,
  ...instanceRoutes,
  ...attachmentRoutes,
  ...snapshotRoutes,
  ...taskRoutes,
];

/** Answers a request below `/__emulator/`. These are not signed: whoever reaches the port may use them. */
export async function answerControlRequest(emulator: Emulator, request: ControlRequest): Promise<void> {
  try {
    emulator.settle();
    const { route, path } = routeFor(request);
    const result: unknown = await route.handle({ ...request, emulator, path });
    emulator.save();
    if (result !== undefined) {
      sendJson(request.response, 200, result);
    }
  } catch (error) {
    if (request.response.headersSent) {
      throw error;
    }
    sendJson(request.response, statusOf(error), {
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

function routeFor(request: ControlRequest): { route: Route; path: string[] } {
  const asked = request.url.pathname.replace('/__emulator/', '').split('/');
  const onPath = routes.flatMap((route) => {
    const path = openParts(route.path.split('/'), asked);
    return path === undefined ? [] : [{ route, path }];
  });
  const found = onPath.find(({ route }) => route.method === request.request.method);
  if (found === undefined) {
    const known = routes.map(({ method, path }) => `${method} ${path}`).join(', ');
    throw new ControlError(onPath.length > 0 ? 405 : 404, `There is no such endpoint; there are ${known}.`);
  }
  return found;
}

function openParts(pattern: readonly string[], asked: readonly string[]): string[] | undefined {
  const fits =
    pattern.length === asked.length &&
    pattern.every((part, at) => part.startsWith(':') || part === asked[at]);
  return fits ? asked.filter((_, at) => pattern[at]?.startsWith(':') === true) : undefined;
}

function statusOf(error: unknown): number {
  if (error instanceof ControlError) {
    return error.status;
  }
  if (error instanceof TooLargeError) {
    return 413;
  }
  return error instanceof SettingError ? 400 : 500;
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
