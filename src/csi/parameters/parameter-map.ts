import { invalidArgument } from '../status.ts';

/** Words that the existing driver takes for true; their opposites; anything else is a mistake. */
const trueWords = ['true', 'yes', '1'];
const falseWords = ['false', 'no', '0', ''];

/**
 * The parameters of a class, taken out one by one: what is left at the end is unknown. Errors name the parameter and
 * the values it may have.
 */
export class ParameterMap {
  readonly #what: string;
  readonly #left: Map<string, string>;

  /** @param what where the parameters come from, for messages: `StorageClass parameter`. */
  constructor(what: string, parameters: Readonly<Record<string, string>>) {
    this.#what = what;
    this.#left = new Map(Object.entries(parameters));
  }

  /** The value of a parameter, `undefined` when it is absent or empty. */
  text(key: string): string | undefined {
    const value = this.#left.get(key);
    this.#left.delete(key);
    return value === '' ? undefined : value;
  }

  /** The first of several names for the same thing; naming it twice, differently, is an error. */
  textOf(...keys: readonly string[]): string | undefined {
    const values = new Set(keys.map((key) => this.text(key)).filter((value) => value !== undefined));
    if (values.size > 1) {
      throw invalidArgument(`${this.#what}s ${keys.join(' and ')} contradict each other`);
    }
    return values.values().next().value;
  }

  list(key: string): string[] | undefined {
    const value = this.text(key);
    const items = value?.split(',').map((item) => item.trim());
    if (items?.includes('') === true) {
      throw this.invalid(key, value, 'a comma-separated list without empty items');
    }
    return items === undefined ? undefined : [...new Set(items)];
  }

  listOf(key: string, allowed: readonly string[]): string[] | undefined {
    const items = this.list(key);
    if (items?.some((item) => !allowed.includes(item)) === true) {
      throw this.invalid(key, items.join(','), `a comma-separated list of ${allowed.join(', ')}`);
    }
    return items;
  }

  oneOf<Value extends string>(key: string, allowed: readonly Value[]): Value | undefined {
    const value = this.text(key);
    if (value === undefined) {
      return undefined;
    }
    const known = allowed.find((item) => item === value);
    if (known === undefined) {
      throw this.invalid(key, value, `one of ${allowed.join(', ')}`);
    }
    return known;
  }

  boolean(key: string): boolean | undefined {
    return this.booleanOf(key, trueWords, falseWords);
  }

  booleanOf(key: string, yes: readonly string[], no: readonly string[]): boolean | undefined {
    const value = this.text(key);
    if (value === undefined) {
      return undefined;
    }
    const word = value.toLowerCase();
    if (!yes.includes(word) && !no.includes(word)) {
      throw this.invalid(key, value, [...yes, ...no].filter((item) => item !== '').join(', '));
    }
    return yes.includes(word);
  }

  integer(key: string, min: number, max: number): number | undefined {
    const value = this.text(key);
    if (value === undefined) {
      return undefined;
    }
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      throw this.invalid(key, value, `a whole number from ${min} to ${max}`);
    }
    return number;
  }

  /** All parameters whose key begins with the prefix, without it. */
  withPrefix(prefix: string): [key: string, value: string][] {
    const entries = [...this.#left].filter(([key]) => key.startsWith(prefix));
    for (const [key] of entries) {
      this.#left.delete(key);
    }
    return entries.map(([key, value]) => [key.slice(prefix.length), value]);
  }

  /** Takes out parameters that are for somebody else. */
  skip(...keys: readonly string[]): void {
    for (const key of keys) {
      this.#left.delete(key);
    }
  }

  /** @throws StatusError INVALID_ARGUMENT when something was not taken out. */
  assertNothingLeft(known: readonly string[]): void {
    const [unknown] = this.#left.keys();
    if (unknown !== undefined) {
      throw invalidArgument(`${this.#what} ${unknown} is not known; known are ${known.join(', ')}`);
    }
  }

  invalid(key: string, value: string | undefined, allowed: string) {
    return invalidArgument(`${this.#what} ${key}: "${value ?? ''}" is not allowed; allowed: ${allowed}`);
  }
}
