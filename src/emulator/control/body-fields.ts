import { ControlError } from './route.ts';

/** A field of a JSON body that must be a text. */
export function textField(body: Readonly<Record<string, unknown>>, name: string, preset: string): string {
  const value = body[name] ?? preset;
  if (typeof value !== 'string') {
    throw new ControlError(400, `${name} must be a text.`);
  }
  return value;
}

/** A field of a JSON body that must be one of some texts. */
export function choiceField<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    throw new ControlError(400, `${name} must be one of ${allowed.join(', ')}.`);
  }
  return found;
}
