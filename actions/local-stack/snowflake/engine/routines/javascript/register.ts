import {
  BIGINT,
  type DuckDBConnection,
  type DuckDBListValue,
  DuckDBScalarFunction,
  type DuckDBType,
  INTEGER,
  LIST,
  VARCHAR,
} from '@duckdb/node-api';
import { doesNotExist, SnowflakeError } from '../../../../../shared/sql/snowflake-error.ts';
import { SCALAR_CALL, TABLE_CALL } from '../../../bind/javascript-call.ts';
import type { Catalog } from '../../catalog.ts';
import { formatName } from '../../names.ts';
import type { RoutineRecord } from '../../objects.ts';
import type { JavaScriptThreads } from './threads.ts';

/** Characters of arguments that go into a thread at once. */
const BATCH = 4_000_000;

/** Makes known to DuckDB the functions by which bound SQL calls functions in JavaScript (bind/javascript-call.ts). */
export function registerUserJavaScript(
  connection: DuckDBConnection,
  catalog: Catalog,
  threads: JavaScriptThreads,
): void {
  const row = LIST(VARCHAR);
  register(connection, SCALAR_CALL, [BIGINT, VARCHAR, INTEGER, row], (columns) => {
    const [ids, zones, seconds, lists] = columns as [bigint[], string[], number[], DuckDBListValue[]];
    return inBatches(lists.map(texts), (rows) => {
      const routine = routineOf(catalog, ids[0]!);
      const job = {
        ...jobOf(routine),
        kind: 'scalar' as const,
        returns: (routine.returns as { name: string }).name,
        rows,
      };
      return textsOf(threads.runNow(job, zones[0]!, seconds[0]!), rows.length);
    });
  });
  register(connection, TABLE_CALL, [BIGINT, VARCHAR, INTEGER, VARCHAR, LIST(row)], (columns) => {
    const [ids, zones, seconds, infos, lists] = columns as [
      bigint[],
      string[],
      number[],
      string[],
      DuckDBListValue[],
    ];
    return lists.map((partition, index) => {
      const routine = routineOf(catalog, ids[index]!);
      const { table } = routine.returns as { table: OutputColumn[] };
      const job = {
        ...jobOf(routine),
        kind: 'table' as const,
        columns: table.map(({ name, type }) => ({ name, type: type.name })),
        argumentInfo: JSON.parse(infos[index]!) as unknown,
        rows: (partition.items as DuckDBListValue[]).map(texts),
      };
      return JSON.stringify(threads.runNow(job, zones[index]!, seconds[index]!));
    });
  });
}
type OutputColumn = { name: string; type: { name: string } };

function register(
  connection: DuckDBConnection,
  name: string,
  parameterTypes: DuckDBType[],
  call: (columns: unknown[][]) => (string | null)[],
): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name,
      parameterTypes,
      returnType: VARCHAR,
      // Its code may draw random numbers: a call is not one value for all rows.
      volatile: true,
      mainFunction: (_info, input, output) => {
        const columns = parameterTypes.map((_type, index) => {
          const vector = input.getColumnVector(index);
          return Array.from({ length: input.rowCount }, (_row, row) => vector.getItem(row) as unknown);
        });
        try {
          const results = input.rowCount === 0 ? [] : call(columns);
          for (const [row, result] of results.entries()) output.setItem(row, result);
          output.flush();
        } catch (error) {
          // DuckDB hands on text: see bind/runtime-error.ts.
          if (!(error instanceof SnowflakeError)) throw error;
          throw new Error(`SF|${error.code}|${error.sqlState}|${error.message}`, { cause: error });
        }
      },
    }),
  );
}

function routineOf(catalog: Catalog, id: bigint): RoutineRecord {
  const found = catalog.get(Number(id));
  if (found?.kind !== 'FUNCTION') throw doesNotExist('Function', String(id));
  return found;
}

function jobOf(routine: RoutineRecord) {
  return {
    id: routine.id,
    name: formatName({ ...routine, database: null, schema: null }),
    body: routine.body,
    parameters: routine.parameters.map(({ name, type }) => ({ name, type: type.name })),
  };
}

function texts(list: DuckDBListValue): (string | null)[] {
  return list.items as (string | null)[];
}

/** Runs rows in parts that are not too long. */
function inBatches(
  rows: (string | null)[][],
  run: (rows: (string | null)[][]) => (string | null)[],
): (string | null)[] {
  const results: (string | null)[][] = [];
  let from = 0;
  let size = 0;
  for (const [index, row] of rows.entries()) {
    size += row.reduce((sum, text) => sum + (text?.length ?? 0), 0);
    if (size < BATCH && index < rows.length - 1) continue;
    results.push(run(rows.slice(from, index + 1)));
    from = index + 1;
    size = 0;
  }
  return results.flat();
}

/** The results of a job, checked: the code behind them is not trusted. */
function textsOf(result: unknown, count: number): (string | null)[] {
  const fits =
    Array.isArray(result) &&
    result.length === count &&
    result.every((one): one is string | null => one === null || typeof one === 'string');
  if (!fits)
    throw new SnowflakeError(
      '100132',
      'P0000',
      'JavaScript execution error: the function gave no valid results',
    );
  return result;
}
