import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { Bound, RelationSource } from '../../bind/bound.ts';
import { cast } from '../../bind/cast.ts';
import { LTZ } from '../../bind/literal.ts';
import { quote } from '../database.ts';
import { columns, instant, integer, rowsRelation, text } from '../dml/rows-relation.ts';
import type { Engine } from '../engine.ts';
import type { TaskRecord } from '../objects.ts';

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

/** Runs older than any history goes back, and than EXECUTE TASK … RETRY LAST may ask for, are removed: 14 days. */
export async function purgeTaskRuns(engine: Engine): Promise<void> {
  const oldest = engine.now() - 14 * DAY;
  const runs = historyOf(engine);
  let removed = 0;
  for (const [id, run] of runs) {
    if (run.scheduledAt >= oldest || run.completedAt === null) continue;
    runs.delete(id);
    removed++;
  }
  if (removed > 0)
    await engine.connection.run(`DELETE FROM catalog.task_runs WHERE scheduled_at < ${oldest}`);
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
    if (run.state === 'EXECUTING') Object.assign(run, { state: 'CANCELLED', completedAt: engine.now() });
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

const DAY = 86_400_000_000;

/**
 * TABLE(INFORMATION_SCHEMA.TASK_HISTORY(SCHEDULED_TIME_RANGE_START => …, SCHEDULED_TIME_RANGE_END => …,
 * RESULT_LIMIT => 100, TASK_NAME => …, ERROR_ONLY => …, ROOT_TASK_ID => …)): runs of the last 7 days and the next
 * one of each schedule, newest first. Source: docs.snowflake.com, TASK_HISTORY (Information Schema).
 */
export function taskHistoryRelation(
  engine: Engine,
  named: Map<string, Bound>,
  nextDue: (task: TaskRecord) => number | null,
): RelationSource {
  for (const name of named.keys()) if (!ARGUMENTS.includes(name)) throw unknownArgument(name);
  const limit = Number(named.get('RESULT_LIMIT')?.constant ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
    throw new SnowflakeError('001015', '22023', `Invalid RESULT_LIMIT ${limit}: it is from 1 to 10000.`);
  const task = named.get('TASK_NAME')?.constant;
  const root = named.get('ROOT_TASK_ID')?.constant;
  const name = task === undefined ? undefined : String(task).split('.').at(-1)!.toUpperCase();
  const nextOf = (id: number): number | null => {
    const record = engine.catalog.get(id);
    return record?.kind === 'TASK' ? nextDue(record) : null;
  };
  const runs = [...taskRuns(engine)].reverse().filter((run) => run.scheduledAt > engine.now() - 7 * DAY);
  const coming = engine.catalog.list('TASK').flatMap((record) => scheduledRun(record, nextDue(record)));
  const order = (run: TaskRun): number => run.completedAt ?? Number.MAX_SAFE_INTEGER;
  const rows = [...coming, ...runs]
    .filter((run) => name === undefined || run.name.toUpperCase() === name)
    .filter((run) => root === undefined || root === null || taskUuid(run.rootId) === String(root))
    .filter(
      ({ state }) =>
        named.get('ERROR_ONLY')?.constant !== true || state.startsWith('FAILED') || state === 'CANCELLED',
    )
    .sort((a, b) => order(b) - order(a))
    .map((run) => [
      run.state === 'SCHEDULED' ? null : run.queryId,
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
      run.state !== 'SCHEDULED' && run.taskId === run.rootId ? nextOf(run.taskId) : null,
      run.completedAt,
      taskUuid(run.rootId),
      1,
      run.scheduledAt,
      run.returnValue,
      run.scheduledFrom,
      run.attempt,
      run.config,
      null,
      run.state === 'SCHEDULED' ? null : run.groupId,
    ]);
  const relation = rowsRelation(header, rows);
  if (relation.kind !== 'relation') return relation;
  const conditions: string[] = [];
  const from = named.get('SCHEDULED_TIME_RANGE_START');
  const to = named.get('SCHEDULED_TIME_RANGE_END');
  if (from !== undefined) conditions.push(`c10 >= ${cast(from, LTZ).sql}`);
  if (to !== undefined) conditions.push(`c10 <= ${cast(to, LTZ).sql}`);
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return { ...relation, sql: `(SELECT * FROM ${relation.sql}${where} LIMIT ${limit})` };
}

const ARGUMENTS = [
  'SCHEDULED_TIME_RANGE_START',
  'SCHEDULED_TIME_RANGE_END',
  'RESULT_LIMIT',
  'TASK_NAME',
  'ERROR_ONLY',
  'ROOT_TASK_ID',
];

function unknownArgument(name: string): SnowflakeError {
  return new SnowflakeError(
    '001015',
    '22023',
    `SQL compilation error:\nunknown argument ${name} of TASK_HISTORY`,
  );
}

/** The run that a schedule will start next. */
function scheduledRun(task: TaskRecord, at: number | null): TaskRun[] {
  if (at === null) return [];
  return [
    {
      taskId: task.id,
      name: task.name,
      database: task.database ?? '',
      schema: task.schema ?? '',
      rootId: task.id,
      groupId: '',
      attempt: 1,
      state: 'SCHEDULED',
      queryId: '',
      queryText: task.bodyText,
      conditionText: task.whenText,
      errorCode: null,
      errorMessage: null,
      scheduledAt: at,
      startedAt: null,
      completedAt: null,
      returnValue: null,
      scheduledFrom: 'SCHEDULE',
      config: task.config,
    },
  ];
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
