import type { Bound, RelationSource } from '../../bind/bound.ts';
import { quote } from '../database.ts';
import { columns, instant, integer, rowsRelation, text } from '../dml/rows-relation.ts';
import type { Engine } from '../engine.ts';

/** One run of one task. Times are microseconds since 1970. */
export interface TaskRun {
  taskId: number;
  name: string;
  database: string;
  schema: string;
  rootId: number;
  groupId: string;
  attempt: number;
  state:
    | 'SCHEDULED'
    | 'EXECUTING'
    | 'SUCCEEDED'
    | 'FAILED'
    | 'SKIPPED'
    | 'CANCELLED'
    | 'FAILED_AND_AUTO_SUSPENDED';
  queryId: string;
  queryText: string;
  conditionText: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  scheduledAt: number;
  startedAt: number | null;
  completedAt: number | null;
  returnValue: string | null;
  scheduledFrom: 'SCHEDULE' | 'EXECUTE TASK' | 'TRIGGER';
  config: string | null;
}

const histories = new WeakMap<Engine, Map<string, TaskRun>>();

/** All runs since the history began, oldest first. */
export function taskRuns(engine: Engine): IterableIterator<TaskRun> {
  return historyOf(engine).values();
}

/** Adds or updates a run, in memory and in `catalog.task_runs`. */
export async function recordTaskRun(engine: Engine, run: TaskRun): Promise<void> {
  historyOf(engine).set(run.queryId, { ...run });
  await engine.connection.run(
    `INSERT OR REPLACE INTO catalog.task_runs VALUES (${quote(run.queryId)}, ${run.scheduledAt}, ${quote(JSON.stringify(run))})`,
  );
}

/** Reads the history that an earlier process left. Runs that it left going did not end. */
export async function loadTaskHistory(engine: Engine): Promise<void> {
  await engine.connection.run(
    'CREATE TABLE IF NOT EXISTS catalog.task_runs (query_id VARCHAR PRIMARY KEY, scheduled_at BIGINT, record VARCHAR)',
  );
  const reader = await engine.connection.runAndReadAll(
    'SELECT record FROM catalog.task_runs ORDER BY scheduled_at',
  );
  for (const [record] of reader.getRowsJS()) {
    const run = JSON.parse(String(record)) as TaskRun;
    if (run.state === 'EXECUTING') run.state = 'CANCELLED';
    historyOf(engine).set(run.queryId, run);
  }
}

const header = columns({
  QUERY_ID: text,
  NAME: text,
  DATABASE_NAME: text,
  SCHEMA_NAME: text,
  QUERY_TEXT: text,
  CONDITION_TEXT: text,
  STATE: text,
  ERROR_CODE: text,
  ERROR_MESSAGE: text,
  SCHEDULED_TIME: instant,
  QUERY_START_TIME: instant,
  NEXT_SCHEDULED_TIME: instant,
  COMPLETED_TIME: instant,
  ROOT_TASK_ID: text,
  GRAPH_VERSION: integer,
  RUN_ID: integer,
  RETURN_VALUE: text,
  SCHEDULED_FROM: text,
  ATTEMPT_NUMBER: integer,
  CONFIG: text,
  QUERY_HASH: text,
  GRAPH_RUN_GROUP_ID: text,
});

/**
 * TABLE(INFORMATION_SCHEMA.TASK_HISTORY(SCHEDULED_TIME_RANGE_START => …, TASK_NAME => …, RESULT_LIMIT => 100, …)).
 * Source: documentation page "TASK_HISTORY" (Information Schema).
 */
export function taskHistoryRelation(engine: Engine, named: Map<string, Bound>): RelationSource {
  const limit = Number(named.get('RESULT_LIMIT')?.constant ?? 100);
  const task = named.get('TASK_NAME')?.constant;
  const rows = [...taskRuns(engine)]
    .filter((run) => task === undefined || run.name === String(task).split('.').at(-1)?.toUpperCase())
    .filter((run) => named.get('ERROR_ONLY')?.constant !== true || run.state.startsWith('FAILED'))
    .sort((a, b) => (b.completedAt ?? Number.MAX_SAFE_INTEGER) - (a.completedAt ?? Number.MAX_SAFE_INTEGER))
    .map((run) => [
      run.queryId,
      run.name,
      run.database,
      run.schema,
      run.queryText,
      run.conditionText,
      run.state,
      run.errorCode,
      run.errorMessage,
      run.scheduledAt,
      run.startedAt,
      null,
      run.completedAt,
      taskUuid(run.rootId),
      1,
      run.scheduledAt,
      run.returnValue,
      run.scheduledFrom,
      run.attempt,
      run.config,
      null,
      run.groupId,
    ]);
  const relation = rowsRelation(header, rows);
  if (relation.kind !== 'relation') return relation;
  const conditions: string[] = [];
  const from = named.get('SCHEDULED_TIME_RANGE_START');
  const to = named.get('SCHEDULED_TIME_RANGE_END');
  if (from !== undefined) conditions.push(`c10 >= ${from.sql}`);
  if (to !== undefined) conditions.push(`c10 <= ${to.sql}`);
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return { ...relation, sql: `(SELECT * FROM ${relation.sql}${where} LIMIT ${limit})` };
}

/** Task ids look like UUIDs on a real account. */
export function taskUuid(id: number): string {
  return `01a00000-0000-0000-0000-${id.toString(16).padStart(12, '0')}`;
}

function historyOf(engine: Engine): Map<string, TaskRun> {
  const known = histories.get(engine);
  if (known !== undefined) return known;
  const fresh = new Map<string, TaskRun>();
  histories.set(engine, fresh);
  return fresh;
}
