import type { Bound, RelationSource } from '../../bind/bound.ts';
import { type Cell, columns, instant, integer, rowsRelation, text } from '../dml/rows-relation.ts';
import type { Engine } from '../engine.ts';
import { type TaskRun, taskRuns, taskUuid } from './task-history.ts';
import { nextDue } from './task-scheduler.ts';

/** One attempt at one run of a graph. */
interface GraphAttempt {
  root: TaskRun;
  runs: TaskRun[];
}

const HOUR = 3_600_000_000;

const shared = {
  FIRST_ERROR_TASK_NAME: text,
  FIRST_ERROR_CODE: text,
  FIRST_ERROR_MESSAGE: text,
  SCHEDULED_TIME: instant,
  QUERY_START_TIME: instant,
  NEXT_SCHEDULED_TIME: instant,
};
const tail = {
  ROOT_TASK_ID: text,
  GRAPH_VERSION: integer,
  RUN_ID: integer,
  ATTEMPT_NUMBER: integer,
  CONFIG: text,
  GRAPH_RUN_GROUP_ID: text,
};
const place = { ROOT_TASK_NAME: text, DATABASE_NAME: text, SCHEMA_NAME: text, STATE: text };
const completeHeader = columns({
  ...place,
  SCHEDULED_FROM: text,
  ...shared,
  COMPLETED_TIME: instant,
  ...tail,
});
const currentHeader = columns({ ...place, ...shared, ...tail });

/**
 * COMPLETE_TASK_GRAPHS: graph runs that ended in the last 60 minutes, newest first. Source: its page
 * (ROOT_TASK_NAME, ERROR_ONLY, RESULT_LIMIT).
 */
export function completeTaskGraphs(engine: Engine, named: Map<string, Bound>): RelationSource {
  const errorOnly = named.get('ERROR_ONLY')?.constant === true;
  const rows = chosen(engine, named)
    .filter(({ runs }) => runs.every((run) => run.completedAt !== null))
    .map((attempt) => ({ ...attempt, ended: Math.max(...attempt.runs.map((run) => run.completedAt!)) }))
    .filter(({ ended }) => ended > engine.now() - HOUR)
    .filter(({ runs }) => !errorOnly || stateOf(runs) !== 'SUCCEEDED')
    .sort((a, b) => b.ended - a.ended)
    .slice(0, limitOf(named))
    .map(({ root, runs, ended }) => [
      ...placeCells(root, stateOf(runs)),
      root.scheduledFrom,
      ...sharedCells(engine, root, runs),
      ended,
      ...tailCells(root),
    ]);
  return rowsRelation(completeHeader, rows);
}

/** CURRENT_TASK_GRAPHS: graph runs that are going, and the next one of each schedule. Source: its page. */
export function currentTaskGraphs(engine: Engine, named: Map<string, Bound>): RelationSource {
  const going = chosen(engine, named)
    .filter(({ runs }) => runs.some((run) => run.completedAt === null))
    .map(({ root, runs }) => [
      ...placeCells(root, 'EXECUTING'),
      ...sharedCells(engine, root, runs),
      ...tailCells(root),
    ]);
  const wanted = rootName(named);
  const scheduled = engine.catalog.list('TASK').flatMap((task): Cell[][] => {
    const at = nextDue(engine, task);
    if (at === null || (wanted !== null && task.name !== wanted)) return [];
    const head = [task.name, task.database, task.schema, 'SCHEDULED', null, null, null, at, null, null];
    return [[...head, taskUuid(task.id), 1, at, 1, task.config, null]];
  });
  return rowsRelation(currentHeader, [...going, ...scheduled].slice(0, limitOf(named)));
}

function chosen(engine: Engine, named: Map<string, Bound>): GraphAttempt[] {
  const attempts = new Map<string, GraphAttempt>();
  for (const run of taskRuns(engine)) {
    const key = `${run.groupId} ${run.attempt}`;
    const known = attempts.get(key);
    if (known !== undefined) known.runs.push(run);
    else attempts.set(key, { root: rootRun(engine, run), runs: [run] });
  }
  const wanted = rootName(named);
  return [...attempts.values()].filter(({ root }) => wanted === null || root.name === wanted);
}

/** A retry may leave the root alone, which then has no run of its own in this attempt. */
function rootRun(engine: Engine, run: TaskRun): TaskRun {
  if (run.taskId === run.rootId) return run;
  const root = engine.catalog.get(run.rootId);
  return { ...run, taskId: run.rootId, name: root?.name ?? '' };
}

function stateOf(runs: TaskRun[]): string {
  if (runs.some(({ state }) => state === 'CANCELLED')) return 'CANCELLED';
  if (runs.some(({ state }) => state.startsWith('FAILED'))) return 'FAILED';
  return runs.every(({ state }) => state === 'SKIPPED') ? 'SKIPPED' : 'SUCCEEDED';
}

function placeCells(root: TaskRun, state: string): Cell[] {
  return [root.name, root.database, root.schema, state];
}

function sharedCells(engine: Engine, root: TaskRun, runs: TaskRun[]): Cell[] {
  const failed = runs.find(({ state }) => state.startsWith('FAILED') || state === 'CANCELLED');
  const task = engine.catalog.get(root.taskId);
  return [
    failed?.name ?? null,
    failed?.errorCode ?? null,
    failed?.errorMessage ?? null,
    root.scheduledAt,
    root.startedAt,
    task?.kind === 'TASK' ? nextDue(engine, task) : null,
  ];
}

function tailCells(root: TaskRun): Cell[] {
  return [taskUuid(root.taskId), 1, root.scheduledAt, root.attempt, root.config, root.groupId];
}

function rootName(named: Map<string, Bound>): string | null {
  const name = named.get('ROOT_TASK_NAME')?.constant;
  return name === undefined || name === null ? null : String(name).split('.').at(-1)!.toUpperCase();
}

function limitOf(named: Map<string, Bound>): number {
  return Number(named.get('RESULT_LIMIT')?.constant ?? 1000);
}
