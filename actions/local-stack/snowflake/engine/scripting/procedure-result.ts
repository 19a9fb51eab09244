import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import type { RoutineRecord } from '../objects.ts';
import type { StatementResult } from '../result.ts';
import type { Session } from '../session.ts';
import type { ProcedureReturn } from './call.ts';
import { convertAll } from './convert.ts';
import { otherTable } from './script-errors.ts';
import { nullValue, type ScriptValue } from './script-value.ts';

/** One value as the result of a block or CALL. */
export function scalarResult(name: string, value: ScriptValue): StatementResult {
  return {
    columns: [{ name, type: value.type, nullable: true }],
    rows: [[value.text]],
    type: 'SELECT',
    rowsAffected: 0,
  };
}

/** What CALL answers: the value as the declared type, or the rows under the declared names. Source: docs.snowflake.com, CALL. */
export async function procedureResult(
  procedure: RoutineRecord,
  returned: ProcedureReturn | null,
  session: Session,
): Promise<StatementResult> {
  const { returns } = procedure;
  if ('table' in returns) {
    if (returned?.kind !== 'table') throw otherTable();
    return declaredTable(returns.table, returned.result);
  }
  if (returned?.kind === 'table') throw otherTable();
  const [value] = await convertAll([returned?.value ?? nullValue(returns)], [returns], session);
  if (value!.text === null && procedure.returnsNotNull === true)
    throw new SnowflakeError('100072', '22000', 'NULL result in a non-nullable column');
  return scalarResult(procedure.name, value!);
}

/** RETURNS TABLE () answers the rows as they are. Other declarations want as many columns, of the same types. */
function declaredTable(
  declared: { name: string; type: SnowflakeType }[],
  result: StatementResult,
): StatementResult {
  const base = { ...result, type: 'SELECT' as const, rowsAffected: 0 };
  if (declared.length === 0) return base;
  if (declared.length !== result.columns.length) throw otherTable();
  const columns = declared.map((column, index) => {
    const actual = result.columns[index]!;
    if (!isCompatible(actual.type, column.type)) throw otherTable();
    return { name: column.name, type: column.type, nullable: actual.nullable };
  });
  return { ...base, columns };
}

/** Widths may differ, the precision of times may not. */
function isCompatible(from: SnowflakeType, to: SnowflakeType): boolean {
  if (from.name === 'NULL') return true;
  if (from.name !== to.name) return false;
  if (from.name.startsWith('TIME'))
    return (from as { scale: number }).scale === (to as { scale: number }).scale;
  return true;
}
