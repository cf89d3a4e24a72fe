import type { IncomingHttpHeaders } from 'node:http';

/** A day; browsers take less when they want. */
const PREFLIGHT_SECONDS = 86_400;

/** Which pages of other sites may make a browser call this server, and read what it answers. */
export class Origins {
  private readonly allowed: ReadonlySet<string>;

  /** Origins as browsers write them, `https://app.example`, or `*` for all. */
  constructor(allowed: readonly string[]) {
    this.allowed = new Set(allowed);
  }

  /**
   * Whether a browser sent this for a page that is not allowed to. Browsers of today say so by `sec-fetch-site`, older
   * ones by an `origin` that is not this host. What is no browser sends neither.
   */
  refuses({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
    if (this.allows(origin)) return false;
    if (site !== undefined) return site !== 'same-origin' && site !== 'none';
    return origin !== undefined && toHost(origin) !== host;
  }

  /** Lets a page of an allowed origin read the answer. No cookie is ever asked for. */
  toHeaders({ origin }: IncomingHttpHeaders): Record<string, string> {
    if (this.allowed.size === 0) return {};
    if (origin === undefined || !this.allows(origin)) return { vary: 'origin' };
    return { vary: 'origin', 'access-control-allow-origin': origin, 'access-control-expose-headers': '*' };
  }

  /** The answer to what a browser asks before the request itself; null when it is no such question of an allowed page. */
  toPreflight(headers: IncomingHttpHeaders): Record<string, string> | null {
    if (headers['access-control-request-method'] === undefined || !this.allows(headers.origin)) return null;
    const wanted = headers['access-control-request-headers'];
    return {
      'access-control-allow-methods': 'GET, POST',
      'access-control-max-age': String(PREFLIGHT_SECONDS),
      ...(wanted !== undefined && { 'access-control-allow-headers': wanted }),
    };
  }

  private allows(origin: string | undefined): boolean {
    return this.allowed.has('*') || (origin !== undefined && this.allowed.has(origin));
  }
}

function toHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
