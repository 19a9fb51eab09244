import { randomUUID } from 'node:crypto';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { snowflakeErrorFromDuck } from '../../bind/runtime-error.ts';
import { type Engine, newQueryId } from '../engine.ts';
import { suspend } from './alter-dynamic-table.ts';
import { refreshDynamicTable } from './refresh.ts';
import { failuresInARow, recordRefresh } from './refresh-history.ts';
import { type DynamicRecord, downstream, isDynamic } from './sources.ts';
import { lagSeconds } from './target-lag.ts';

/** How often due tables are looked for, in ms. */
const TICK_MS = 1000;
/** Scheduled refreshes that fail one after another before the table is suspended. Source: docs.snowflake.com, "Suspend or resume dynamic tables". */
const FAILURES = 5;

/** Refreshes dynamic tables when their lag runs out by the engine's clock. */
export function startRefreshScheduler(engine: Engine): { stop(): void } {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    refreshDueTables(engine).finally(() => {
      running = false;
    });
  }, TICK_MS);
  return { stop: () => clearInterval(timer) };
}

/** Refreshes, one after another, every table whose rows are older than its lag. */
export async function refreshDueTables(engine: Engine): Promise<void> {
  const tables = engine.catalog.list('TABLE').filter(isDynamic);
  for (const { id } of tables) {
    const table = engine.catalog.get(id);
    if (table?.kind === 'TABLE' && isDynamic(table) && isDue(table, engine)) await refresh(table, engine);
  }
}

function isDue(table: DynamicRecord, engine: Engine): boolean {
  if (table.droppedAt !== null || table.dynamic.state === 'SUSPENDED') return false;
  const lag = effectiveLag(table, engine, new Set());
  const { dataTimestamp } = table.dynamic;
  return lag !== null && (dataTimestamp === null || engine.now() - dataTimestamp >= lag * 1_000_000);
}

/** Its own lag, or with DOWNSTREAM the shortest of those that read it; null: nobody needs it. */
function effectiveLag(table: DynamicRecord, engine: Engine, seen: Set<number>): number | null {
  const own = lagSeconds(table.dynamic.targetLag);
  if (own !== null || seen.has(table.id)) return own;
  seen.add(table.id);
  const needed = downstream(table, engine.catalog)
    .filter((other) => other.dynamic.state === 'ACTIVE')
    .flatMap((other) => effectiveLag(other, engine, seen) ?? []);
  return needed.length === 0 ? null : Math.min(...needed);
}

async function refresh(table: DynamicRecord, engine: Engine): Promise<void> {
  const session = await engine.openSession({
    id: randomUUID(),
    user: 'SYSTEM',
    role: table.owner,
    warehouse: table.dynamic.warehouse,
    database: table.database,
    schema: table.schema,
  });
  const run = {
    queryId: newQueryId(),
    text: table.dynamic.queryText,
    binds: [],
    describeOnly: false,
    startedAt: engine.now(),
  };
  try {
    await session.define((transaction) => refreshDynamicTable(table, 'SCHEDULED', session, run, transaction));
  } catch (thrown) {
    const error = thrown instanceof SnowflakeError ? thrown : snowflakeErrorFromDuck(thrown);
    if (error === undefined) throw thrown;
    recordRefresh(engine, table, {
      state: 'FAILED',
      error: { code: error.code, message: error.message },
      queryId: run.queryId,
      dataTimestamp: run.startedAt,
      startedAt: run.startedAt,
      endedAt: engine.now(),
      inserted: 0,
      deleted: 0,
      action: 'INCREMENTAL',
      trigger: 'SCHEDULED',
    });
    if (failuresInARow(engine, table) >= FAILURES)
      await session.define((transaction) => suspend(table, session, transaction));
  } finally {
    await session.close();
  }
}
