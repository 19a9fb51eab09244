import type { ExecuteImmediate, Identifier } from '../../../../shared/sql/ast.ts';
import {
  compilationError,
  invalidIdentifier,
  SnowflakeError,
} from '../../../../shared/sql/snowflake-error.ts';
import { splitStatements } from '../../../../shared/sql/split.ts';
import { cast } from '../../bind/cast.ts';
import type { BindValue } from '../../bind/context.ts';
import { VARCHAR } from '../../bind/literal.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { evaluateIn } from './evaluate.ts';
import { executeFromFile } from './execute-from-file.ts';
import { isLocation } from './inner-tree.ts';
import { bindOf, type ScriptValue } from './script-value.ts';

/**
 * EXECUTE IMMEDIATE of a text, with the values of USING for its `?` and `:1`. The text sees no variable of the block
 * that it is run from. Source: docs.snowflake.com, EXECUTE IMMEDIATE.
 */
export async function executeImmediate(
  statement: ExecuteImmediate,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const { source, using } = statement;
  if (isLocation(source)) return executeFromFile(statement, source, session, run);
  const { text } = await evaluateIn(source, session, run, (bound) => cast(bound, VARCHAR));
  if (text === null)
    throw compilationError('001003', '42000', 'EXECUTE IMMEDIATE needs a text, not NULL', source.start);
  const count = splitStatements(text).length;
  if (count > 1) {
    throw new SnowflakeError(
      '000008',
      '0A000',
      `Actual statement count ${count} did not match the desired statement count 1.`,
    );
  }
  const binds: BindValue[] = [];
  for (const name of using) binds.push(bindOf(await usingValue(name, session, run)));
  const { result } = await session.executeInner(text, { binds: using.length > 0 ? binds : run.binds });
  return result;
}

/** A variable of the block around, outside one of the session. */
async function usingValue(name: Identifier, session: Session, run: Run): Promise<ScriptValue> {
  const place = { start: name.start, end: name.end };
  if (run.blockVariable !== undefined) {
    const value = run.blockVariable(name.name);
    if (value === undefined) throw invalidIdentifier(name.name, name.start);
    return value;
  }
  return evaluateIn({ kind: 'variable', name: name.name, ...place }, session, run, (bound) => bound);
}
