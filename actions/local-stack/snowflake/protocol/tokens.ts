import { randomBytes } from 'node:crypto';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Session } from '../engine/session.ts';

/** How long tokens are good for, in seconds, as real accounts do. */
const SESSION_TOKEN_SECONDS = 3600;
const MASTER_TOKEN_SECONDS = 14_400;

export interface IssuedTokens {
  sessionToken: string;
  validityInSecondsST: number;
  masterToken: string;
  validityInSecondsMT: number;
  sessionId: string;
}

interface Entry {
  session: Session;
  sessionToken: string;
  masterToken: string;
  sessionExpires: number;
  masterExpires: number;
}

/** Sessions by their tokens: a session token for statements, a master token to renew it. */
export class SessionTokens {
  readonly #entries = new Set<Entry>();

  issue(session: Session): IssuedTokens {
    const entry: Entry = {
      session,
      sessionToken: newToken(),
      masterToken: newToken(),
      sessionExpires: Date.now() + SESSION_TOKEN_SECONDS * 1000,
      masterExpires: Date.now() + MASTER_TOKEN_SECONDS * 1000,
    };
    this.#entries.add(entry);
    return issued(entry);
  }

  /** @throws SnowflakeError 390112 when the token has expired (drivers renew it), 390104 when there is no such session */
  session(token: string | null): Session {
    const entry = this.#find((candidate) => candidate.sessionToken === token);
    if (entry.sessionExpires < Date.now()) {
      throw new SnowflakeError('390112', '08001', 'Your session has expired. Please login again.');
    }
    return entry.session;
  }

  /** A new session token for a master token. @throws SnowflakeError 390114 when that has expired */
  renew(token: string | null): IssuedTokens {
    const entry = this.#find((candidate) => candidate.masterToken === token);
    if (entry.masterExpires < Date.now()) {
      throw new SnowflakeError(
        '390114',
        '08001',
        'Authentication token has expired. The user must authenticate again.',
      );
    }
    entry.sessionToken = newToken();
    entry.sessionExpires = Date.now() + SESSION_TOKEN_SECONDS * 1000;
    return issued(entry);
  }

  /** Makes a session's token expire now, as time would. */
  expire(sessionId: string): void {
    this.#find((candidate) => candidate.session.id === sessionId).sessionExpires = 0;
  }

  async end(token: string | null): Promise<void> {
    const entry = this.#find((candidate) => candidate.sessionToken === token);
    this.#entries.delete(entry);
    await entry.session.close();
  }

  async endAll(): Promise<void> {
    const entries = [...this.#entries];
    this.#entries.clear();
    await Promise.all(entries.map((entry) => entry.session.close()));
  }

  #find(matches: (entry: Entry) => boolean): Entry {
    for (const entry of this.#entries) if (matches(entry)) return entry;
    throw new SnowflakeError(
      '390104',
      '08001',
      'Session no longer exists. New login required to access the service.',
    );
  }
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function issued(entry: Entry): IssuedTokens {
  return {
    sessionToken: entry.sessionToken,
    validityInSecondsST: SESSION_TOKEN_SECONDS,
    masterToken: entry.masterToken,
    validityInSecondsMT: MASTER_TOKEN_SECONDS,
    sessionId: entry.session.id,
  };
}
