import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { RelationColumn, RelationSource } from '../../actions/local-stack/snowflake/bind/bound.ts';
import type { BindContext, BindValue } from '../../actions/local-stack/snowflake/bind/context.ts';
import { registerJavaScriptFunctions } from '../../actions/local-stack/snowflake/bind/javascript-functions.ts';
import { macroStatements } from '../../actions/local-stack/snowflake/bind/macros.ts';
import { bindQuery } from '../../actions/local-stack/snowflake/bind/query.ts';
import { snowflakeErrorFromDuck } from '../../actions/local-stack/snowflake/bind/runtime-error.ts';
import { parseQueryText } from '../../actions/shared/sql/parse.ts';
import { doesNotExist, SnowflakeError } from '../../actions/shared/sql/snowflake-error.ts';
import { type Column, formatType, type SnowflakeType } from '../../actions/shared/sql/types.ts';

type Relation = Extract<RelationSource, { kind: 'relation' }>;

/** A table for the binder's tests: its columns, and its rows as DuckDB VALUES. */
export interface TestTable {
  name: string;
  columns: [name: string, type: SnowflakeType][];
  rows: string;
}
export interface TestView {
  name: string;
  query: string;
  columns: string[] | null;
}

export interface BinderBench {
  /** Column names and types as DESCRIBE shows them, rows as text. */
  query(
    text: string,
    binds?: BindValue[],
  ): Promise<{ columns: string[]; types: string[]; rows: (string | null)[][] }>;
  /** The error of binding or running, or undefined. */
  failure(text: string): Promise<SnowflakeError | undefined>;
  bind(text: string): { sql: string; columns: Column[] };
  context: BindContext;
  connection: DuckDBConnection;
}

const DUCK: Record<string, string> = {
  FLOAT: 'DOUBLE',
  VARCHAR: 'VARCHAR',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP_NTZ: 'TIMESTAMP',
  TIMESTAMP_LTZ: 'TIMESTAMPTZ',
  TIMESTAMP_TZ: 'STRUCT(t TIMESTAMPTZ, o SMALLINT)',
  BINARY: 'BLOB',
  VARIANT: 'JSON',
  OBJECT: 'JSON',
  ARRAY: 'JSON',
};

/** An in-memory DuckDB with tables, and a binder over them whose session is database DB, schema PUBLIC. */
export async function openBinderBench(
  tables: TestTable[],
  views: TestView[] = [],
  extra: Partial<BindContext> & { variables?: BindContext['session']['variables'] } = {},
): Promise<BinderBench> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  registerJavaScriptFunctions(connection);
  for (const macro of macroStatements()) await connection.run(macro);
  await connection.run("SET TimeZone = 'America/Los_Angeles'");
  const relations = new Map<string, RelationSource>();
  for (const [index, table] of tables.entries()) {
    relations.set(table.name, await createTable(connection, table, `t${index}`));
  }
  for (const view of views) {
    relations.set(view.name, {
      kind: 'view',
      name: view.name,
      query: parseQueryText(view.query),
      source: view.query,
      columns: view.columns,
      database: 'DB',
      schema: 'PUBLIC',
    });
  }
  const context = testContext(relations, extra);
  const bind = (text: string, binds: BindValue[] = []): { sql: string; columns: Column[] } =>
    bindQuery(parseQueryText(text), { ...context, binds }, { source: text });
  const query: BinderBench['query'] = async (text, binds) => {
    const bound = bind(text, binds);
    const list = bound.columns.map((_, index) => `CAST(c${index + 1} AS VARCHAR)`).join(', ');
    const result = await connection.runAndReadAll(`SELECT ${list} FROM (${bound.sql}) AS result`);
    return {
      columns: bound.columns.map((column) => column.name),
      types: bound.columns.map((column) => formatType(column.type)),
      rows: result.getRowsJson() as (string | null)[][],
    };
  };
  const failure = async (text: string): Promise<SnowflakeError | undefined> => {
    try {
      await query(text);
      return undefined;
    } catch (error) {
      const known = error instanceof SnowflakeError ? error : snowflakeErrorFromDuck(error);
      if (known === undefined) throw error;
      return known;
    }
  };
  return { query, failure, bind, context, connection };
}

async function createTable(
  connection: DuckDBConnection,
  table: TestTable,
  physical: string,
): Promise<Relation> {
  const columns = table.columns.map(([name, type], index): RelationColumn => {
    return { name, type, nullable: true, sql: `c${index + 10}` };
  });
  const list = columns.map(({ sql, type }) => {
    const duck = type.name === 'NUMBER' ? `DECIMAL(${type.precision},${type.scale})` : DUCK[type.name]!;
    return `${sql} ${duck}`;
  });
  await connection.run(`CREATE TABLE ${physical} (${list.join(', ')})`);
  if (table.rows !== '') await connection.run(`INSERT INTO ${physical} VALUES ${table.rows}`);
  return { kind: 'relation', sql: physical, columns };
}

function testContext(
  relations: Map<string, RelationSource>,
  { variables, ...extra }: Partial<BindContext> & { variables?: BindContext['session']['variables'] },
): BindContext {
  const context: BindContext = {
    session: {
      user: 'TESTER',
      role: 'SYSADMIN',
      roles: new Set(['SYSADMIN', 'PUBLIC']),
      warehouse: 'WH',
      database: 'DB',
      schema: 'PUBLIC',
      sessionId: '1',
      account: 'LOCAL',
      timezone: 'America/Los_Angeles',
      nowMicros: 1_767_225_600_000_000n,
      variables: variables ?? new Map(),
      parameter: (name) => ({ TIMESTAMP_TYPE_MAPPING: 'TIMESTAMP_NTZ', WEEK_START: '0' })[name] ?? '',
    },
    binds: [],
    scriptVariable: () => undefined,
    pipedResult: () => undefined,
    pivotValues: () => undefined,
    within: () => context,
    relation: (reference) => {
      const { name } = reference;
      const last = name.kind === 'name' ? name.parts.at(-1)!.name : '';
      const found = relations.get(last);
      if (found === undefined) throw doesNotExist('Object', last, name.start);
      return found;
    },
    stage: () => {
      throw new Error('no stage');
    },
    tableFunction: () => undefined,
    engineFunction: () => undefined,
    userFunction: () => undefined,
    sequenceNextValue: () => undefined,
    ...extra,
  };
  return context;
}
