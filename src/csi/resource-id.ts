/** Fields that name what a request is about, most telling first. */
const naming = ['volumeId', 'snapshotId', 'groupSnapshotId', 'name', 'sourceVolumeId'];

/** What a request is about, for the log; `undefined` when it names nothing. */
export function resourceIdOf(request: object): string | undefined {
  const fields = new Map<string, unknown>(Object.entries(request));
  for (const name of naming) {
    const value = fields.get(name);
    if (typeof value === 'string' && value !== '') {
      return value;
    }
  }
  return undefined;
}

/** A copy of a request without its secrets: what the standard marks `csi_secret` is never logged. */
export function withoutSecrets(request: object, secretFields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(request).filter(([name]) => !secretFields.includes(name)));
}
