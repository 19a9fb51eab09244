import type { ScriptBlock } from '../../../../shared/sql/ast.ts';
import { VARCHAR } from '../../bind/literal.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import type { ProcedureReturn } from './call.ts';
import { checkBlock } from './check.ts';
import { scalarResult } from './procedure-result.ts';
import { runBlock } from './run-block.ts';
import { ScriptException, uncaught } from './script-exception.ts';
import { newScriptRun } from './script-run.ts';
import { innerScope, type ScriptScope } from './script-scope.ts';
import { nullValue } from './script-value.ts';

/** A block that is a statement of its own. Source: docs.snowflake.com, "Understanding blocks in Snowflake Scripting". */
export async function executeBlock(
  statement: ScriptBlock,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const returned = await runScript(statement, run.text, innerScope(null), null, session, run);
  if (returned?.kind === 'table') return returned.result;
  return scalarResult('anonymous block', returned?.value ?? nullValue(VARCHAR));
}

/**
 * Checks a block and runs it. `source` is the text that it was read from; `scope` has a procedure's arguments;
 * `returns` is what the procedure declares to return, null outside one.
 * @throws SnowflakeError of the check, before anything has run; then "Uncaught exception …"
 */
export async function runScript(
  block: ScriptBlock,
  source: string,
  scope: ScriptScope,
  returns: 'scalar' | 'table' | null,
  session: Session,
  run: Run,
): Promise<ProcedureReturn | null> {
  const script = newScriptRun(session, run, source);
  checkBlock(block, scope, returns, script);
  try {
    const leave = await runBlock(block, { scope, script, handlers: [] });
    return leave?.kind === 'return' ? leave.returned : null;
  } catch (error) {
    throw error instanceof ScriptException ? uncaught(error) : error;
  }
}
