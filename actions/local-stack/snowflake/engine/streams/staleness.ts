import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine.ts';
import { formatName } from '../names.ts';
import type { CatalogRecord, StageRecord, StreamRecord, TableRecord, ViewRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { changeTrackingMissing } from '../tables/storage.ts';
import { DAY_MICROS, retentionDays } from '../tables/time-travel.ts';
import { positionsOf } from './stream-data.ts';

/** Default of MAX_DATA_EXTENSION_TIME_IN_DAYS: the retention of a table is extended so far for its streams. */
const EXTENSION_DAYS = 14;

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
  const source = catalog.get(stream.sourceId);
  const bases = positionsOf(stream).map(({ tableId }) => catalog.get(tableId));
  const lost = isLost(source) || bases.some(isLost);
  const staleAfter = staleTime(stream, session.engine);
  const name = source === undefined ? '' : formatName(source);
  return {
    tableName: lost ? 'No privilege or table dropped' : name,
    sourceType: sourceType(source),
    baseTables:
      source?.kind === 'STAGE'
        ? name
        : bases.flatMap((base) => (base === undefined ? [] : [formatName(base)])).join(','),
    stale: lost || staleAfter < session.engine.now(),
    staleAfter,
    invalidReason: lost ? `Base table '${name}' dropped, cannot read from stream` : 'N/A',
  };
}

/** Source: docs.snowflake.com, SHOW STREAMS. */
function sourceType(source: CatalogRecord | undefined): string {
  if (source?.kind === 'VIEW') return 'View';
  if (source?.kind === 'STAGE') return 'Stage';
  return source?.kind === 'TABLE' && source.external !== undefined ? 'External Table' : 'Table';
}

/** Whether the stream was not consumed for longer than its tables keep changes for it. */
export function isStale(stream: StreamRecord, engine: Engine): boolean {
  return staleTime(stream, engine) < engine.now();
}

/** @throws SnowflakeError when what it was created on is gone or replaced, or when it was not consumed for too long */
export function requireFresh(
  stream: StreamRecord,
  session: Session,
): { source: TableRecord | ViewRecord | StageRecord; tables: TableRecord[] } {
  const { catalog } = session.engine;
  const source = catalog.get(stream.sourceId);
  const tables = positionsOf(stream).map(({ tableId }) => catalog.get(tableId));
  if (isLost(source) || tables.some(isLost)) {
    throw new SnowflakeError(
      '091901',
      '55000',
      `SQL execution error: Base table '${source === undefined ? '' : formatName(source)}' dropped, cannot read from stream '${formatName(stream)}'.`,
    );
  }
  if (isStale(stream, session.engine)) throw changeTrackingMissing(tables[0] as TableRecord);
  return { source: source as TableRecord | ViewRecord | StageRecord, tables: tables as TableRecord[] };
}

function staleTime(stream: StreamRecord, engine: Engine): number {
  const days = positionsOf(stream).map(({ tableId }) => {
    const table = engine.catalog.get(tableId);
    const extension = table?.kind === 'TABLE' ? table.properties.MAX_DATA_EXTENSION_TIME_IN_DAYS : undefined;
    const retention = table === undefined ? 0 : retentionDays(table, { engine });
    return Math.max(Number(extension ?? EXTENSION_DAYS), retention);
  });
  return stream.consumedAt + Math.min(...days) * DAY_MICROS;
}

function isLost(record: CatalogRecord | undefined): boolean {
  return record === undefined || record.droppedAt !== null;
}
