import { UserError } from '../shared/errors.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';
import { run } from './statement.ts';

/** One task of a graph, as SHOW TASKS has it. All tasks of a graph are in one schema. */
export interface GraphTask {
  name: string;
  id: string;
  isSuspended: boolean;
  /** Names in the same schema; none for the root. */
  predecessors: string[];
}

/** A root task and everything that follows it. */
export interface TaskGraph {
  root: GraphTask;
  tasks: GraphTask[];
}

/** One run of one task. */
export interface TaskReport {
  name: string;
  state: string;
  seconds: number;
  queryId: string | null;
  error: string | null;
}

/**
 * Reads the graph of a root task.
 * @param root DATABASE.SCHEMA.NAME
 * @throws UserError when there is no such task or it is no root
 */
export async function readTaskGraph(session: SnowflakeSession, root: string): Promise<TaskGraph> {
  const [database, schema, name] = root.split('.') as [string, string, string];
  const { rows } = await run(
    session,
    `SHOW TASKS IN SCHEMA ${database}.${schema}`,
    [],
    `list the tasks of ${database}.${schema}`,
  );
  const all = rows.map((row) => ({
    name: String(row.name),
    id: String(row.id),
    isSuspended: String(row.state).toLowerCase() === 'suspended',
    predecessors: predecessorNames(row.predecessors),
  }));
  const found = all.find((task) => task.name === name.toUpperCase());
  if (found === undefined) {
    throw new UserError(`there is no task ${root}`, {
      remedy:
        'Apply the migrations to this database, or correct silver.root-task in the pipeline configuration.',
    });
  }
  if (found.predecessors.length > 0) {
    throw new UserError(`task ${root} runs after ${found.predecessors.join(', ')}: it is no root`, {
      remedy: "Name the graph's root as silver.root-task in the pipeline configuration.",
    });
  }
  const tasks = [found];
  for (const task of tasks) {
    tasks.push(...all.filter((other) => other.predecessors.includes(task.name) && !tasks.includes(other)));
  }
  return { root: found, tasks };
}

/** Where a run of a graph stands. */
export interface GraphProgress {
  /** Tasks whose end is still to come. */
  waiting: string[];
  /** Tasks behind a skipped one, with no run so far: whether they run depends on their conditions. */
  undecided: string[];
}

const ENDED = new Set(['SUCCEEDED', 'FAILED', 'FAILED_AND_AUTO_SUSPENDED', 'SKIPPED', 'CANCELLED']);

/**
 * Which tasks of a run are still to come. One that follows a failed task never runs, so it is not waited for;
 * suspended tasks are left out of a run as if they were not there.
 * Source: docs.snowflake.com, "Create a sequence of tasks with a task graph".
 *
 * @param states the newest state of each task that has a run
 */
export function graphProgress(graph: TaskGraph, states: ReadonlyMap<string, string>): GraphProgress {
  const progress: GraphProgress = { waiting: [], undecided: [] };
  const fates = new Map<string, string>();
  const fateOf = (task: GraphTask): string => {
    const known = fates.get(task.name);
    if (known !== undefined) return known;
    const fate = decide(task);
    fates.set(task.name, fate);
    return fate;
  };
  const decide = (task: GraphTask): string => {
    const state = states.get(task.name);
    if (state !== undefined) return ENDED.has(state) ? state : 'WAITING';
    if (task === graph.root) return 'WAITING';
    if (task.isSuspended) return 'ABSENT';
    const before = graph.tasks.filter((other) => task.predecessors.includes(other.name)).map(fateOf);
    const counted = before.filter((fate) => fate !== 'ABSENT');
    const has = (...some: string[]): boolean => counted.some((fate) => some.includes(fate));
    if (counted.length === 0) return 'ABSENT';
    if (has('FAILED', 'FAILED_AND_AUTO_SUSPENDED', 'CANCELLED', 'NEVER')) return 'NEVER';
    if (has('WAITING')) return 'WAITING';
    return has('SKIPPED', 'UNDECIDED') ? 'UNDECIDED' : 'WAITING';
  };
  for (const task of graph.tasks) {
    const fate = fateOf(task);
    if (fate === 'WAITING') progress.waiting.push(task.name);
    if (fate === 'UNDECIDED') progress.undecided.push(task.name);
  }
  return progress;
}

/** The column is a JSON list of full names, each part quoted where it has to be. */
function predecessorNames(value: unknown): string[] {
  const list = Array.isArray(value) ? value : JSON.parse(String(value ?? '[]') || '[]');
  return (list as unknown[]).map((full) => {
    const last = /("(?:[^"]|"")*"|[^."]+)$/.exec(String(full))?.[1] ?? String(full);
    return last.startsWith('"') ? last.slice(1, -1).replaceAll('""', '"') : last;
  });
}
