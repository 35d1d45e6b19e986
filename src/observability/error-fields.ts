/** How deep a chain of causes is followed; also ends a chain that bites its own tail. */
const MAX_CAUSES = 5;

/** Properties that our errors and those of Node.js and the ECS SDK carry and that are safe to write down. */
const SAFE_PROPERTIES = ['kind', 'code', 'action', 'requestId', 'statusCode', 'syscall'] as const;

/**
 * What the log says about a thrown value: type, message, stack, the properties known to be safe, and the causes.
 * Anything else an error carries stays out of the log: an SDK's error may hold the signed request.
 */
export function errorFields(thrown: unknown): Record<string, unknown> {
  return describe(thrown, MAX_CAUSES);
}

function describe(thrown: unknown, causesLeft: number): Record<string, unknown> {
  if (!(thrown instanceof Error)) {
    return { type: typeof thrown, message: typeof thrown === 'string' ? thrown : 'not an Error object' };
  }
  const properties = thrown as unknown as Record<string, unknown>;
  // An error that the code foresaw says all there is to say; where it was thrown helps nobody.
  const stack = 'kind' in properties || thrown.name === 'StatusError' ? {} : { stack: thrown.stack };
  const fields: Record<string, unknown> = { type: thrown.name, message: thrown.message, ...stack };
  for (const name of SAFE_PROPERTIES) {
    const value = properties[name];
    if (typeof value === 'string' || typeof value === 'number') {
      fields[name] = value;
    }
  }
  if (thrown.cause !== undefined && causesLeft > 0) {
    fields['cause'] = describe(thrown.cause, causesLeft - 1);
  }
  return fields;
}
