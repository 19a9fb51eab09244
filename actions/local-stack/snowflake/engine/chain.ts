import type { StatementChain } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { StatementResult } from './result.ts';
import type { Run, Session } from './session.ts';

/**
 * `a ->> b ->> c`: the statements in turn, each with a query id of its own; `$1` is the result of the one before.
 * The answer is that of the last. Source: docs.snowflake.com, "Flow operators".
 */
export async function executeChain(
  chain: StatementChain,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  // What a later statement's columns are depends on results that there are not yet.
  if (run.describeOnly) throw notSupportedHere('the description of a chain of statements', chain.start);
  const piped: StatementResult[] = [];
  for (const statement of chain.statements) {
    const { result } = await session.executeInner(run.text, {
      statement,
      binds: run.binds,
      piped: [...piped],
    });
    piped.push(result);
  }
  return piped.at(-1)!;
}
