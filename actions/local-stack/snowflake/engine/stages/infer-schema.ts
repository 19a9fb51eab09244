import type { Expression, FunctionCall } from '../../../../shared/sql/ast.ts';
import { parseStatement } from '../../../../shared/sql/parse.ts';
import { compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import type { RelationSource } from '../../bind/bound.ts';
import { type Cell, columns, integer, rowsRelation, text } from '../dml/rows-relation.ts';
import { readCsvHeader } from '../files/csv-reader.ts';
import { scanFiles } from '../files/file-scan.ts';
import { parquetScan } from '../files/parquet-scan.ts';
import type { Run, Session } from '../session.ts';
import { csvOptions } from './csv-options.ts';
import { type EffectiveFormat, effectiveFormat } from './file-format.ts';
import { commonType, inferredType } from './inferred-type.ts';
import { fetchFile, listFiles, type StagedFile } from './stage-files.ts';
import { type Location, resolveLocation } from './stage-location.ts';

const header = columns({
  COLUMN_NAME: text,
  TYPE: text,
  NULLABLE: { name: 'BOOLEAN' },
  EXPRESSION: text,
  FILENAMES: text,
  ORDER_ID: integer,
});
/** Rows of a file that are looked at, unless MAX_RECORDS_PER_FILE says otherwise. */
const ROWS_PER_FILE = 10_000;

interface InferredColumn {
  name: string;
  type: SnowflakeType;
  nullable: boolean;
  expression: string;
}

/**
 * TABLE(INFER_SCHEMA(LOCATION => '@stage/path', FILE_FORMAT => 'format' [, FILES => …, IGNORE_CASE => …,
 * MAX_FILE_COUNT => …, MAX_RECORDS_PER_FILE => …])): the columns of staged files. Source: docs.snowflake.com, INFER_SCHEMA.
 */
export async function inferSchema(call: FunctionCall, session: Session, run: Run): Promise<RelationSource> {
  const given = new Map(call.namedArgs.map((argument) => [argument.name.name, argument.value]));
  for (const name of given.keys()) if (!ARGUMENTS.includes(name)) throw refuse(`argument ${name}`, call);
  const location = locationOf(textOf(given.get('LOCATION'), 'LOCATION', call), session, call);
  const format = effectiveFormat(
    { name: textOf(given.get('FILE_FORMAT'), 'FILE_FORMAT', call), options: {} },
    session,
  );
  const most = numberOf(given.get('MAX_FILE_COUNT')) ?? Number.POSITIVE_INFINITY;
  const rows = numberOf(given.get('MAX_RECORDS_PER_FILE')) ?? ROWS_PER_FILE;
  const ignoreCase = given.get('IGNORE_CASE');
  const upper = ignoreCase?.kind === 'boolean' && ignoreCase.value;
  const files = (await chosenFiles(given.get('FILES'), location, session, call)).slice(0, most);
  const merged = new Map<string, InferredColumn & { files: string[] }>();
  for (const file of files) {
    for (const column of await columnsOf(file, format, rows, session, run)) {
      const name = upper ? column.name.toUpperCase() : column.name;
      const known = merged.get(name);
      merged.set(name, {
        ...column,
        name,
        type: known === undefined ? column.type : commonType(known.type, column.type),
        nullable: column.nullable || (known?.nullable ?? false),
        files: [...(known?.files ?? []), file.name],
      });
    }
  }
  const found = [...merged.values()].map((column, index): Cell[] => [
    column.name,
    typeText(column.type),
    column.nullable,
    `${column.expression}::${typeText(column.type)}`,
    column.files.join(', '),
    index,
  ]);
  return rowsRelation(header, found);
}

const ARGUMENTS = [
  'LOCATION',
  'FILE_FORMAT',
  'FILES',
  'IGNORE_CASE',
  'MAX_FILE_COUNT',
  'MAX_RECORDS_PER_FILE',
];

function columnsOf(
  file: StagedFile,
  format: EffectiveFormat,
  rows: number,
  session: Session,
  run: Run,
): Promise<InferredColumn[]> {
  switch (format.type) {
    case 'PARQUET':
      return parquetColumns(file, format, session);
    case 'JSON':
      return jsonColumns(file, format, rows, session, run);
    case 'CSV':
      return csvColumns(file, format, rows, session, run);
  }
}

async function parquetColumns(
  file: StagedFile,
  format: EffectiveFormat,
  session: Session,
): Promise<InferredColumn[]> {
  const { fields } = await parquetScan(session.engine, [file], format);
  return [...fields].map(([name, { type }]) => ({ name, type, nullable: true, expression: `$1:${name}` }));
}

async function jsonColumns(
  file: StagedFile,
  format: EffectiveFormat,
  rows: number,
  session: Session,
  run: Run,
): Promise<InferredColumn[]> {
  const [documents] = await sample(file, format, 1, rows, session, run);
  const found = new Map<string, { values: unknown[]; present: number }>();
  for (const document of documents!) {
    const value: unknown = document === null ? null : JSON.parse(document);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    for (const [key, member] of Object.entries(value)) {
      const known = found.get(key) ?? { values: [], present: 0 };
      found.set(key, { values: [...known.values, member], present: known.present + 1 });
    }
  }
  return [...found].map(([name, { values, present }]) => ({
    name,
    type: inferredType(values),
    nullable: present < documents!.length || values.includes(null),
    expression: `$1:${name}`,
  }));
}

async function csvColumns(
  file: StagedFile,
  format: EffectiveFormat,
  rows: number,
  session: Session,
  run: Run,
): Promise<InferredColumn[]> {
  const options = csvOptions(format.options);
  const first = await readCsvHeader(await fetchFile(session.engine, file), options);
  const values = await sample(file, format, first.length, rows, session, run);
  return first.map((name, index) => ({
    name: options.parseHeader ? name : `c${index + 1}`,
    type: inferredType(values[index]!),
    nullable: true,
    expression: `$${index + 1}`,
  }));
}

/** The first rows of a file by column, as text. */
async function sample(
  file: StagedFile,
  format: EffectiveFormat,
  fields: number,
  rows: number,
  session: Session,
  run: Run,
): Promise<(string | null)[][]> {
  const { relation } = await scanFiles(session.engine, [file], format, {
    fields,
    expected: null,
    withRow: false,
    exact: true,
    startedAt: run.startedAt,
  });
  const visible = relation.columns.filter((column) => column.hidden !== true);
  const list = visible.map(({ sql }) => `CAST(${sql} AS VARCHAR)`).join(', ');
  const reader = await session.engine.connection.runAndReadAll(
    `SELECT ${list} FROM ${relation.sql} LIMIT ${rows}`,
  );
  const read = reader.getRowsJS();
  return visible.map((_, index) =>
    read.map((row) => {
      const value = row[index];
      return value === null || value === undefined ? null : String(value);
    }),
  );
}

/** `@stage/path`, read as LIST reads it. */
function locationOf(written: string, session: Session, call: FunctionCall): Location {
  const statement = parseStatement(`LIST ${written.startsWith('@') ? written : `@${written}`}`);
  if (statement.kind !== 'list') throw refuse(`LOCATION ${written}`, call);
  return resolveLocation(statement.location, session);
}

async function chosenFiles(
  given: Expression | undefined,
  location: Location,
  session: Session,
  call: FunctionCall,
): Promise<StagedFile[]> {
  const files = await listFiles(session.engine, location);
  if (given === undefined) return files;
  if (given.kind !== 'string') throw refuse('FILES with several names', call);
  return files.filter((file) => file.name === given.value || file.name.endsWith(`/${given.value}`));
}

function textOf(value: Expression | undefined, name: string, call: FunctionCall): string {
  if (value?.kind === 'string') return value.value;
  throw compilationError('001015', '22023', `${name} of INFER_SCHEMA needs to be a literal`, call.start);
}

function numberOf(value: Expression | undefined): number | undefined {
  return value?.kind === 'number' ? Number(value.text) : undefined;
}

function refuse(what: string, call: FunctionCall): Error {
  return notSupportedHere(`${what} of INFER_SCHEMA`, call.start);
}

/** `TEXT`, `NUMBER(4, 0)`, `REAL`, as INFER_SCHEMA gives types. */
function typeText(type: SnowflakeType): string {
  switch (type.name) {
    case 'NUMBER':
      return `NUMBER(${type.precision}, ${type.scale})`;
    case 'VARCHAR':
    case 'NULL':
      return 'TEXT';
    case 'FLOAT':
      return 'REAL';
    default:
      return type.name;
  }
}
