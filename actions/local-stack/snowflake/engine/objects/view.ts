import type { CreateView } from '../../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../../shared/sql/parse.ts';
import { alreadyExists, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { MAX_VARCHAR } from '../../../../shared/sql/types.ts';
import { bindQuery } from '../../bind/query.ts';
import { plainError } from '../../bind/scope.ts';
import { createBindContext } from '../bind-context.ts';
import { createDynamicTable } from '../dynamic-tables/create-dynamic-table.ts';
import { type FullName, formatIdentifier, formatName, requireSchema, resolveName } from '../names.ts';
import type { CatalogRecord, ViewColumn, ViewRecord } from '../objects.ts';
import { governedColumns } from '../policies/alter-governance.ts';
import { rowAccessFromProperty } from '../policies/attach.ts';
import { type StatementResult, statusResult } from '../result.ts';
import { requireNamedColumns } from '../result-columns.ts';
import type { Run, Session } from '../session.ts';
import { prepareStages } from '../stages/stage-scan.ts';
import { requireUniqueNames, textOf } from '../tables/column-definition.ts';
import { otherType } from '../tables/create-table.ts';
import { trackBase } from './alter-view.ts';
import { copyGrants } from './grant.ts';
import { requireMaterializable } from './materialized-view.ts';
import { titleOf, typeName } from './object-kind.ts';
import { booleanProperty, plainValue, property, requireKnown } from './properties.ts';
import { withTagProperty } from './tag.ts';

/**
 * CREATE VIEW. The query is bound now, in the view's own schema, for its columns and its errors; again whenever the
 * view is read. A materialized view is one that is always up to date, so it is kept as a view.
 */
export async function createView(
  statement: CreateView,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  if (statement.dynamicTable) return createDynamicTable(statement, session, run);
  if (statement.recursive) return createView(unrolled(statement), session, run);
  requireViewClauses(statement);
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  const { catalog } = session.engine;
  const existing = statement.temporary
    ? ownTemporary(name, session)
    : catalog.occupant('VIEW', name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${name.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && !statement.orReplace && !statement.orAlter) {
    throw alreadyExists(formatName(name), statement.name.start);
  }
  const type = statement.materialized ? 'MATERIALIZED VIEW' : 'VIEW';
  if (
    existing !== undefined &&
    (existing.kind !== 'VIEW' || existing.materialized !== statement.materialized)
  )
    throw otherType(typeName(existing), type);
  await prepareStages(statement, session, run);
  const kept = statement.orAlter ? existing : undefined;
  const columns = viewColumns(statement, name, session, run);
  if (kept !== undefined) requireSameColumns(kept, columns);
  const cluster = property(statement.properties, 'CLUSTER BY');
  const policy = rowAccessFromProperty(property(statement.properties, 'ROW ACCESS POLICY'), columns, session);
  const untagged: ViewRecord = {
    kind: 'VIEW',
    id: kept?.id ?? catalog.nextId(),
    ...name,
    createdAt: kept?.createdAt ?? run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    secure: statement.secure,
    materialized: statement.materialized,
    ...(statement.temporary ? { sessionId: session.id } : {}),
    changeTracking: booleanProperty(statement.properties, 'CHANGE_TRACKING') ?? false,
    ...(cluster === undefined ? {} : { clusterBy: String(plainValue(cluster.value)) }),
    columns: governedColumns(columns, statement.columns, session, run),
    ...(policy === undefined ? {} : { rowAccessPolicy: policy }),
    queryText: statement.queryText,
    text: textOf(statement, run),
  };
  const record = withTagProperty(untagged, property(statement.properties, 'TAG'), session);
  await session.define(async (transaction) => {
    if (existing !== undefined && kept === undefined)
      await transaction.save({ ...existing, droppedAt: session.engine.now() });
    if (record.changeTracking) await trackBase(record, session, run, transaction);
    await transaction.save(record);
    if (statement.copyGrants && existing !== undefined && kept === undefined)
      await copyGrants(existing, record, session, transaction);
  });
  const done = kept === undefined ? 'created' : 'altered';
  return statusResult(`${titleOf(type)} ${name.name} successfully ${done}.`);
}

/** What already has a temporary view's name: it stands beside a permanent object, and hides it. */
function ownTemporary(name: FullName, session: Session): CatalogRecord | undefined {
  const { catalog } = session.engine;
  const found = catalog.find(['TABLE', 'VIEW'], name.database, name.schema, name.name, session.id);
  return found?.sessionId === session.id ? found : undefined;
}

/** A recursive view is the recursive common table expression of its name. Source: docs.snowflake.com, CREATE VIEW. */
function unrolled(statement: CreateView): CreateView {
  const { name, columns, queryText } = statement;
  if (name.kind !== 'name') throw notSupportedHere('RECURSIVE views named by IDENTIFIER()', name.start);
  const own = formatIdentifier(name.parts.at(-1)!.name);
  const list = columns.map((column) => formatIdentifier(column.name.name)).join(', ');
  const text = `WITH RECURSIVE ${own}${list === '' ? '' : ` (${list})`} AS (${queryText}) SELECT * FROM ${own}`;
  return { ...statement, recursive: false, queryText: text, query: parseQueryText(text) };
}

/** What a kind of view may have. Source: docs.snowflake.com, CREATE VIEW, CREATE MATERIALIZED VIEW, "Limitations on creating materialized views". */
function requireViewClauses(statement: CreateView): void {
  const known = ['CHANGE_TRACKING', 'TAG', 'ROW ACCESS POLICY'];
  requireKnown(statement.properties, statement.materialized ? [...known, 'CLUSTER BY'] : known, 'VIEW');
  if (!statement.materialized) return;
  if (statement.orAlter) throw notSupportedHere('CREATE OR ALTER MATERIALIZED VIEW', statement.start);
  requireMaterializable(statement.query);
}

/** CREATE OR ALTER VIEW keeps the columns as they are. Source: docs.snowflake.com, CREATE VIEW, "CREATE OR ALTER VIEW". */
function requireSameColumns(view: ViewRecord, columns: ViewColumn[]): void {
  const named = (list: ViewColumn[]): string => list.map((column) => column.name).join();
  if (named(view.columns) === named(columns)) return;
  throw plainError(
    '000002',
    '0A000',
    `Unsupported feature 'CREATE OR ALTER VIEW changing the columns of ${view.name}'.`,
  );
}

function viewColumns(
  statement: CreateView,
  name: { database: string; schema: string; name: string },
  session: Session,
  run: Run,
): ViewRecord['columns'] {
  const context = createBindContext(session, run).within(name.database, name.schema);
  const bound = bindQuery(statement.query, context, { source: statement.queryText });
  if (statement.columns.length === 0) requireNamedColumns(statement.query);
  else if (statement.columns.length !== bound.columns.length) {
    throw plainError(
      '002057',
      '42601',
      `View definition for '${formatName(name)}' declared ${statement.columns.length} column(s), but view query produces ${bound.columns.length} column(s).`,
      statement.start,
    );
  }
  const columns = bound.columns.map(
    (column, index): ViewColumn => ({
      name: statement.columns[index]?.name.name ?? column.name,
      type: column.type.name === 'NULL' ? ({ name: 'VARCHAR', length: MAX_VARCHAR } as const) : column.type,
      nullable: column.nullable,
      ...(statement.columns[index]?.comment ? { comment: statement.columns[index].comment } : {}),
    }),
  );
  requireUniqueNames(columns);
  return columns;
}
