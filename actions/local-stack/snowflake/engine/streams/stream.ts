import type { CreateStream } from '../../../../shared/sql/ast.ts';
import {
  alreadyExists,
  compilationError,
  notSupportedHere,
  SnowflakeError,
} from '../../../../shared/sql/snowflake-error.ts';
import type { Bound } from '../../bind/bound.ts';
import { BOOLEAN } from '../../bind/literal.ts';
import { type BindPreparation, createBindContext } from '../bind-context.ts';
import type { Engine } from '../engine.ts';
import { findObject, formatName, requireSchema, resolveName } from '../names.ts';
import { booleanProperty, requireKnown } from '../objects/properties.ts';
import type { CatalogRecord, StreamRecord, TableRecord, ViewRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { changesRelation, initialRelation } from '../tables/changes.ts';
import { changeTrackingMissing, type Relation } from '../tables/storage.ts';
import {
  checkedVersion,
  currentVersion,
  DAY_MICROS,
  pointVersion,
  retentionDays,
} from '../tables/time-travel.ts';
import type { Transaction } from '../transaction.ts';
import { baseTable, viewChanges } from './stream-on-view.ts';

/** Default of MAX_DATA_EXTENSION_TIME_IN_DAYS: the retention of a table is extended so far for its streams. */
const EXTENSION_DAYS = 14;

/** CREATE STREAM … ON TABLE | VIEW, or CLONE. Turns change tracking on. */
export async function createStream(
  statement: CreateStream,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  const { catalog } = session.engine;
  if (statement.orAlter) throw notSupportedHere('CREATE OR ALTER STREAM', statement.start);
  const existing = catalog.occupant('STREAM', name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${name.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && !(statement.orReplace && existing.kind === 'STREAM')) {
    throw alreadyExists(formatName(name), statement.name.start);
  }
  await session.define(async (transaction) => {
    const record = await newStream(statement, name, session, run, transaction);
    if (existing !== undefined) await transaction.save({ ...existing, droppedAt: session.engine.now() });
    await transaction.save(record);
  });
  return statusResult(`Stream ${name.name} successfully created.`);
}

async function newStream(
  statement: CreateStream,
  name: { database: string; schema: string; name: string },
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<StreamRecord> {
  const made = {
    kind: 'STREAM' as const,
    id: session.engine.catalog.nextId(),
    ...name,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    consumedAt: run.startedAt,
  };
  if (statement.clone !== null) {
    const source = findObject(['STREAM'], statement.clone, session, run);
    return {
      ...source,
      ...made,
      comment: statement.comment ?? source.comment,
      consumedAt: source.consumedAt,
    };
  }
  const { properties } = statement;
  requireKnown(properties, ['APPEND_ONLY', 'INSERT_ONLY', 'SHOW_INITIAL_ROWS'], 'STREAM');
  if (statement.sourceType === 'STAGE' || statement.sourceType === 'EXTERNAL TABLE') {
    throw notSupportedHere(`CREATE STREAM … ON ${statement.sourceType}`, statement.start);
  }
  if (booleanProperty(properties, 'INSERT_ONLY') === true) {
    throw compilationError(
      '002203',
      '42601',
      'INSERT_ONLY streams are supported on external tables only.',
      statement.start,
    );
  }
  const source = findObject([statement.sourceType], statement.source, session, run);
  const table = source.kind === 'TABLE' ? source : baseTable(source, session, run);
  if (!table.changeTracking) await transaction.save({ ...table, changeTracking: true });
  const preparation = { transaction };
  let offset = currentVersion(table, session, preparation);
  if (statement.timeTravel !== null) {
    const version = checkedVersion(
      pointVersion(statement.timeTravel, table, session, run, preparation),
      table,
      session,
    );
    const [row] = await transaction.query(`SELECT ${version}`);
    offset = Number(row![0]);
  }
  return {
    ...made,
    sourceId: source.id,
    tableId: table.id,
    mode: booleanProperty(properties, 'APPEND_ONLY') === true ? 'APPEND_ONLY' : 'DEFAULT',
    offset,
    initialRows: booleanProperty(properties, 'SHOW_INITIAL_ROWS') ?? false,
  };
}

/** A stream in FROM: the net changes since its offset. @throws SnowflakeError when it is stale */
export function streamRelation(
  record: StreamRecord,
  session: Session,
  run: Run,
  preparation: BindPreparation,
): Relation {
  const stream = preparation.transaction?.stream(record) ?? record;
  const { source, table } = requireFresh(stream, session);
  const upTo = currentVersion(table, session, preparation);
  const changes = stream.initialRows
    ? initialRelation(table, String(stream.offset))
    : changesRelation(table, stream.mode, String(stream.offset), String(upTo));
  if (source.kind === 'TABLE') return changes;
  return viewChanges(source, changes, createBindContext(session, run, preparation));
}

/** SYSTEM$STREAM_HAS_DATA */
export function streamHasData(
  record: StreamRecord,
  session: Session,
  run: Run,
  preparation: BindPreparation,
): Bound {
  const { sql } = streamRelation(record, session, run, preparation);
  return { sql: `EXISTS (SELECT 1 FROM ${sql})`, type: BOOLEAN };
}

/** A DML statement has read the stream: its offset moves to what it has read when the transaction commits. */
export function consumeStream(id: number, engine: Engine, transaction: Transaction): void {
  transaction.consume(id, () => {
    const stream = transaction.current(id) as StreamRecord;
    const consumedAt = engine.now();
    // The initial rows stand at the offset; what came after them is next.
    if (stream.initialRows) return { ...stream, initialRows: false, consumedAt };
    return { ...stream, offset: Math.max(stream.offset, transaction.readsUpTo(stream.tableId)), consumedAt };
  });
}

/** What SHOW STREAMS tells beside the record. */
export function streamFacts(
  stream: StreamRecord,
  session: Session,
): {
  tableName: string;
  sourceType: string;
  baseTables: string;
  stale: boolean;
  staleAfter: number;
  invalidReason: string;
} {
  const { catalog } = session.engine;
  const [source, base] = [catalog.get(stream.sourceId), catalog.get(stream.tableId)];
  const lost = isLost(source) || isLost(base);
  const staleAfter = staleTime(stream, base, session.engine);
  const name = source === undefined ? '' : formatName(source);
  return {
    tableName: lost ? 'No privilege or table dropped' : name,
    sourceType: source?.kind === 'VIEW' ? 'View' : 'Table',
    baseTables: base === undefined ? '' : formatName(base),
    stale: lost || staleAfter < session.engine.now(),
    staleAfter,
    invalidReason: lost ? `Base table '${name}' dropped, cannot read from stream` : 'N/A',
  };
}

/** Whether the stream was not consumed for longer than its table keeps changes for it. */
export function isStale(stream: StreamRecord, engine: Engine): boolean {
  return staleTime(stream, engine.catalog.get(stream.tableId), engine) < engine.now();
}

function staleTime(stream: StreamRecord, table: CatalogRecord | undefined, engine: Engine): number {
  const extension = table?.kind === 'TABLE' ? table.properties.MAX_DATA_EXTENSION_TIME_IN_DAYS : undefined;
  const retention = table === undefined ? 0 : retentionDays(table, { engine });
  return stream.consumedAt + Math.max(Number(extension ?? EXTENSION_DAYS), retention) * DAY_MICROS;
}

function isLost(record: CatalogRecord | undefined): boolean {
  return record === undefined || record.droppedAt !== null;
}

/** @throws SnowflakeError when what it was created on is gone or replaced, or when it was not consumed for too long */
function requireFresh(
  stream: StreamRecord,
  session: Session,
): { source: TableRecord | ViewRecord; table: TableRecord } {
  const { catalog } = session.engine;
  const [source, table] = [catalog.get(stream.sourceId), catalog.get(stream.tableId)];
  if (isLost(source) || isLost(table)) {
    throw new SnowflakeError(
      '091901',
      '55000',
      `SQL execution error: Base table '${source === undefined ? '' : formatName(source)}' dropped, cannot read from stream '${formatName(stream)}'.`,
    );
  }
  if (isStale(stream, session.engine)) throw changeTrackingMissing(table as TableRecord);
  return { source: source as TableRecord | ViewRecord, table: table as TableRecord };
}
