import type { Node } from '../../../../shared/sql/position.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import type { Run, Session } from '../session.ts';
import type { ScriptException } from './script-exception.ts';
import type { AsyncJob } from './script-scope.ts';

/** One block on its way, with the blocks in it. */
export interface ScriptRun {
  session: Session;
  /** The statement that the block is, or that called the procedure. */
  run: Run;
  /** The text that the block's positions count in. */
  source: string;
  /** Parts of the block read again from their own text, so that their positions count from their own start. */
  parts: WeakMap<Node, unknown>;
  /** Types that variables without a written one take from their initializers. */
  inferred: Map<Node, SnowflakeType>;
  /** Of the last statement. Null: there was none, or it was no DML. */
  rowCount: number | null;
  queryId: string | null;
  /** Jobs of ASYNC that no AWAIT has asked for yet. */
  jobs: AsyncJob[];
  /** The exception that is being handled. */
  handled: ScriptException | null;
}

export function newScriptRun(session: Session, run: Run, source: string): ScriptRun {
  return {
    session,
    run,
    source,
    parts: new WeakMap(),
    inferred: new Map(),
    rowCount: null,
    queryId: null,
    jobs: [],
    handled: null,
  };
}

export function textOfNode(node: Node, script: ScriptRun): string {
  return script.source.slice(node.start.offset, node.end);
}
