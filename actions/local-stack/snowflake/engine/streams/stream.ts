import type { CreateStream } from '../../../../shared/sql/ast.ts';
import { alreadyExists, compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { findObject, formatName, requireSchema, resolveName } from '../names.ts';
import { recordKind, typeName } from '../objects/object-kind.ts';
import { booleanProperty, requireKnown } from '../objects/properties.ts';
import type { StageRecord, StreamRecord, TableRecord, ViewRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { directoryTable } from '../stages/directory-table.ts';
import { otherType } from '../tables/create-table.ts';
import { checkedVersion, currentVersion, pointVersion } from '../tables/time-travel.ts';
import type { Transaction } from '../transaction.ts';
import type { StreamPosition } from './stream-data.ts';
import { viewBranches } from './stream-on-view.ts';

/** CREATE STREAM … ON TABLE | VIEW | STAGE, or CLONE. Turns change tracking on. */
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
  const insertOnly = booleanProperty(properties, 'INSERT_ONLY') === true;
  requireInsertOnly(insertOnly, statement);
  const kind = recordKind(statement.sourceType) as 'TABLE' | 'VIEW' | 'STAGE';
  const source = findObject([kind], statement.source, session, run);
  const isExternal = statement.sourceType === 'EXTERNAL TABLE';
  if ((typeName(source) === 'EXTERNAL TABLE') !== isExternal)
    throw otherType(typeName(source), statement.sourceType);
  const tables = sourceTables(source, session, run);
  for (const table of tables)
    if (!table.changeTracking) await transaction.save({ ...table, changeTracking: true });
  const preparation = { transaction };
  const positions: StreamPosition[] = [];
  for (const table of tables) {
    let offset = currentVersion(table, session, preparation);
    if (statement.timeTravel !== null) {
      const point = pointVersion(statement.timeTravel, table, session, run, preparation);
      const [row] = await transaction.query(`SELECT ${checkedVersion(point, table, session)}`);
      offset = Number(row![0]);
    }
    positions.push({ tableId: table.id, offset });
  }
  const [first, ...joined] = positions;
  return {
    ...made,
    sourceId: source.id,
    tableId: first!.tableId,
    mode: insertOnly
      ? 'INSERT_ONLY'
      : booleanProperty(properties, 'APPEND_ONLY') === true
        ? 'APPEND_ONLY'
        : 'DEFAULT',
    offset: first!.offset,
    joined,
    initialRows: booleanProperty(properties, 'SHOW_INITIAL_ROWS') ?? false,
  };
}

/** INSERT_ONLY is for external tables, and they need it. Source: docs.snowflake.com, CREATE STREAM. */
function requireInsertOnly(insertOnly: boolean, { sourceType, properties, start }: CreateStream): void {
  const refuse = (message: string): Error => compilationError('002203', '42601', message, start);
  if (sourceType !== 'EXTERNAL TABLE') {
    if (insertOnly) throw refuse('INSERT_ONLY streams are supported on external tables only.');
    return;
  }
  if (!insertOnly) throw refuse('A stream on an external table needs INSERT_ONLY = TRUE.');
  const other = properties.find(({ name }) => name !== 'INSERT_ONLY');
  if (other !== undefined) throw refuse(`${other.name} is not for streams on external tables.`);
}

/** The tables whose changes a stream on this shows, each once. */
function sourceTables(
  source: TableRecord | ViewRecord | StageRecord,
  session: Session,
  run: Run,
): TableRecord[] {
  if (source.kind === 'TABLE') return [source];
  if (source.kind === 'STAGE') return [directoryTable(source, session.engine)];
  const tables = viewBranches(source, session, run).flatMap((branch) => branch.tables);
  if (tables.some(({ table }) => table.external !== undefined))
    throw notSupportedHere('a stream on a view over an external table');
  return [...new Map(tables.map(({ table }) => [table.id, table])).values()];
}
