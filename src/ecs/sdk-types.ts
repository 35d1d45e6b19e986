/**
 * The fields that an SDK model really has. Every model also claims to have any other field, so that no typo would ever be
 * found.
 */
type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

type FieldsOf<T> = Omit<Known<T>, 'validate' | 'toMap' | 'copyWithoutStream'>;

type Plain<V> = V extends readonly (infer E)[] ? readonly Plain<E>[] : V extends object ? SdkFields<V> : V;

/** An SDK model as plain data: its known fields only, any of which may be missing. In a request, `undefined` is not sent. */
export type SdkFields<T> = { readonly [K in keyof FieldsOf<T>]?: Plain<FieldsOf<T>[K]> | undefined };

/** Checks the names and types of request fields, which the constructors of the SDK do not. */
export function fields<T>(values: SdkFields<T>): SdkFields<T> {
  return values;
}

/** An SDK response with a body of ours. */
export interface SdkResponse<Body> {
  readonly body?: Body;
}

/** What every answer of ECS carries; an answer without it is not from ECS. */
export interface SdkBody {
  readonly requestId?: string;
}

/** Text that ECS leaves empty when there is nothing to say. */
export function textOrUndefined(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

/** A tag as DescribeDisks and DescribeSnapshots write it. */
interface SdkTag {
  readonly tagKey?: string | undefined;
  readonly tagValue?: string | undefined;
}

export function tagMap(tags: readonly SdkTag[] | undefined): Map<string, string> {
  const map = new Map<string, string>();
  for (const { tagKey, tagValue } of tags ?? []) {
    if (tagKey !== undefined && tagKey !== '') {
      map.set(tagKey, tagValue ?? '');
    }
  }
  return map;
}
