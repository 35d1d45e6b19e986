/** Where the HTTP server listens. */
export interface HttpEndpoint {
  /** Undefined: on every address of the machine. */
  readonly host: string | undefined;
  /** 0: a free port of the system's choice. */
  readonly port: number;
}

/** Reads `host:port`, `[ipv6]:port` or `:port`. Throws an Error that says what is wrong with anything else. */
export function parseHttpEndpoint(text: string): HttpEndpoint {
  const match = /^(?:\[(?<ipv6>[0-9a-fA-F:.]+)\]|(?<name>[^:[\]/\s]*)):(?<port>\d{1,5})$/.exec(text)?.groups;
  const port = Number(match?.['port']);
  if (match === undefined || port > 65535) {
    throw new Error(
      `"${text}" is not an HTTP endpoint: write host:port or :port with a port from 0 to 65535, such as :9808`,
    );
  }
  const host = match['ipv6'] ?? match['name'];
  return { host: host === '' ? undefined : host, port };
}
