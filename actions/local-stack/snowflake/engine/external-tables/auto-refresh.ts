import { randomUUID } from 'node:crypto';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { snowflakeErrorFromDuck } from '../../bind/runtime-error.ts';
import { type Engine, newQueryId } from '../engine.ts';
import { stageLocation } from '../stages/stage-location.ts';
import { type ExternalRecord, isExternal } from './external-record.ts';
import { refreshFiles } from './registered-files.ts';

/** Refreshes that go on, by table; one that is asked for meanwhile follows. */
interface Refreshing {
  asked: boolean;
  done: Promise<void>;
}
const refreshing = new WeakMap<Engine, Map<number, Refreshing>>();

/**
 * An object came into a bucket: external tables with AUTO_REFRESH whose location covers it are refreshed, by and by.
 * Source: docs.snowflake.com, "Refresh external tables automatically for Amazon S3".
 */
export function refreshOnObjectCreated(engine: Engine, object: { bucket: string; key: string }): void {
  for (const table of engine.catalog.list('TABLE')) {
    if (!isExternal(table) || !table.external.autoRefresh) continue;
    const stage = engine.catalog.get(table.external.stageId);
    if (stage?.kind !== 'STAGE' || stage.droppedAt !== null) continue;
    const { root, path } = stageLocation(engine, stage, table.external.path);
    if (root.kind !== 's3' || root.bucket !== object.bucket) continue;
    if (object.key.startsWith(root.prefix + path)) ask(engine, table.id);
  }
}

/** Resolves when no external table is being refreshed by itself. */
export async function autoRefreshesIdle(engine: Engine): Promise<void> {
  const running = refreshing.get(engine);
  while (running !== undefined && running.size > 0)
    await Promise.all([...running.values()].map(({ done }) => done));
}

function ask(engine: Engine, id: number): void {
  const running = refreshing.get(engine) ?? new Map<number, Refreshing>();
  refreshing.set(engine, running);
  const current = running.get(id);
  if (current !== undefined) {
    current.asked = true;
    return;
  }
  const next: Refreshing = { asked: true, done: Promise.resolve() };
  running.set(id, next);
  next.done = refreshWhileAsked(engine, id, next).finally(() => running.delete(id));
}

async function refreshWhileAsked(engine: Engine, id: number, state: Refreshing): Promise<void> {
  while (state.asked) {
    state.asked = false;
    try {
      await refresh(engine, id);
    } catch (thrown) {
      const error = thrown instanceof SnowflakeError ? thrown : snowflakeErrorFromDuck(thrown);
      const text = error?.message ?? (thrown instanceof Error ? thrown.stack : String(thrown));
      // The next object, or REFRESH, tries again and tells a user what is wrong.
      process.stderr.write(`External table ${id}: ${text}\n`);
    }
  }
}

async function refresh(engine: Engine, id: number): Promise<void> {
  const table = engine.catalog.get(id) as ExternalRecord | undefined;
  if (table === undefined || table.droppedAt !== null) return;
  const { owner, database, schema } = table;
  const session = await engine.openSession({
    id: randomUUID(),
    user: 'SYSTEM',
    role: owner,
    database,
    schema,
  });
  const run = {
    queryId: newQueryId(),
    text: '',
    binds: [],
    describeOnly: false,
    startedAt: engine.now(),
  };
  try {
    await session.define(async (transaction) => {
      await transaction.lockTable(id);
      await refreshFiles(engine.catalog.get(id) as ExternalRecord, '', session, run, transaction);
    });
  } finally {
    await session.close();
  }
}
