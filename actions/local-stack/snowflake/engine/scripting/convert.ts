import { formatType, type SnowflakeType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../../bind/bound.ts';
import { cast } from '../../bind/cast.ts';
import { encodeColumn, encodeRows } from '../encode.ts';
import type { Session } from '../session.ts';
import { boundValue, type ScriptValue } from './script-value.ts';

/** Values as their variables' types. @throws SnowflakeError */
export async function convertAll(
  values: ScriptValue[],
  types: SnowflakeType[],
  session: Session,
): Promise<ScriptValue[]> {
  const bounds = values.map((value, index) => cast(boundValue(value), types[index]!));
  const changed = bounds.filter((_, index) => !isSameType(values[index]!.type, types[index]!));
  if (changed.length === 0) return values;
  const work = (query: Query) => computeAll(bounds, query);
  if (session.transaction !== null)
    return session.transact((transaction) => work((sql) => transaction.query(sql)));
  return work(async (sql) => (await session.connection.runAndReadAll(sql)).getRowsJS());
}

function isSameType(from: SnowflakeType, to: SnowflakeType): boolean {
  return formatType(from) === formatType(to);
}

export type Query = (sql: string) => Promise<unknown[][]>;

/** The values of several operands. */
export async function computeAll(bounds: Bound[], query: Query): Promise<ScriptValue[]> {
  const columns = bounds.map(({ type }) => ({ name: '', type, nullable: true }));
  const rows = await query(
    `SELECT ${bounds.map((one) => encodeColumn(`(${one.sql})`, one.type)).join(', ')}`,
  );
  const [texts] = encodeRows(rows, columns);
  return bounds.map(({ type }, index) => ({ type, text: texts![index]! }));
}
