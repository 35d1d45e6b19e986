/** Keys that sign a request, as the SDK reads them, and how long they are known to hold. */
export interface Session {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Empty for keys that do not expire. */
  readonly securityToken: string;
  readonly providerName: string;
  /** Milliseconds since 1970; `undefined` when the source does not say. */
  readonly expiresAt?: number | undefined;
}

/** Fetches keys anew. */
export type SessionSource = () => Promise<Session>;

/** A source of keys that refreshes itself. Printing it shows no secret. */
export interface Credential {
  getCredentials(): Promise<Session>;
  getProviderName(): string;
}
