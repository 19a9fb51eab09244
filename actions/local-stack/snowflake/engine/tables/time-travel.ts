import type { TimeTravel } from '../../../../shared/sql/ast.ts';
import { compilationError, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { cast } from '../../bind/cast.ts';
import { bindExpression } from '../../bind/expression.ts';
import { LTZ } from '../../bind/literal.ts';
import { raise } from '../../bind/runtime-error.ts';
import { createScope } from '../../bind/scope.ts';
import { type BindPreparation, createBindContext } from '../bind-context.ts';
import { objectNamed } from '../engine-functions.ts';
import { formatName } from '../names.ts';
import type { CatalogRecord, TableRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { positionsOf } from '../streams/stream-data.ts';

export const DAY_MICROS = 86_400_000_000;

/**
 * The version of a table that AT or BEFORE names, as an SQL expression of type BIGINT.
 * Source: docs.snowflake.com, "AT | BEFORE".
 */
export function pointVersion(
  point: TimeTravel,
  table: TableRecord,
  session: Session,
  run: Run,
  preparation: BindPreparation,
): string {
  const bound = bindExpression(
    point.value,
    createScope(createBindContext(session, run, preparation), { source: run.text }),
  );
  const before = point.when === 'BEFORE' ? 1 : 0;
  switch (point.by) {
    case 'TIMESTAMP':
      return `(epoch_us(${cast(bound, LTZ).sql}) - ${before})`;
    case 'OFFSET':
      return `(${run.startedAt} + CAST((${bound.sql}) * 1000000 AS BIGINT) - ${before})`;
    case 'STATEMENT':
      return String(statementVersion(constantText(point, bound.constant), table, session) - before);
    case 'STREAM': {
      const stream = objectNamed('STREAM', constantText(point, bound.constant), session);
      const found = positionsOf(stream).find(({ tableId }) => tableId === table.id);
      if (found === undefined)
        throw compilationError(
          '001015',
          '22023',
          `stream ${stream.name} does not read ${table.name}`,
          point.start,
        );
      // A stream made before the table's first change stands where the table begins.
      return String(Math.max(found.offset, table.createdAt) - before);
    }
  }
}

/** The newest version of a table that a statement sees. */
export function currentVersion(table: TableRecord, session: Session, preparation: BindPreparation): number {
  return preparation.transaction?.readsUpTo(table.id) ?? session.engine.committedVersion(table.id);
}

/** The version, or a failure when it lies before the table or its retention. Source: "Understanding & using Time Travel". */
export function checkedVersion(version: string, table: TableRecord, session: Session): string {
  const oldest = Math.max(table.createdAt, session.engine.now() - retentionDays(table, session) * DAY_MICROS);
  const error = raise(
    '000707',
    '02000',
    `Time travel data is not available for table ${formatName(table)}. The requested time is either beyond the allowed time travel period or before the object creation time.`,
  );
  return `(CASE WHEN ${version} < ${oldest} THEN ${error} ELSE ${version} END)`;
}

/** DATA_RETENTION_TIME_IN_DAYS of the object, its schema, its database; 1 by default. */
export function retentionDays(record: CatalogRecord, session: Pick<Session, 'engine'>): number {
  const { catalog } = session.engine;
  const own = 'retentionDays' in record ? record.retentionDays : null;
  if (own !== null) return own;
  const schema =
    record.schema === null ? undefined : catalog.find(['SCHEMA'], record.database, null, record.schema);
  const database =
    record.database === null ? undefined : catalog.find(['DATABASE'], null, null, record.database);
  return schema?.retentionDays ?? database?.retentionDays ?? 1;
}

/** @throws SnowflakeError 000709 for a statement that is not in the history */
function statementVersion(queryId: string, table: TableRecord, session: Session): number {
  const query = session.engine.queries.get(queryId);
  if (query === undefined) throw new SnowflakeError('000709', '02000', `Statement ${queryId} not found`);
  return query.versions.get(table.id) ?? query.startedAt;
}

function constantText(point: TimeTravel, constant: unknown): string {
  if (typeof constant === 'string') return constant;
  throw compilationError('001015', '22023', `${point.by} takes a constant string`, point.start);
}
