import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import type { Bound, RelationSource } from '../../bind/bound.ts';
import { columns, instant, integer, rowsRelation, text, variant } from '../dml/rows-relation.ts';
import type { Engine } from '../engine.ts';
import { formatName } from '../names.ts';
import type { DynamicRecord } from './sources.ts';
import { lagSeconds } from './target-lag.ts';

export type RefreshTrigger = 'SCHEDULED' | 'MANUAL' | 'CREATION';

/** One refresh. Times are microseconds since 1970. */
interface Refresh {
  state: 'SUCCEEDED' | 'FAILED' | 'UPSTREAM_FAILED';
  error: { code: string; message: string } | null;
  queryId: string;
  dataTimestamp: number;
  startedAt: number;
  endedAt: number;
  inserted: number;
  deleted: number;
  action: 'NO_DATA' | 'REINITIALIZE' | 'FULL' | 'INCREMENTAL';
  trigger: RefreshTrigger;
}
interface NamedRefresh extends Refresh {
  name: string;
  database: string;
  schema: string;
  qualifiedName: string;
  targetLag: string;
}

/** The refreshes since the server started. */
const histories = new WeakMap<Engine, NamedRefresh[]>();
const KEPT = 10_000;
const WEEK = 7 * 86_400_000_000;

export function recordRefresh(engine: Engine, table: DynamicRecord, refresh: Refresh): void {
  const history = histories.get(engine) ?? [];
  histories.set(engine, history);
  history.push({
    ...refresh,
    name: table.name,
    database: table.database!,
    schema: table.schema!,
    qualifiedName: formatName(table),
    targetLag: table.dynamic.targetLag,
  });
  if (history.length > KEPT) history.shift();
}

/** How many of the last refreshes of a table failed one after another. */
export function failuresInARow(engine: Engine, table: DynamicRecord): number {
  const name = formatName(table);
  const own = (histories.get(engine) ?? []).filter((one) => one.qualifiedName === name).reverse();
  const success = own.findIndex((one) => one.state === 'SUCCEEDED');
  return success === -1 ? own.length : success;
}

const header = columns({
  NAME: text,
  SCHEMA_NAME: text,
  DATABASE_NAME: text,
  STATE: text,
  STATE_CODE: text,
  STATE_MESSAGE: text,
  QUERY_ID: text,
  DATA_TIMESTAMP: instant,
  REFRESH_START_TIME: instant,
  REFRESH_END_TIME: instant,
  COMPLETION_TARGET: instant,
  QUALIFIED_NAME: text,
  LAST_COMPLETED_DEPENDENCY: variant,
  STATISTICS: variant,
  REFRESH_ACTION: text,
  REFRESH_TRIGGER: text,
  TARGET_LAG_SEC: integer,
  GRAPH_HISTORY_VALID_FROM: instant,
});
const ARGUMENTS = ['NAME', 'NAME_PREFIX', 'ERROR_ONLY', 'RESULT_LIMIT'];

/** INFORMATION_SCHEMA.DYNAMIC_TABLE_REFRESH_HISTORY(NAME => …, ERROR_ONLY => …, …), newest first. Source: its page. */
export function refreshHistoryRelation(engine: Engine, named: Map<string, Bound>): RelationSource {
  const unknown = [...named.keys()].find((name) => !ARGUMENTS.includes(name));
  if (unknown !== undefined)
    throw compilationError('999001', '0A000', `argument ${unknown} of DYNAMIC_TABLE_REFRESH_HISTORY`);
  const constant = (name: string) => named.get(name)?.constant;
  const name = constant('NAME');
  const prefix = constant('NAME_PREFIX');
  const refreshes = (histories.get(engine) ?? [])
    .filter((one) => one.endedAt > engine.now() - WEEK)
    .filter((one) => name === undefined || isNamed(one, String(name)))
    .filter((one) => prefix === undefined || one.qualifiedName.startsWith(String(prefix).toUpperCase()))
    .filter((one) => constant('ERROR_ONLY') !== true || one.state !== 'SUCCEEDED')
    .reverse()
    .slice(0, Number(constant('RESULT_LIMIT') ?? 100));
  return rowsRelation(
    header,
    refreshes.map((one) => [
      one.name,
      one.schema,
      one.database,
      one.state,
      one.error === null ? 'SUCCESS' : one.error.code,
      one.error === null ? null : one.error.message,
      one.queryId,
      one.dataTimestamp,
      one.startedAt,
      one.endedAt,
      one.dataTimestamp + (lagSeconds(one.targetLag) ?? 0) * 1_000_000,
      one.qualifiedName,
      null,
      JSON.stringify({ numInsertedRows: one.inserted, numDeletedRows: one.deleted, numCopiedRows: 0 }),
      one.action,
      one.trigger,
      lagSeconds(one.targetLag),
      null,
    ]),
  );
}

/** A name of one to three parts, whatever its case. */
function isNamed(one: NamedRefresh, name: string): boolean {
  const wanted = name.toUpperCase();
  return one.qualifiedName.toUpperCase() === wanted || one.qualifiedName.toUpperCase().endsWith(`.${wanted}`);
}
