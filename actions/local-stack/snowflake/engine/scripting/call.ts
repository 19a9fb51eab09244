import type { CallProcedure, Expression, QueryStatement } from '../../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../../shared/sql/parse.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { formatName } from '../names.ts';
import type { RoutineRecord } from '../objects.ts';
import { executeQuery } from '../query.ts';
import type { StatementResult } from '../result.ts';
import { runJavaScriptProcedure } from '../routines/javascript-procedure.ts';
import type { Run, Session } from '../session.ts';
import { bindArguments, chooseProcedure } from './procedure-arguments.ts';
import { procedureResult } from './procedure-result.ts';
import { withinProcedure } from './procedure-scope.ts';
import { missingReturn, noVariable } from './script-errors.ts';
import type { ScriptValue } from './script-value.ts';
import { runSqlProcedure } from './sql-procedure.ts';

/** What a procedure's body gives: a value, or a table as the statement that made it answered. */
export type ProcedureReturn =
  | { kind: 'scalar'; value: ScriptValue }
  | { kind: 'table'; result: StatementResult };

/**
 * Runs the body of a procedure with its arguments, one per parameter and of the parameter's type. Rights, the scope
 * of transactions, the limit of nesting and the conversion to the declared return type are seen to around it.
 */
export type ProcedureBody = (
  procedure: RoutineRecord,
  args: ScriptValue[],
  session: Session,
  run: Run,
) => Promise<ProcedureReturn | null>;

/** Who runs a procedure, by LANGUAGE: another language is added here. Its statements go through session.executeInner. */
const languages: Record<string, ProcedureBody> = {
  SQL: runSqlProcedure,
  JAVASCRIPT: runJavaScriptProcedure,
};

/** Whether procedures in a language are run here. */
export function isCarriedOut(language: string): boolean {
  return languages[language] !== undefined;
}

/** CALL. Source: docs.snowflake.com, CALL. */
export async function callProcedure(
  statement: CallProcedure,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  if (statement.into !== null && run.blockVariable === undefined)
    throw notSupportedHere('CALL … INTO outside a block', statement.into.start);
  const { name } = statement;
  if (name.kind === 'name' && name.parts.length === 1 && /^SYSTEM\$\w+$/.test(name.parts[0]!.name))
    return executeQuery(systemCall(statement, name.parts[0]!.name), session, run);
  const { procedure, values } = await chooseProcedure(statement, session, run);
  const args = await bindArguments(procedure, values, session, run);
  const out = outArguments(procedure, statement, run);
  const result = await runProcedure(procedure, args, session, run);
  for (const [index, argument] of out) await run.assignArgument?.(argument, args[index]!);
  return result;
}

/** What is given for OUT arguments, by their place: variables of a block, which take the values that the procedure leaves. */
function outArguments(
  { parameters }: RoutineRecord,
  statement: CallProcedure,
  run: Run,
): Map<number, Expression> {
  const out = new Map<number, Expression>();
  for (const [index, parameter] of parameters.entries()) {
    if (parameter.out !== true) continue;
    const named = statement.namedArgs.find((one) => one.name.name === parameter.name);
    const argument = statement.args[index] ?? named?.value;
    if (argument?.kind !== 'bind' || run.assignArgument === undefined)
      throw noVariable((argument ?? statement).start);
    out.set(index, argument);
  }
  return out;
}

/** CALL SYSTEM$SET_RETURN_VALUE('x') and the like: a system function is called as a procedure is. Source: their pages. */
function systemCall({ args, namedArgs, start, end }: CallProcedure, name: string): QueryStatement {
  const query = parseQueryText(`SELECT ${name}()`);
  const call = query.body.kind === 'select' ? query.body.items[0]!.expression : null;
  if (call?.kind === 'call') Object.assign(call, { args, namedArgs, start, end });
  return { kind: 'select', query, start, end };
}

/** Runs a procedure that has been found (or is no object at all: WITH … AS PROCEDURE). */
async function runProcedure(
  procedure: RoutineRecord,
  args: ScriptValue[],
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const body = languages[procedure.language];
  if (body === undefined)
    throw notSupportedHere(`a procedure in ${procedure.language} (${formatName(procedure)})`);
  const { properties = {} } = procedure;
  const isStrict = properties.STRICT === true || properties['RETURNS NULL ON NULL INPUT'] === true;
  if (isStrict && !('table' in procedure.returns) && args.some((one) => one.text === null))
    return procedureResult(procedure, null, session);
  const returned = await withinProcedure(procedure, session, () => body(procedure, args, session, run));
  if (returned === null && 'table' in procedure.returns) throw missingReturn();
  return procedureResult(procedure, returned, session);
}
