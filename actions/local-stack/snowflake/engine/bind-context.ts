import type { ObjectName, StageReference, TableReference } from '../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../shared/sql/parse.ts';
import { doesNotExist, notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Bound, RelationSource } from '../bind/bound.ts';
import type { BindContext } from '../bind/context.ts';
import { engineFunction } from './engine-functions.ts';
import { engineTableFunction } from './engine-table-functions.ts';
import { informationSchemaRelation } from './metadata/information-schema.ts';
import { type FullName, formatName, fullName, nameParts } from './names.ts';
import type { Run, Session } from './session.ts';
import { streamRelation } from './streams/stream.ts';
import { tableRelation } from './tables/storage.ts';
import type { Transaction } from './transaction.ts';

/** What a statement has prepared for its binding. */
export interface BindPreparation {
  transaction?: Transaction;
  /** Staged files, fetched and ready to scan, by their place in the tree. */
  stages?: Map<StageReference, RelationSource>;
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
    tableFunction: (call, args, named) => engineTableFunction(call, args, named, session, run),
    engineFunction: (call, args) => engineFunction(call, args, session, run, preparation),
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
  if (name.schema === 'INFORMATION_SCHEMA') return informationSchemaRelation(name, session, reference.start);
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
