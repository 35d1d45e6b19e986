type Log = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Where the adapter writes what nobody waits for. */
export interface KubeLog {
  readonly info: Log;
  readonly warn: Log;
}
