import { parseObjectName } from '../../../../shared/sql/parse.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import { duckType, type SnowflakeType } from '../../../../shared/sql/types.ts';
import type { Bound, RelationSource } from '../../bind/bound.ts';
import { cast } from '../../bind/cast.ts';
import { LTZ } from '../../bind/literal.ts';
import { quote } from '../database.ts';
import { instant, integer, text } from '../dml/rows-relation.ts';
import type { Engine } from '../engine.ts';
import { formatName, fullName } from '../names.ts';
import type { PipeRecord, TableRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';

const HOUR = 3_600_000_000;
/** How far back the histories go: 14 days. */
const HISTORY = 14 * 24 * HOUR;

/**
 * INFORMATION_SCHEMA.COPY_HISTORY: loads into a table by COPY and by pipes.
 * Source of the columns: docs.snowflake.com, COPY_HISTORY (table function).
 */
export function copyHistoryRelation(named: Map<string, Bound>, session: Session, run: Run): RelationSource {
  const table = tableNamed(named.get('TABLE_NAME'), session);
  const start = named.get('START_TIME');
  if (start === undefined) throw missing('START_TIME', 'COPY_HISTORY');
  const after = `epoch_us(${cast(start, LTZ).sql})`;
  const end = named.get('END_TIME');
  const before = end === undefined ? String(run.startedAt) : `epoch_us(${cast(end, LTZ).sql})`;
  const pipe = named.get('PIPE_NAME');
  const only = pipe === undefined ? '' : ` AND pipe_id = ${pipeNamed(pipe, session).id}`;
  const loads = `(SELECT * FROM catalog.loads UNION ALL SELECT * FROM catalog.pipe_loads)`;
  return relation(
    {
      FILE_NAME: ['file_name', text],
      STAGE_LOCATION: ['stage', text],
      LAST_LOAD_TIME: [time('loaded_at'), instant],
      ROW_COUNT: ['rows_loaded', integer],
      ROW_PARSED: ['rows_parsed', integer],
      FILE_SIZE: ['size', integer],
      FIRST_ERROR_MESSAGE: ['first_error', text],
      FIRST_ERROR_LINE_NUMBER: ['first_error_line', integer],
      FIRST_ERROR_CHARACTER_POS: ['first_error_character', integer],
      FIRST_ERROR_COLUMN_NAME: ['first_error_column', text],
      ERROR_COUNT: ['errors_seen', integer],
      ERROR_LIMIT: ['error_limit', integer],
      STATUS: [
        "CASE status WHEN 'LOADED' THEN 'Loaded' WHEN 'PARTIALLY_LOADED' THEN 'Partially loaded' ELSE 'Load failed' END",
        text,
      ],
      TABLE_CATALOG_NAME: [quote(table.database!), text],
      TABLE_SCHEMA_NAME: [quote(table.schema!), text],
      TABLE_NAME: [quote(table.name), text],
      PIPE_CATALOG_NAME: [pipeColumn(session.engine, 'database'), text],
      PIPE_SCHEMA_NAME: [pipeColumn(session.engine, 'schema'), text],
      PIPE_NAME: [pipeColumn(session.engine, 'name'), text],
      PIPE_RECEIVED_TIME: [time('received_at'), instant],
      FIRST_COMMIT_TIME: [time('loaded_at'), instant],
    },
    `${loads} AS l WHERE table_id = ${table.id} AND loaded_at > ${run.startedAt - HISTORY} AND loaded_at >= ${after} AND loaded_at <= ${before}${only}`,
  );
}

/** INFORMATION_SCHEMA.LOAD_HISTORY of a database: loads by COPY, 14 days back. */
export function loadHistoryRelation(session: Session, database: string, now: number): RelationSource {
  const tables = session.engine.catalog.list('TABLE', { database });
  const pick = (value: (table: TableRecord) => string): string =>
    tables.length === 0
      ? 'NULL'
      : `CASE table_id ${tables.map((table) => `WHEN ${table.id} THEN ${quote(value(table))}`).join(' ')} END`;
  return relation(
    {
      SCHEMA_NAME: [pick((table) => table.schema!), text],
      FILE_NAME: ['file_name', text],
      TABLE_NAME: [pick((table) => table.name), text],
      LAST_LOAD_TIME: [time('loaded_at'), instant],
      STATUS: ["replace(status, 'LOAD_FAILED', 'LOAD FAILED')", text],
      ROW_COUNT: ['rows_loaded', integer],
      ROW_PARSED: ['rows_parsed', integer],
      FIRST_ERROR_MESSAGE: ['first_error', text],
      FIRST_ERROR_LINE_NUMBER: ['first_error_line', integer],
      FIRST_ERROR_CHARACTER_POSITION: ['first_error_character', integer],
      FIRST_ERROR_COL_NAME: ['first_error_column', text],
      ERROR_COUNT: ['errors_seen', integer],
      ERROR_LIMIT: ['error_limit', integer],
    },
    `catalog.loads WHERE loaded_at > ${now - 14 * 86_400_000_000} AND table_id IN (${[0, ...tables.map((table) => table.id)].join(', ')})`,
  );
}

/** VALIDATE_PIPE_LOAD: files of a pipe that had errors, the first of each, of the last 14 days. Source: its page. */
export function validatePipeLoadRelation(
  named: Map<string, Bound>,
  session: Session,
  run: Run,
): RelationSource {
  const pipeName = named.get('PIPE_NAME');
  const start = named.get('START_TIME');
  const end = named.get('END_TIME');
  if (pipeName === undefined) throw missing('PIPE_NAME', 'VALIDATE_PIPE_LOAD');
  if (start === undefined) throw missing('START_TIME', 'VALIDATE_PIPE_LOAD');
  const pipe = pipeNamed(pipeName, session);
  const until = end === undefined ? String(run.startedAt) : `epoch_us(${cast(end, LTZ).sql})`;
  return relation(
    {
      ERROR: ['first_error', text],
      FILE: ['file_name', text],
      LINE: ['first_error_line', integer],
      CHARACTER: ['first_error_character', integer],
      BYTE_OFFSET: ['NULL', integer],
      CATEGORY: ['NULL', text],
      CODE: ['NULL', integer],
      SQL_STATE: ['NULL', text],
      COLUMN_NAME: ['first_error_column', text],
      ROW_NUMBER: ['NULL', integer],
      ROW_START_LINE: ['NULL', integer],
    },
    `catalog.pipe_loads WHERE pipe_id = ${pipe.id} AND errors_seen > 0 AND loaded_at > ${run.startedAt - HISTORY} AND loaded_at >= epoch_us(${cast(start, LTZ).sql}) AND loaded_at <= ${until}`,
  );
}

/** PIPE_USAGE_HISTORY: files and bytes loaded by pipes, hour by hour; the last 12 hours unless told otherwise. Source: its page. */
export function pipeUsageRelation(named: Map<string, Bound>, session: Session, run: Run): RelationSource {
  const [start, end, pipe] = ['DATE_RANGE_START', 'DATE_RANGE_END', 'PIPE_NAME'].map((name) =>
    named.get(name),
  );
  const until = end === undefined ? String(run.startedAt) : `epoch_us(${cast(end, LTZ).sql})`;
  const from = start === undefined ? `(${until} - ${12 * HOUR})` : `epoch_us(${cast(start, LTZ).sql})`;
  const only = pipe === undefined ? '' : ` AND pipe_id = ${pipeNamed(pipe, session).id}`;
  const hours = `(SELECT pipe_id, loaded_at // ${HOUR} AS hour, sum(size) AS bytes, count(*) AS files FROM catalog.pipe_loads WHERE status <> 'LOAD_FAILED' AND loaded_at >= ${from} AND loaded_at <= ${until}${only} GROUP BY ALL)`;
  const name = ['database', 'schema', 'name'].map((part) => pipeColumn(session.engine, part as 'name'));
  return relation(
    {
      START_TIME: [time(`hour * ${HOUR}`), instant],
      END_TIME: [time(`(hour + 1) * ${HOUR}`), instant],
      PIPE_NAME: [name.join(` || '.' || `), text],
      CREDITS_USED: ['0', integer],
      BYTES_INSERTED: ['bytes', integer],
      FILES_INSERTED: ['files', integer],
    },
    `${hours} AS h`,
  );
}

function relation(columns: Record<string, [string, SnowflakeType]>, from: string): RelationSource {
  const entries = Object.entries(columns);
  const select = entries.map(
    ([, [sql, type]], index) => `CAST(${sql} AS ${duckType(type)}) AS c${index + 1}`,
  );
  return {
    kind: 'relation',
    sql: `(SELECT ${select.join(', ')} FROM ${from})`,
    columns: entries.map(([name, [, type]], index) => ({ name, type, nullable: true, sql: `c${index + 1}` })),
  };
}

function time(column: string): string {
  return `make_timestamptz(${column})`;
}

/** A pipe that is gone keeps its loads but has no name any more. */
function pipeColumn(engine: Engine, part: 'database' | 'schema' | 'name'): string {
  const pipes = [...engine.catalog.list('PIPE'), ...engine.catalog.list('PIPE', { dropped: true })];
  if (pipes.length === 0) return 'NULL';
  return `CASE pipe_id ${pipes.map((pipe) => `WHEN ${pipe.id} THEN ${quote(pipe[part] ?? '')}`).join(' ')} END`;
}

function tableNamed(argument: Bound | undefined, session: Session): TableRecord {
  if (argument === undefined) throw missing('TABLE_NAME', 'COPY_HISTORY');
  const name = nameOf(argument, session);
  const found = session.engine.catalog.find(['TABLE'], name.database, name.schema, name.name, session.id);
  if (found === undefined) {
    throw compilationError(
      '002003',
      '02000',
      `Table '${formatName(name)}' does not exist or not authorized.`,
    );
  }
  return found;
}

function pipeNamed(argument: Bound, session: Session): PipeRecord {
  const name = nameOf(argument, session);
  const found = session.engine.catalog.find(['PIPE'], name.database, name.schema, name.name);
  if (found === undefined) {
    throw compilationError('002003', '02000', `Pipe '${formatName(name)}' does not exist or not authorized.`);
  }
  return found;
}

function nameOf(argument: Bound, session: Session): { database: string; schema: string; name: string } {
  return fullName(
    parseObjectName(String(argument.constant ?? '')).map((part) => part.name),
    session,
  );
}

function missing(argument: string, name: string): Error {
  return compilationError('001044', '42P13', `argument ${argument} of ${name} is missing`);
}
