import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { BindValue } from '../../bind/context.ts';
import { snowflakeErrorFromDuck } from '../../bind/runtime-error.ts';
import { typeFromName } from '../../bind/type-rules.ts';
import { formatName } from '../names.ts';
import type { RoutineRecord } from '../objects.ts';
import type { ProcedureReturn } from '../scripting/call.ts';
import type { ScriptValue } from '../scripting/script-value.ts';
import type { Session } from '../session.ts';
import { JavaScriptError } from './javascript/thread.ts';

/**
 * Runs a procedure in JavaScript in a thread of its own; the statements that it executes run here, in the session.
 * Source: docs.snowflake.com, "Writing stored procedures in JavaScript".
 */
export async function runJavaScriptProcedure(
  procedure: RoutineRecord,
  args: ScriptValue[],
  session: Session,
): Promise<ProcedureReturn> {
  const { returns } = procedure;
  if ('table' in returns) {
    throw new SnowflakeError(
      '391516',
      '22023',
      `SQL compilation error:\nLanguage JAVASCRIPT does not support type 'TABLE' for argument or return type.`,
    );
  }
  const job = {
    kind: 'procedure' as const,
    name: formatName({ ...procedure, database: null, schema: null }),
    body: procedure.body,
    parameters: procedure.parameters.map(({ name, type }) => ({ name, type: type.name, ...scaleOf(type) })),
    returns: returns.name,
    args: args.map((one) => one.text),
  };
  const seconds = Number(session.parameter('STATEMENT_TIMEOUT_IN_SECONDS'));
  const result = await session.engine.javascript.run(
    job,
    session.parameter('TIMEZONE'),
    seconds,
    (request) => execute(request, session),
    () => session.requireNotCancelled(),
  );
  const { type, text } = result as { type: unknown; text: unknown };
  if (typeof type !== 'string' || (text !== null && typeof text !== 'string'))
    throw new JavaScriptError('JavaScript execution error: the procedure gave no valid result', false);
  return { kind: 'scalar', value: { type: typeNamed(type), text } };
}

/** Carries out one statement of a procedure: its request and answer are JSON (procedure-api.ts). */
async function execute(request: string, session: Session): Promise<string> {
  const { sqlText, binds } = JSON.parse(request) as { sqlText: string; binds: BindValue[] };
  try {
    const { queryId, result } = await session.executeInner(String(sqlText), { binds });
    return JSON.stringify({
      queryId,
      columns: result.columns.map(({ name, type, nullable }) => ({
        name,
        nullable,
        type: type.name,
        ...scaleOf(type),
      })),
      rows: result.rows,
      rowsAffected: result.rowsAffected,
    });
  } catch (thrown) {
    const error = thrown instanceof SnowflakeError ? thrown : snowflakeErrorFromDuck(thrown);
    if (error === undefined) throw thrown;
    // A cancelled procedure may not catch that and go on.
    session.requireNotCancelled();
    return JSON.stringify({
      error: {
        code: Number(error.code),
        state: error.sqlState,
        message: error.message,
        stackTraceTxt: `At Snowflake.execute, line 1 position 1`,
      },
    });
  }
}

function scaleOf(type: ScriptValue['type']): { scale?: number } {
  return 'scale' in type ? { scale: type.scale } : {};
}

function typeNamed(name: string): ScriptValue['type'] {
  return typeFromName({ name, args: [], start: { offset: 0, line: 1, column: 0 }, end: 0 });
}
