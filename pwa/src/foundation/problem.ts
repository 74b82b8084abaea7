/** The server refused in its own words (RFC 9457). Screens show the message `problem_<code>` with `params`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(
    readonly code: string,
    readonly params: Record<string, unknown>,
    readonly status: number,
    readonly errors: readonly { pointer: string; code: string; params?: Record<string, unknown> }[] = [],
  ) {
    super(code);
  }
}

/** No answer of ours: no network, a captive portal, a proxy's page, a server that is down. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  constructor(
    readonly why: 'offline' | 'captive' | 'server_down',
    options?: ErrorOptions,
  ) {
    super(why, options);
  }
}

/** The phone could not keep the edit. `full`: no room. `none`: no IndexedDB at all. `newer`: a newer app owns the data. */
export class StorageFailed extends Error {
  override readonly name = 'StorageFailed';
  constructor(
    readonly why: 'full' | 'none' | 'newer' | 'failed',
    options?: ErrorOptions,
  ) {
    super(why, options);
  }
}
