import { CredentialProblem } from './credential-failure.ts';

/** Fields of a profile or a token file, not yet checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws CredentialProblem that does not quote the text. */
export function parseJsonObject(text: string, file: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CredentialProblem(`file ${file} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CredentialProblem(`file ${file} is not a JSON object`);
  }
  return value as Fields;
}

/** @throws CredentialProblem that names the field. */
export function requiredText(fields: Fields, name: string, where: string): string {
  const value = optionalText(fields, name);
  if (value === undefined) {
    throw new CredentialProblem(`${name} is missing in ${where}`);
  }
  return value;
}

export function optionalText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Profiles hold 0 where there is no number. */
export function optionalNumber(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === 'number' && value > 0 ? value : undefined;
}
