import type { Bound } from '../../bind/bound.ts';
import { BOOLEAN } from '../../bind/literal.ts';
import { type BindPreparation, createBindContext } from '../bind-context.ts';
import type { Engine } from '../engine.ts';
import type { StreamRecord, TableRecord } from '../objects.ts';
import { governed } from '../policies/governed.ts';
import type { Run, Session } from '../session.ts';
import { changesRelation, initialRelation } from '../tables/changes.ts';
import { type Relation, storedColumns, tableColumns } from '../tables/storage.ts';
import { currentVersion } from '../tables/time-travel.ts';
import type { Transaction } from '../transaction.ts';
import { requireFresh } from './staleness.ts';
import { positionsOf } from './stream-data.ts';
import { type Bounds, viewBranches, viewChanges } from './stream-on-view.ts';

/** A stream in FROM: the net changes since its offset. @throws SnowflakeError when it is stale */
export function streamRelation(
  record: StreamRecord,
  session: Session,
  run: Run,
  preparation: BindPreparation,
): Relation {
  const stream = preparation.transaction?.stream(record) ?? record;
  const { source, tables } = requireFresh(stream, session);
  const context = createBindContext(session, run, preparation);
  const positions = positionsOf(stream);
  const boundsOf = (table: TableRecord): Bounds => ({
    from: String(positions.find(({ tableId }) => tableId === table.id)!.offset),
    upTo: String(currentVersion(table, session, preparation)),
  });
  const changesOf = (table: TableRecord, { from, upTo }: Bounds): Relation => {
    const changes = stream.initialRows
      ? initialRelation(table, from)
      : changesRelation(table, stream.mode, from, upTo);
    const shown = table.external === undefined ? changes : withComputed(changes, table, session, run);
    return governed(table, shown, session, context);
  };
  if (source.kind !== 'VIEW') return changesOf(tables[0]!, boundsOf(tables[0]!));
  const mode = stream.initialRows ? 'INITIAL' : stream.mode;
  const branches = viewBranches(source, session, run);
  return viewChanges(source, branches, mode, boundsOf, changesOf, session, run, context);
}

/** The changes of an external table with all its columns: but VALUE they are computed. */
function withComputed(changes: Relation, table: TableRecord, session: Session, run: Run): Relation {
  const metadata = changes.columns.slice(storedColumns(table).length);
  return { ...changes, columns: [...tableColumns(table, session, run), ...metadata] };
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
    const [first, ...joined] = positionsOf(stream).map(({ tableId, offset }) => ({
      tableId,
      offset: Math.max(offset, transaction.readsUpTo(tableId)),
    }));
    return { ...stream, offset: first!.offset, joined, consumedAt };
  });
}
