import { randomBytes } from 'node:crypto';
import { localLimit, SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Session } from '../engine/session.ts';

/** How long tokens are good for, in seconds. */
export interface TokenLifetimes {
  session: number;
  /** Also how long a session without any request lives. */
  master: number;
}

/** As real accounts do. */
export const TOKEN_LIFETIMES: TokenLifetimes = { session: 3600, master: 14_400 };

export interface IssuedTokens {
  sessionToken: string;
  validityInSecondsST: number;
  masterToken: string;
  validityInSecondsMT: number;
  sessionId: number;
}

interface Entry {
  session: Session;
  /** When they expire, in ms since 1970; a renewed one stays for requests that are on their way. */
  sessionTokens: Map<string, number>;
  masterToken: string;
  masterExpires: number;
}

/** Session tokens of one session that are known at once. */
const RENEWED = 10;
/** Tokens of ended sessions that are told from made-up ones. */
const REMEMBERED = 1000;

/** Sessions by their tokens: a session token for statements, a master token to renew it. */
export class SessionTokens {
  readonly #lifetimes: TokenLifetimes;
  readonly #limit: number;
  readonly #entries = new Set<Entry>();
  readonly #gone = new Set<string>();

  /** @param limit sessions that are open at once */
  constructor(lifetimes: TokenLifetimes, limit: number) {
    this.#lifetimes = lifetimes;
    this.#limit = limit;
  }

  /** Ends sessions that nobody renewed. @throws SnowflakeError 999002 when as many as may be are open */
  async requireRoom(): Promise<void> {
    const now = Date.now();
    const over = [...this.#entries].filter((entry) => entry.session.ended || entry.masterExpires < now);
    await Promise.all(over.map((entry) => this.#drop(entry)));
    if (this.#entries.size >= this.#limit) {
      throw localLimit(`${this.#limit} sessions are open (sessions). Close those that are not needed.`);
    }
  }

  issue(session: Session): IssuedTokens {
    const entry: Entry = {
      session,
      sessionTokens: new Map(),
      masterToken: newToken(),
      masterExpires: 0,
    };
    this.#entries.add(entry);
    return this.#extend(entry);
  }

  /**
   * @throws SnowflakeError 390112 when the token has expired (drivers renew it), 390111 when its session has ended,
   * 390104 for a token that was never given out
   */
  session(token: string | null): Session {
    const entry = this.#find(token, ({ sessionTokens }) => sessionTokens.has(token ?? ''));
    if ((entry.sessionTokens.get(token ?? '') ?? 0) < Date.now()) {
      throw new SnowflakeError('390112', '08001', 'Your session has expired. Please login again.');
    }
    return entry.session;
  }

  /** A new session token for a master token, which lives on too. @throws SnowflakeError 390114 when that has expired */
  renew(token: string | null): IssuedTokens {
    const entry = this.#find(token, ({ masterToken }) => masterToken === token);
    if (entry.masterExpires < Date.now()) {
      throw new SnowflakeError(
        '390114',
        '08001',
        'Authentication token has expired. The user must authenticate again.',
      );
    }
    return this.#extend(entry);
  }

  /** Makes a session's token expire now, as time would; with `master`, both of its tokens. */
  expire(sessionId: string, which: 'session' | 'master' = 'session'): void {
    for (const entry of this.#entries) {
      if (entry.session.id !== sessionId) continue;
      for (const token of entry.sessionTokens.keys()) entry.sessionTokens.set(token, 0);
      if (which === 'master') entry.masterExpires = 0;
    }
  }

  /** Ends the session of a token; what it runs is cancelled. */
  async end(token: string | null): Promise<void> {
    await this.#drop(this.#find(token, ({ sessionTokens }) => sessionTokens.has(token ?? '')));
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#entries].map((entry) => this.#drop(entry)));
  }

  async #drop(entry: Entry): Promise<void> {
    this.#entries.delete(entry);
    for (const token of [...entry.sessionTokens.keys(), entry.masterToken]) this.#remember(token);
    await entry.session.close();
  }

  #remember(token: string): void {
    this.#gone.add(token);
    const [oldest] = this.#gone;
    if (this.#gone.size > REMEMBERED && oldest !== undefined) this.#gone.delete(oldest);
  }

  #extend(entry: Entry): IssuedTokens {
    const { session, master } = this.#lifetimes;
    const sessionToken = newToken();
    entry.sessionTokens.set(sessionToken, Date.now() + session * 1000);
    const [oldest] = entry.sessionTokens.keys();
    if (entry.sessionTokens.size > RENEWED && oldest !== undefined) entry.sessionTokens.delete(oldest);
    entry.masterExpires = Date.now() + master * 1000;
    return {
      sessionToken,
      validityInSecondsST: session,
      masterToken: entry.masterToken,
      validityInSecondsMT: master,
      sessionId: Number(entry.session.id),
    };
  }

  #find(token: string | null, isMeant: (entry: Entry) => boolean): Entry {
    for (const entry of this.#entries) {
      if (!isMeant(entry)) continue;
      if (!entry.session.ended) return entry;
      throw gone();
    }
    if (token !== null && this.#gone.has(token)) throw gone();
    throw new SnowflakeError(
      '390104',
      '08001',
      'Session token is invalid. New login required to access the service.',
    );
  }
}

function gone(): SnowflakeError {
  return new SnowflakeError(
    '390111',
    '08001',
    'Session no longer exists. New login required to access the service.',
  );
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}
