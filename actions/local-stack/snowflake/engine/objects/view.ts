import type { CreateView } from '../../../../shared/sql/ast.ts';
import { alreadyExists, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { MAX_VARCHAR } from '../../../../shared/sql/types.ts';
import { bindQuery } from '../../bind/query.ts';
import { plainError } from '../../bind/scope.ts';
import { createBindContext } from '../bind-context.ts';
import { formatName, requireSchema, resolveName } from '../names.ts';
import type { ViewRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import { requireNamedColumns } from '../result-columns.ts';
import type { Run, Session } from '../session.ts';
import { prepareStages } from '../stages/stage-scan.ts';
import { baseTable } from '../streams/stream-on-view.ts';
import { requireUniqueNames } from '../tables/column-definition.ts';
import { otherType } from '../tables/create-table.ts';
import { booleanProperty, requireKnown } from './properties.ts';

/**
 * CREATE VIEW. The query is bound now, in the view's own schema, for its columns and its errors; again whenever the
 * view is read. A materialized view is one that is always up to date, so it is kept as a view.
 */
export async function createView(
  statement: CreateView,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  if (statement.dynamicTable) throw notSupportedHere('DYNAMIC TABLE', statement.start);
  if (statement.recursive) throw notSupportedHere('RECURSIVE views', statement.start);
  const known = statement.materialized ? ['CHANGE_TRACKING', 'CLUSTER BY'] : ['CHANGE_TRACKING'];
  requireKnown(statement.properties, known, 'VIEW');
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  const { catalog } = session.engine;
  const existing = catalog.occupant('VIEW', name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${name.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && !statement.orReplace && !statement.orAlter) {
    throw alreadyExists(formatName(name), statement.name.start);
  }
  if (existing !== undefined && existing.kind !== 'VIEW') throw otherType(existing.kind, 'VIEW');
  await prepareStages(statement, session, run);
  const kept = statement.orAlter ? existing : undefined;
  const record: ViewRecord = {
    kind: 'VIEW',
    id: kept?.id ?? catalog.nextId(),
    ...name,
    createdAt: kept?.createdAt ?? run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    secure: statement.secure,
    materialized: statement.materialized,
    columns: viewColumns(statement, name, session, run),
    queryText: statement.queryText,
    text: run.text,
  };
  await session.define(async (transaction) => {
    if (existing !== undefined && kept === undefined)
      await transaction.save({ ...existing, droppedAt: session.engine.now() });
    if (booleanProperty(statement.properties, 'CHANGE_TRACKING') === true) {
      await transaction.save({ ...baseTable(record, session, run), changeTracking: true });
    }
    await transaction.save(record);
  });
  const done = kept === undefined ? 'created' : 'altered';
  return statusResult(`View ${name.name} successfully ${done}.`);
}

function viewColumns(
  statement: CreateView,
  name: { database: string; schema: string; name: string },
  session: Session,
  run: Run,
): ViewRecord['columns'] {
  const context = createBindContext(session, run).within(name.database, name.schema);
  const bound = bindQuery(statement.query, context, { source: run.text });
  if (statement.columns.length === 0) requireNamedColumns(statement.query);
  else if (statement.columns.length !== bound.columns.length) {
    throw plainError(
      '002057',
      '42601',
      `View definition for '${formatName(name)}' declared ${statement.columns.length} column(s), but view query produces ${bound.columns.length} column(s).`,
      statement.start,
    );
  }
  const columns = bound.columns.map((column, index) => ({
    name: statement.columns[index]?.name.name ?? column.name,
    type: column.type.name === 'NULL' ? ({ name: 'VARCHAR', length: MAX_VARCHAR } as const) : column.type,
    nullable: column.nullable,
  }));
  requireUniqueNames(columns);
  return columns;
}
