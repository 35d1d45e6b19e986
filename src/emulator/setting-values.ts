/** A setting that cannot be; the message says which and what is allowed. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

export function count(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new SettingError(`${JSON.stringify(value)} is not a whole number of at least 0`);
  }
  return value;
}

export function booleanValue(value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new SettingError(`${JSON.stringify(value)} is not true or false`);
  }
  return value;
}

export function text(value: unknown): string {
  if (typeof value !== 'string') {
    throw new SettingError(`${JSON.stringify(value)} is not a text`);
  }
  return value;
}

export function oneOf<T extends string>(...allowed: readonly T[]): (value: unknown) => T {
  return (value) => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) {
      throw new SettingError(`${JSON.stringify(value)} is not one of ${allowed.join(', ')}`);
    }
    return found;
  };
}

export function listOf<T>(check: (value: unknown) => T): (value: unknown) => readonly T[] {
  return (value) => {
    if (!Array.isArray(value)) {
      throw new SettingError(`${JSON.stringify(value)} is not a list`);
    }
    return value.map(check);
  };
}

export const textList = listOf(text);

/** An object whose values are counts: `{"CreateDisk": 10}`. */
export function countByAction(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SettingError(`${JSON.stringify(value)} is not an object of numbers`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, one]: [string, unknown]) => [name, count(one)]),
  );
}
