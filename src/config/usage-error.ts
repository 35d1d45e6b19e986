/** Wrong flags or environment: one line that says what is wrong and what is allowed. Ends the process with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(message: string) {
    super(message.replaceAll(/\p{Cc}+/gu, ' '));
  }
}

/** The variables of the environment; an empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The first of the named variables that is set. */
export function firstSet(env: Environment, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = env[name];
    if (value !== undefined && value !== '') {
      return value;
    }
  }
  return undefined;
}
