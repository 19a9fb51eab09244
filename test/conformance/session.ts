import type { Connection, DataType, RowStatement, SnowflakeError } from 'snowflake-sdk';
import { openConnection, type SnowflakeSettings } from '../../actions/shared/snowflake.ts';
import { type Outcome, type ValueKind, valueText } from './outcome.ts';

/** A signed-in session of the real driver in a schema. */
export interface ConformanceSession {
  run(sql: string): Promise<Outcome>;
  close(): Promise<void>;
}

// The driver's own type leaves out two that it accepts.
const AS_TEXT = ['String', 'Boolean', 'Number', 'Date', 'JSON', 'Buffer', 'Object', 'Array'] as DataType[];
const KINDS: Record<string, ValueKind> = { variant: 'json', object: 'json', array: 'json', real: 'float' };

/** @throws UserError when the sign-in is refused */
export async function openSession(settings: SnowflakeSettings): Promise<ConformanceSession> {
  const connection = await openConnection(settings);
  return {
    run: (sql) => execute(connection, sql),
    close: () =>
      new Promise((resolve, reject) => {
        connection.destroy((error) => (error ? reject(error) : resolve()));
      }),
  };
}

/** An error of the connection itself is no outcome of the statement: it rejects. */
function execute(connection: Connection, sql: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText: sql,
      rowMode: 'array',
      fetchAsString: AS_TEXT,
      complete: (error, statement, rows) => {
        if (error) settle(error, resolve, reject);
        else resolve(rowsOf(statement, (rows ?? []) as unknown as unknown[][]));
      },
    });
  });
}

function settle(
  error: SnowflakeError,
  resolve: (outcome: Outcome) => void,
  reject: (error: Error) => void,
): void {
  const number = String(error.code ?? '');
  if (!/^-?\d{1,6}$/.test(number) || error.name !== 'OperationFailedError') reject(error);
  else
    resolve({ kind: 'error', number: number.padStart(6, '0'), message: error.message.replace(/\s+/g, ' ') });
}

function rowsOf(statement: RowStatement, rows: unknown[][]): Outcome {
  const columns = statement.getColumns() ?? [];
  const kinds = columns.map((column) => KINDS[column.getType()] ?? 'text');
  return {
    kind: 'rows',
    columns: columns.map((column) => column.getName()),
    rows: rows.map((row) => row.map((value, index) => valueText(value, kinds[index] ?? 'text'))),
    count: Math.max(0, statement.getNumUpdatedRows() ?? 0),
  };
}
