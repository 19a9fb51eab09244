import { newQueryId } from '../engine/engine.ts';
import type { Session } from '../engine/session.ts';
import type { Answer } from './answer.ts';

/** One request's work: a statement, or several. */
export interface Execution {
  queryId: string;
  user: string;
  answer: Promise<Answer>;
  done: boolean;
  /** The statement that runs now: `queryId`, or one of several. */
  running: string;
  /** Of several, no more are to run. */
  aborted: boolean;
}

/** Answers kept per session, for drivers that ask again after a lost connection. */
const KEPT_ANSWERS = 20;
/** Executions that are found by query id. */
const KEPT_EXECUTIONS = 2000;

/** What the server runs and has run, by request and by query id. */
export class Executions {
  readonly #byRequest = new WeakMap<Session, Map<string, Execution>>();
  readonly #byQuery = new Map<string, Execution>();

  /** The execution of a request id; `start` is called for a new one only, so that nothing runs twice. */
  ofRequest(
    session: Session,
    requestId: string | null,
    start: (execution: Execution) => Promise<Answer>,
  ): Execution {
    const known = this.#byRequest.get(session) ?? new Map<string, Execution>();
    this.#byRequest.set(session, known);
    const found = known.get(requestId ?? '');
    if (found !== undefined) return found;
    const queryId = newQueryId();
    const execution: Execution = {
      queryId,
      user: session.user,
      answer: Promise.resolve({ success: false, code: null, message: null, data: null }),
      done: false,
      running: queryId,
      aborted: false,
    };
    execution.answer = start(execution).finally(() => {
      execution.done = true;
    });
    known.set(requestId ?? queryId, execution);
    forgetOldest(known, KEPT_ANSWERS);
    this.#byQuery.set(queryId, execution);
    forgetOldest(this.#byQuery, KEPT_EXECUTIONS);
    return execution;
  }

  byRequest(session: Session, requestId: string): Execution | undefined {
    return this.#byRequest.get(session)?.get(requestId);
  }

  /** Of the same user, also from another session. */
  byQuery(queryId: string, user: string): Execution | undefined {
    const found = this.#byQuery.get(queryId);
    return found?.user === user ? found : undefined;
  }

  /** The rows of a success are kept by the engine. */
  forget(execution: Execution): void {
    this.#byQuery.delete(execution.queryId);
  }
}

function forgetOldest(map: Map<string, Execution>, limit: number): void {
  for (const [key, execution] of map) {
    if (map.size <= limit) return;
    if (execution.done) map.delete(key);
  }
}
