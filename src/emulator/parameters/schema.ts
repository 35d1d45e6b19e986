import { EcsError } from '../errors.ts';

/** The flattened parameters of one request, as they came over the wire: `Tag.1.Key` and so on. */
export type RawParameters = ReadonlyMap<string, string>;

/** How one parameter of an action is recognised and read. */
export interface Parameter<T> {
  /** True if the wire key `key` belongs to the parameter called `name`. */
  owns(key: string, name: string): boolean;
  /** The value; throws EcsError if it is not valid. An empty text counts as absent. */
  read(raw: RawParameters, name: string): T;
}

export type Schema = Readonly<Record<string, Parameter<unknown>>>;

export type Values<S extends Schema> = {
  readonly [K in keyof S]: S[K] extends Parameter<infer T> ? T : never;
};

/** Every action takes these: the SDK can add RegionId to any call, and the owner fields are everywhere. */
const everywhere = new Set([
  'RegionId',
  'OwnerAccount',
  'OwnerId',
  'ResourceOwnerAccount',
  'ResourceOwnerId',
]);

/** Parameters of the real API beyond the schema. */
export interface OtherParameters {
  /** Taken in any form; they change nothing here. */
  readonly accepts?: readonly string[];
  /** Their effect does not exist here, so they are refused rather than quietly ignored. */
  readonly refuses?: readonly string[];
}

/** Reads all parameters of a schema, after it has made sure that there are no unknown ones. */
export function readParameters<S extends Schema>(
  schema: S,
  others: OtherParameters,
  raw: RawParameters,
): Values<S> {
  const parameters = Object.entries(schema);
  for (const [key, value] of raw) {
    const name = key.split('.', 1)[0] ?? key;
    if (others.refuses?.includes(name) === true && value !== '') {
      throw new EcsError(`InvalidParameter.${name}`, `The emulator does not model ${name}.`);
    }
    if (!isOther(name, others) && !parameters.some(([owner, parameter]) => parameter.owns(key, owner))) {
      throw new EcsError('InvalidParameter', `This action has no parameter ${key}.`);
    }
  }
  const values = parameters.map(([name, parameter]) => [name, parameter.read(raw, name)] as const);
  return Object.fromEntries(values) as Values<S>;
}

function isOther(name: string, { accepts = [], refuses = [] }: OtherParameters): boolean {
  return everywhere.has(name) || accepts.includes(name) || refuses.includes(name);
}
