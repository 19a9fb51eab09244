import type { ScriptBlock } from '../../../../shared/sql/ast.ts';
import { parseStatement } from '../../../../shared/sql/parse.ts';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { RoutineRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { runScript } from './block.ts';
import type { ProcedureReturn } from './call.ts';
import { innerScope } from './script-scope.ts';
import { nullValue, type ScriptValue } from './script-value.ts';

/**
 * Runs a procedure in Snowflake Scripting: its arguments are variables around its block. Those that are OUT begin as
 * NULL; what they are at the end stands in `args`.
 */
export async function runSqlProcedure(
  procedure: RoutineRecord,
  args: ScriptValue[],
  session: Session,
  run: Run,
): Promise<ProcedureReturn | null> {
  const scope = innerScope(null);
  const variables = procedure.parameters.map(({ type, out }, index) => {
    const value = out === true ? nullValue(type) : args[index]!;
    return { kind: 'variable' as const, type, value };
  });
  for (const [index, { name }] of procedure.parameters.entries()) scope.names.set(name, variables[index]!);
  const returns = 'table' in procedure.returns ? 'table' : 'scalar';
  // A procedure's body does not see the binds of the CALL.
  const inner = { ...run, binds: [] };
  const returned = await runScript(readBody(procedure.body), procedure.body, scope, returns, session, inner);
  args.splice(0, args.length, ...variables.map((variable) => variable.value));
  return returned;
}

/** The block that a body is. @throws SnowflakeError 001003 for any other text */
export function readBody(body: string): ScriptBlock {
  const statement = parseStatement(body);
  if (statement.kind === 'block') return statement;
  throw new SnowflakeError(
    '001003',
    '42000',
    'SQL compilation error:\nThe body of a procedure in SQL must be a block: BEGIN … END.',
    { position: statement.start },
  );
}
