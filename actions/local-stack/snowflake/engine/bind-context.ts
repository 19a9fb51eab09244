import type { ObjectName, Pivot, TableReference } from '../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../shared/sql/parse.ts';
import { doesNotExist, notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { AnyNode } from '../../../shared/sql/walk.ts';
import type { Bound, RelationSource } from '../bind/bound.ts';
import type { BindContext, PivotValue } from '../bind/context.ts';
import { bindQuery } from '../bind/query.ts';
import { engineFunction } from './engine-functions.ts';
import { engineTableFunction } from './engine-table-functions.ts';
import { accountUsageRelation } from './metadata/account-usage.ts';
import { informationSchemaRelation } from './metadata/information-schema.ts';
import { type FullName, formatName, fullName, nameParts } from './names.ts';
import type { ViewRecord } from './objects.ts';
import { governed } from './policies/governed.ts';
import { resultRelation } from './result-scan.ts';
import { findFunction } from './routines/find-function.ts';
import type { Run, Session } from './session.ts';
import { directoryRelation } from './stages/directory-table.ts';
import { streamRelation } from './streams/stream-read.ts';
import { viewThen } from './streams/view-time-travel.ts';
import { tableRelation } from './tables/storage.ts';
import type { Transaction } from './transaction.ts';

/** What a statement has prepared for its binding. */
export interface BindPreparation {
  transaction?: Transaction;
  /** Staged files, fetched and ready to scan, and their schemas, by their place in the tree. */
  stages?: Map<AnyNode, RelationSource>;
  /** Values of PIVOTs that a query finds, by their place in the tree. */
  pivots?: Map<Pivot, PivotValue[]>;
  /** Told of every stream that is read, so that DML can move its offset. */
  onStreamRead?: (streamId: number) => void;
  /** What functions that change something add here is done once the query has been read. Absent: they are refused. */
  effects?: ((transaction: Transaction) => Promise<void>)[];
}

/** The binder's view of the engine for one statement of one session. */
export function createBindContext(
  session: Session,
  run: Run,
  preparation: BindPreparation = {},
): BindContext {
  return contextIn(session, run, preparation, { database: session.database, schema: session.schema });
}

function contextIn(
  session: Session,
  run: Run,
  preparation: BindPreparation,
  namespace: { database: string | null; schema: string | null },
): BindContext {
  const resolve = (name: ObjectName): FullName => fullName(nameParts(name, session, run), namespace);
  return {
    session: session.facts(run),
    binds: run.binds,
    scriptVariable: (name): Bound | undefined => run.scriptVariable?.(name),
    within: (database, schema) => contextIn(session, run, preparation, { database, schema }),
    relation: (reference) => relation(reference, resolve(reference.name), session, run, preparation),
    stage: (reference) => {
      const prepared = preparation.stages?.get(reference);
      if (prepared === undefined)
        throw notSupportedHere('reading staged files in this place', reference.start);
      return prepared;
    },
    tableFunction: (call, args, named) =>
      preparation.stages?.get(call) ?? engineTableFunction(call, args, named, session, run),
    pipedResult: (back) => {
      const result = run.piped?.at(-back);
      return result === undefined ? undefined : resultRelation(result);
    },
    pivotValues: (pivot) => preparation.pivots?.get(pivot),
    engineFunction: (call, args) => engineFunction(call, args, session, run, preparation),
    userFunction: (call, given) => findFunction(call, given, namespace, session),
    sequenceNextValue: (name) => {
      const full = resolve(name);
      const sequence = session.engine.catalog.find(['SEQUENCE'], full.database, full.schema, full.name);
      if (sequence === undefined) return undefined;
      return {
        sql: `CAST(nextval('data.s${sequence.id}') AS DECIMAL(38,0))`,
        type: { name: 'NUMBER', precision: 38, scale: 0 },
      };
    },
  };
}

function relation(
  reference: TableReference,
  name: FullName,
  session: Session,
  run: Run,
  preparation: BindPreparation,
): RelationSource {
  if (name.database === 'SNOWFLAKE') return accountUsageRelation(name, session, reference.start);
  if (name.schema === 'INFORMATION_SCHEMA') return informationSchemaRelation(name, session, reference.start);
  if (reference.directory === true) {
    const stage = session.engine.catalog.find(['STAGE'], name.database, name.schema, name.name, session.id);
    if (stage === undefined) throw doesNotExist('Stage', formatName(name), reference.name.start);
    return directoryRelation(stage, session.engine);
  }
  const record = session.engine.catalog.find(
    ['TABLE', 'VIEW', 'STREAM'],
    name.database,
    name.schema,
    name.name,
    session.id,
  );
  switch (record?.kind) {
    case 'TABLE':
      return tableRelation(record, reference, session, run, preparation);
    case 'VIEW':
      if (reference.changes !== null || reference.timeTravel !== null)
        return viewThen(record, reference, session, run, preparation);
      if (isGoverned(record)) return governedView(record, session, run, preparation);
      return {
        kind: 'view',
        name: formatName(record),
        query: parseQueryText(record.queryText),
        source: record.queryText,
        columns: record.columns.map((column) => column.name),
        database: name.database,
        schema: name.schema,
      };
    case 'STREAM':
      preparation.onStreamRead?.(record.id);
      return streamRelation(record, session, run, preparation);
    default:
      throw doesNotExist('Object', formatName(name), reference.name.start);
  }
}

function isGoverned(view: ViewRecord): boolean {
  return (
    view.rowAccessPolicy !== undefined || view.columns.some((column) => column.maskingPolicy !== undefined)
  );
}

/** A view with policies of its own: bound here, where they are known. */
function governedView(
  view: ViewRecord,
  session: Session,
  run: Run,
  preparation: BindPreparation,
): RelationSource {
  const place = { database: view.database, schema: view.schema };
  const context = contextIn(session, run, preparation, place);
  const { sql } = bindQuery(parseQueryText(view.queryText), context, { source: view.queryText });
  const columns = view.columns.map((column, index) => ({ ...column, sql: `c${index + 1}` }));
  return governed(view, { kind: 'relation' as const, sql: `(${sql})`, columns }, session, context);
}
