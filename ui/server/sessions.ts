import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a token opens the page. */
export const TOKEN_MILLISECONDS = 60_000;

/** Windows that may be open at once: each token that was exchanged is one. */
const MAX_SESSIONS = 32;

/** What a window gets for its token. */
export interface OpenedSession {
  /** The value of the cookie. */
  readonly cookie: string;
  /**
   * The value of the header `X-Trailwarden`. A browser sends a cookie of 127.0.0.1 to every port of it, so whoever listens
   * on another port may learn the cookie; this it never learns.
   */
  readonly key: string;
}

/** Who may ask: whoever held a token within its minute. Only hashes are kept, and compared in constant time. */
export class Sessions {
  readonly #now: () => number;
  readonly #tokens = new Map<string, number>();
  readonly #sessions = new Map<string, string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A token for one window: it is good once, and for 60 seconds. */
  issueToken(): string {
    const token = randomBytes(32).toString('base64url');
    this.#tokens.set(hashOf(token), this.#now() + TOKEN_MILLISECONDS);
    return token;
  }

  /** @returns undefined for a token that was used, is over, or was never issued. */
  exchange(token: string): OpenedSession | undefined {
    const hash = hashOf(token);
    const end = this.#tokens.get(hash);
    this.#tokens.delete(hash);
    for (const [other, over] of this.#tokens) if (over <= this.#now()) this.#tokens.delete(other);
    if (end === undefined || end <= this.#now()) return undefined;
    const [cookie, key] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    this.#sessions.set(hashOf(cookie), hashOf(key));
    return { cookie, key };
  }

  isOpen(cookie: string | undefined, key: string | undefined): boolean {
    const expected = cookie === undefined ? undefined : this.#sessions.get(hashOf(cookie));
    return expected !== undefined && key !== undefined && isSame(expected, hashOf(key));
  }

  /** Ends every session: pages say so, and how to go on. */
  endAll(): void {
    this.#tokens.clear();
    this.#sessions.clear();
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
