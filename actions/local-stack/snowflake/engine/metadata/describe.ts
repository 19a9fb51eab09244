import type { Describe } from '../../../../shared/sql/ast.ts';
import { notSupportedHere, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { formatType, type SnowflakeType } from '../../../../shared/sql/types.ts';
import { type Cell, columns, instant, text } from '../dml/rows-relation.ts';
import { findObject, formatName, nameParts } from '../names.ts';
import { requireNamed } from '../objects/find-named.ts';
import type { RoutineRecord, TableRecord, ViewRecord } from '../objects.ts';
import type { StatementResult } from '../result.ts';
import { routineProperties } from '../scripting/show-procedures.ts';
import type { Run, Session } from '../session.ts';
import { describedProperties } from './described-properties.ts';
import { type Place, visibleTables, visibleViews } from './listing.ts';
import { resultOfRows } from './show.ts';
import { listings } from './show-listings.ts';

const columnHeader = columns({
  name: text,
  type: text,
  kind: text,
  'null?': text,
  default: text,
  'primary key': text,
  'unique key': text,
  check: text,
  expression: text,
  comment: text,
  'policy name': text,
  'privacy domain': text,
});

/** Objects that DESCRIBE shows as SHOW does, by the words of SHOW. */
const SHOWN: Record<string, string> = {
  TASK: 'TASKS',
  STREAM: 'STREAMS',
  PIPE: 'PIPES',
  SEQUENCE: 'SEQUENCES',
  ALERT: 'ALERTS',
};

/** DESCRIBE of every kind of object. Source: docs.snowflake.com, DESCRIBE <object>. */
export async function describe(statement: Describe, session: Session, run: Run): Promise<StatementResult> {
  const { name, type } = statement;
  switch (type) {
    case 'TABLE':
    case 'VIEW':
    case 'MATERIALIZED VIEW':
    case 'DYNAMIC TABLE':
    case 'EXTERNAL TABLE': {
      const record = findObject(['TABLE', 'VIEW'], name, session, run);
      return resultOfRows(columnHeader, columnRows(record, session), session, run);
    }
    case 'TASK':
    case 'STREAM':
    case 'PIPE':
    case 'SEQUENCE':
    case 'ALERT': {
      const record = requireNamed(type, name, session, run);
      const listing = listings[SHOWN[type]!]!;
      const place = { database: record.database!, schema: record.schema! };
      const rows = listing.rows(session, place, false).filter((one) => one.name === record.name);
      return resultOfRows(
        listing.columns,
        rows.map(({ row }) => row),
        session,
        run,
      );
    }
    case 'DATABASE':
    case 'SCHEMA': {
      const record = requireNamed(type, name, session, run);
      const { catalog } = session.engine;
      const inside: { createdAt: number; name: string; kind: string }[] =
        record.kind === 'DATABASE'
          ? catalog.list('SCHEMA', { database: record.name })
          : [...visibleTables(session, placeOf(record)), ...visibleViews(session, placeOf(record))];
      const header = columns({ created_on: instant, name: text, kind: text });
      const rows = inside.map((one): Cell[] => [one.createdAt, one.name, one.kind]);
      return resultOfRows(header, rows, session, run);
    }
    case 'MASKING POLICY':
    case 'ROW ACCESS POLICY': {
      const policy = findObject([type], name, session, run);
      const header = columns({ name: text, signature: text, return_type: text, body: text });
      const signature = policy.parameters.map((one) => `${one.name} ${bareType(one.type)}`).join(', ');
      const row = [policy.name, `(${signature})`, bareType(policy.returns), policy.bodyText];
      return resultOfRows(header, [row], session, run);
    }
    case 'FUNCTION':
    case 'PROCEDURE': {
      const procedure = requireNamed(type, name, session, run, statement.argumentTypes) as RoutineRecord;
      return resultOfRows(
        columns({ property: text, value: text }),
        routineProperties(procedure),
        session,
        run,
      );
    }
    case 'WAREHOUSE': {
      const warehouse = requireNamed(type, name, session, run);
      const header = columns({ created_on: instant, name: text, kind: text });
      return resultOfRows(header, [[warehouse.createdAt, warehouse.name, type]], session, run);
    }
    case 'RESULT':
      return describeResult(statement, session, run);
    default: {
      const described = describedProperties(type, name, session, run);
      if (described === undefined) throw notSupportedHere(`DESCRIBE ${type}`, statement.start);
      return resultOfRows(described.columns, described.rows, session, run);
    }
  }
}

function columnRows(record: TableRecord | ViewRecord, session: Session): Cell[][] {
  const constraints = record.kind === 'TABLE' ? record.constraints : [];
  const keyed = (kind: string, column: string): string =>
    constraints.some((constraint) => constraint.type === kind && constraint.columns.includes(column))
      ? 'Y'
      : 'N';
  return record.columns.map((column): Cell[] => {
    const details = 'identity' in column ? column : undefined;
    const policy =
      column.maskingPolicy === undefined ? undefined : session.engine.catalog.get(column.maskingPolicy.id);
    return [
      column.name,
      formatType(column.type),
      details?.computed == null ? 'COLUMN' : 'VIRTUAL',
      column.nullable ? 'Y' : 'N',
      details?.identity != null ? identityText(details.identity) : (details?.default ?? null),
      keyed('PRIMARY KEY', column.name),
      keyed('UNIQUE', column.name),
      null,
      details?.computed ?? null,
      column.comment || null,
      policy === undefined ? null : formatName(policy),
      null,
    ];
  });
}

function identityText({ start, increment, order }: NonNullable<TableRecord['columns'][number]['identity']>) {
  return `IDENTITY START ${start} INCREMENT ${increment} ${order ? 'ORDER' : 'NOORDER'}`;
}

function placeOf(schema: { database: string | null; name: string }): Place {
  return { database: schema.database!, schema: schema.name };
}

/** A policy's types without their sizes. */
function bareType(type: SnowflakeType): string {
  return formatType(type).replace(/\(16777216\)/, '');
}

/** DESCRIBE RESULT '<query id>': the columns of a statement's result. */
async function describeResult(statement: Describe, session: Session, run: Run): Promise<StatementResult> {
  const id = queryId(statement, session, run);
  const result = session.engine.results.get(id, session.user);
  if (result === undefined) throw new SnowflakeError('000709', '02000', `Statement ${id} not found`);
  const rows = result.columns.map((column): Cell[] => [
    column.name,
    formatType(column.type),
    'COLUMN',
    column.nullable ? 'Y' : 'N',
    ...Array.from({ length: columnHeader.length - 4 }, () => null),
  ]);
  return resultOfRows(columnHeader, rows, session, run);
}

/** The argument is no name: a literal, or LAST_QUERY_ID(). */
function queryId({ name, start }: Describe, session: Session, run: Run): string {
  if (name.kind !== 'identifierCall') return nameParts(name, session, run).join('.');
  const { argument } = name;
  if (argument.kind === 'string') return argument.value;
  if (argument.kind === 'call') {
    const last = session.queryIds.at(-1);
    if (argument.name.at(-1)?.name === 'LAST_QUERY_ID' && argument.args.length === 0 && last !== undefined)
      return last;
  }
  throw notSupportedHere('DESCRIBE RESULT of an expression', start);
}
