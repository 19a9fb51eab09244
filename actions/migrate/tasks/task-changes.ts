import type { ObjectName } from '../../shared/sql/ast.ts';
import { qualify } from '../effects/name-scope.ts';
import type { LiveTask } from '../effects/pipeline-objects.ts';
import type { PlannedStatement } from '../effects/plan-effects.ts';

/** What a migration does to tasks; names are whole. */
export interface TaskChanges {
  /** Tasks that it makes, changes or drops, and those whose graph it puts a task into. */
  touched: ReadonlySet<string>;
  /** Tasks that it suspends itself, and does not resume afterwards. */
  suspended: ReadonlySet<string>;
}

/** Reads from the statements of a migration what they do to tasks. */
export function taskChanges(statements: readonly PlannedStatement[]): TaskChanges {
  const touched = new Set<string>();
  const suspended = new Set<string>();
  for (const { tree, scope, objects } of statements) {
    const isTask = objects.some(({ type }) => type === 'TASK');
    if (tree === null || !isTask) continue;
    for (const { name } of objects) touched.add(name);
    const add = (names: readonly (ObjectName | null)[]): void => {
      for (const name of names) {
        if (name?.kind === 'name')
          touched.add(
            qualify(
              scope,
              name.parts.map((part) => part.name),
            ),
          );
      }
    };
    if (tree.kind === 'createTask') add([...tree.after, tree.finalize]);
    if (tree.kind !== 'alterTask') continue;
    const { action } = tree;
    if (action.kind === 'addAfter') add(action.tasks);
    if (action.kind === 'setFinalize') add([action.root]);
    for (const { name } of objects) {
      if (action.kind === 'suspend') suspended.add(name);
      if (action.kind === 'resume') suspended.delete(name);
    }
  }
  return { touched, suspended };
}

/** The roots to suspend before a change and the tasks to resume afterwards, children before what they follow. */
export function tasksToHold(
  live: readonly LiveTask[],
  { touched, suspended }: TaskChanges,
): { roots: string[]; resume: string[] } {
  const byName = new Map(live.map((task) => [task.name, task]));
  const affected = new Set([...touched].flatMap((name) => rootsOf(name, byName)));
  const members = live.filter(({ name }) => rootsOf(name, byName).some((root) => affected.has(root)));
  const started = members.filter(({ isStarted }) => isStarted);
  const roots = started.filter(({ name }) => affected.has(name)).map(({ name }) => name);
  const resume = started
    .map(({ name }) => ({ name, depth: depthOf(name, byName) }))
    .sort((a, b) => b.depth - a.depth)
    .map(({ name }) => name)
    .filter((name) => !suspended.has(name));
  // What is no graph of a started root may be changed as it is.
  return roots.length === 0
    ? { roots, resume: resume.filter((name) => touched.has(name)) }
    : { roots, resume };
}

/** Which of the tasks to resume are not started yet, and the started roots that must be suspended for that. */
export function tasksToResume(
  wanted: readonly string[],
  live: readonly LiveTask[],
): { suspend: string[]; resume: string[] } {
  const byName = new Map(live.map((task) => [task.name, task]));
  const resume = wanted.filter((name) => byName.get(name)?.isStarted === false);
  const roots = new Set(resume.flatMap((name) => rootsOf(name, byName)));
  const suspend = [...roots].filter((name) => byName.get(name)?.isStarted === true);
  return { suspend, resume: [...resume, ...suspend] };
}

function rootsOf(name: string, tasks: ReadonlyMap<string, LiveTask>, seen = new Set<string>()): string[] {
  const task = tasks.get(name);
  if (task === undefined || seen.has(name)) return [];
  seen.add(name);
  const above = task.predecessors.filter((other) => tasks.has(other));
  return above.length === 0 ? [name] : above.flatMap((other) => rootsOf(other, tasks, seen));
}

/** Tasks between it and its root, on the longest way. */
function depthOf(name: string, tasks: ReadonlyMap<string, LiveTask>): number {
  const depths = new Map<string, number>();
  const depth = (at: string): number => {
    const known = depths.get(at);
    if (known !== undefined) return known;
    depths.set(at, 0);
    const above = (tasks.get(at)?.predecessors ?? []).filter((other) => tasks.has(other));
    const found = above.length === 0 ? 0 : 1 + Math.max(...above.map(depth));
    depths.set(at, found);
    return found;
  };
  return depth(name);
}
