import type { ErrorCode } from '../errors.ts';
import { integer, text, textOrEmpty } from './scalars.ts';
import type { Parameter } from './schema.ts';

/** A disk, snapshot or group name: a letter of any script, then letters, digits and `:_.-`, 2 to 128 in all. */
const namePattern = /^\p{L}[\p{L}\p{N}:_.-]{1,127}$/u;

/** A snapshot name must not start with `auto`, which marks automatic snapshots. */
const snapshotNamePattern = /^(?!auto)\p{L}[\p{L}\p{N}:_.-]{1,127}$/u;

const descriptionPattern = /^(?!https?:\/\/)[^]{2,256}$/;

export function resourceName(code: ErrorCode): Parameter<string | undefined> {
  return text({ pattern: namePattern, code });
}

export function snapshotName(): Parameter<string | undefined> {
  return text({ pattern: snapshotNamePattern, code: 'InvalidSnapshotName.Malformed' });
}

export function description(code: ErrorCode = 'InvalidDescription.Malformed'): Parameter<string | undefined> {
  return text({ pattern: descriptionPattern, code });
}

/** A description that may be cleared by an empty text. */
export function clearableDescription(): Parameter<string | undefined> {
  return textOrEmpty({ pattern: descriptionPattern, code: 'InvalidDescription.Malformed' });
}

/** At most 64 printable ASCII characters. */
export function clientToken(): Parameter<string | undefined> {
  return text({ pattern: /^[\x20-\x7e]{1,64}$/, code: 'InvalidClientToken.Malformed' });
}

export function resourceGroupId(): Parameter<string | undefined> {
  return text({ pattern: /^rg-[a-z0-9]+$/, code: 'InvalidResourceGroup.NotFound' });
}

/** RetentionDays, 1 to 65536. */
export function retentionDays(): Parameter<number | undefined> {
  return integer({ min: 1, max: 65_536, code: 'InvalidRetentionDays.Malformed' });
}
