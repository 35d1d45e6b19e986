import type { DiskErrorKind } from '../../disk/disk-error.ts';

/** What one ECS error code means to us. */
export interface ErrorRow {
  /** The code as ECS sends it, or its beginning followed by `*`. */
  readonly code: string;
  readonly kind: DiskErrorKind;
  /** Why it has this kind; for the documentation, and the text of the error where the text of ECS must not be shown. */
  readonly reason: string;
  /** The row holds for these actions only; `Describe*` means every action that begins so. */
  readonly actions?: readonly string[];
  /** The row holds only if the text of ECS contains this. */
  readonly textIncludes?: string;
  /** What a human has to do; appended to the message. */
  readonly remedy?: string;
}

/** Rows that belong together. */
export interface ErrorGroup {
  readonly title: string;
  /** Where the codes come from. */
  readonly source: string;
  readonly rows: readonly ErrorRow[];
}

/** The page of the API reference that lists the errors of an action. */
export function apiPage(action: string): string {
  return `https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-${action.toLowerCase()}`;
}
