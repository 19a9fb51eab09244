import { joinName } from '../../migrate/effects/name-scope.ts';
import type { Problem } from '../../migrate/problem.ts';
import { type SnowflakeSession, SnowflakeStatementError } from '../../shared/snowflake.ts';
import type { DefinedObjects } from './defined-objects.ts';

export interface ColumnProfile {
  nulls: number;
  /** Null for a type whose values cannot be compared. */
  distinct: number | null;
  min: string | null;
  max: string | null;
}

/** The content of a table or view. */
export interface TableProfile {
  rows: number;
  columns: Map<string, ColumnProfile>;
}

/** By SCHEMA.NAME. */
export type DataProfile = Map<string, TableProfile>;

/** Of the history of migrations. */
const LEFT_OUT = ['DATAOPS', 'INFORMATION_SCHEMA'];
const NOT_COMPARED = new Set([
  'VARIANT',
  'OBJECT',
  'ARRAY',
  'MAP',
  'GEOGRAPHY',
  'GEOMETRY',
  'VECTOR',
  'FILE',
]);

/** Reads every table and view of the database: a view that cannot be read is a problem on its line. */
export async function readProfile(
  session: SnowflakeSession,
  database: string,
  objects: DefinedObjects,
): Promise<{ profile: DataProfile; problems: Problem[] }> {
  const { rows } = await session.execute(
    `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM ${database}.INFORMATION_SCHEMA.COLUMNS
     WHERE TABLE_SCHEMA NOT IN (${LEFT_OUT.map((name) => `'${name}'`).join(', ')})
     ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`,
  );
  const tables = Map.groupBy(rows, (row) => `${row.TABLE_SCHEMA}.${row.TABLE_NAME}`);
  const profile: DataProfile = new Map();
  const problems: Problem[] = [];
  for (const [key, columns] of tables) {
    const first = columns[0]!;
    const from = `${database}.${joinName([String(first.TABLE_SCHEMA), String(first.TABLE_NAME)])}`;
    try {
      profile.set(key, await profileTable(session, from, columns));
    } catch (error) {
      if (!(error instanceof SnowflakeStatementError)) throw error;
      const defined = objects.get(key);
      problems.push({
        file: defined?.file ?? 'the bootstrap',
        line: defined?.statement.line ?? 1,
        message: `${key} cannot be read: ${error.message.replaceAll('\n', ' ')}`,
        remedy: 'Correct its definition, or what it reads.',
      });
    }
  }
  return { profile, problems };
}

async function profileTable(
  session: SnowflakeSession,
  from: string,
  columns: readonly Record<string, unknown>[],
): Promise<TableProfile> {
  const facts = columns.flatMap((column, index) => {
    const name = `"${String(column.COLUMN_NAME).replaceAll('"', '""')}"`;
    const filled = `COUNT(${name}) AS "filled${index}"`;
    if (NOT_COMPARED.has(String(column.DATA_TYPE))) return [filled];
    return [
      filled,
      `COUNT(DISTINCT ${name}) AS "distinct${index}"`,
      `TO_VARCHAR(MIN(${name})) AS "min${index}"`,
      `TO_VARCHAR(MAX(${name})) AS "max${index}"`,
    ];
  });
  const { rows } = await session.execute(
    `SELECT ${['COUNT(*) AS "rows"', ...facts].join(', ')} FROM ${from}`,
  );
  const row = rows[0] ?? {};
  const count = Number(row.rows);
  const text = (value: unknown): string | null => (value == null ? null : String(value));
  return {
    rows: count,
    columns: new Map(
      columns.map((column, index) => [
        String(column.COLUMN_NAME),
        {
          nulls: count - Number(row[`filled${index}`]),
          distinct: row[`distinct${index}`] === undefined ? null : Number(row[`distinct${index}`]),
          min: text(row[`min${index}`]),
          max: text(row[`max${index}`]),
        },
      ]),
    ),
  };
}
