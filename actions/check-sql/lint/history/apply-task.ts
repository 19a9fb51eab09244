import type { AlterTask, CreateTask, ObjectName } from '../../../shared/sql/ast.ts';
import { propertyOf } from '../properties.ts';
import type { LintStatement } from '../sources.ts';
import { objectKey } from './names.ts';
import type { TaskState, WarehouseState } from './state.ts';

interface Uses {
  reads: ReadonlySet<string>;
  writes: ReadonlySet<string>;
}

/** A task is created suspended. Source: CREATE TASK. */
export function createTask(
  state: WarehouseState,
  key: string,
  statement: LintStatement,
  tree: CreateTask,
  uses: Uses,
): void {
  if (tree.ifNotExists && state.tasks.has(key)) return;
  const task: TaskState = {
    statement,
    node: tree.name,
    after: keysOf(state, tree.after),
    finalizes: tree.finalize === null ? null : objectKey(tree.finalize, state.currentSchema),
    startsItself: propertyOf(tree.properties, 'SCHEDULE') !== undefined || tree.when !== null,
    isResumed: false,
    ...uses,
  };
  // CREATE OR ALTER keeps whether it runs.
  if (tree.orAlter) task.isResumed = state.tasks.get(key)?.isResumed ?? false;
  state.tasks.set(key, task);
}

export function alterTask(state: WarehouseState, key: string, tree: AlterTask, uses: Uses): void {
  const task = state.tasks.get(key);
  if (task === undefined) return;
  const { action } = tree;
  switch (action.kind) {
    case 'resume':
    case 'suspend':
      task.isResumed = action.kind === 'resume';
      return;
    case 'addAfter':
      for (const before of keysOf(state, action.tasks)) task.after.add(before);
      return;
    case 'removeAfter':
      for (const before of keysOf(state, action.tasks)) task.after.delete(before);
      return;
    case 'set':
      if (propertyOf(action.properties, 'SCHEDULE') !== undefined) task.startsItself = true;
      return;
    case 'modifyWhen':
      task.startsItself = true;
      return;
    case 'modifyAs':
      task.reads = uses.reads;
      task.writes = uses.writes;
      return;
    case 'setFinalize':
      task.finalizes = objectKey(action.root, state.currentSchema);
      return;
    case 'unsetFinalize':
      task.finalizes = null;
  }
}

/** SYSTEM$TASK_DEPENDENTS_ENABLE: the root and everything below it. */
export function resumeGraph(state: WarehouseState, root: string): void {
  const pending = [root];
  const seen = new Set<string>();
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const task = state.tasks.get(at);
    if (task !== undefined) task.isResumed = true;
    for (const [name, { after, finalizes }] of state.tasks)
      if (after.has(at) || finalizes === at) pending.push(name);
  }
}

function keysOf(state: WarehouseState, names: readonly ObjectName[]): Set<string> {
  return new Set(names.flatMap((name) => objectKey(name, state.currentSchema) ?? []));
}
