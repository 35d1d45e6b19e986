import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Emulator } from '../emulator.ts';
import { readBody } from '../request-body.ts';

/** A request to a control endpoint. */
export interface ControlRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

export interface ControlCall extends ControlRequest {
  readonly emulator: Emulator;
  /** The parts of the path that the route leaves open. */
  readonly path: readonly string[];
}

/** One control endpoint. The path has the form `disks/:id/data`, below `/__emulator/`. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** The result is sent as JSON; undefined means that the route has answered by itself. */
  handle(call: ControlCall): unknown;
}

/** A control request that cannot be carried out. The message says why and what to do. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
  }
}

const maxJsonBytes = 4 * 1024 * 1024;

/** The JSON object in the body; an empty body is an empty object. */
export async function jsonBody(call: ControlCall): Promise<Readonly<Record<string, unknown>>> {
  const text = (await readBody(call.request, maxJsonBytes)).toString();
  const value = text.trim() === '' ? {} : parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ControlError(400, 'The body must be a JSON object.');
  }
  return { ...value };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ControlError(400, `The body is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

/** Refuses fields that the endpoint does not know. */
export function onlyFields(body: Readonly<Record<string, unknown>>, ...names: string[]): void {
  const unknown = Object.keys(body).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ControlError(400, `There is no field ${unknown}; there are ${names.join(', ')}.`);
  }
}

/** A whole number in the query of the URL. */
export function numberInQuery(url: URL, name: string, preset?: number): number {
  const value = url.searchParams.get(name);
  if (value === null && preset !== undefined) {
    return preset;
  }
  if (value === null || !/^\d{1,15}$/.test(value)) {
    throw new ControlError(400, `${name} in the query must be a whole number of at least 0.`);
  }
  return Number(value);
}
