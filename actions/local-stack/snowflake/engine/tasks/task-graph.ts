import type { Catalog } from '../catalog.ts';
import type { TaskRecord } from '../objects.ts';

/** The task at the top of a task's graph. */
export function rootOf(catalog: Catalog, task: TaskRecord): TaskRecord {
  const above = task.finalizes ?? task.after[0];
  const record = above === undefined ? undefined : catalog.get(above);
  return record?.kind === 'TASK' && record.droppedAt === null ? rootOf(catalog, record) : task;
}

/** All tasks below a task, deepest last task first: the order in which they may be resumed. */
export function dependents(catalog: Catalog, task: TaskRecord): TaskRecord[] {
  const found = new Map<number, TaskRecord>();
  const visit = (id: number): void => {
    for (const child of catalog.list('TASK')) {
      if (!child.after.includes(id) && child.finalizes !== id) continue;
      found.delete(child.id);
      found.set(child.id, child);
      visit(child.id);
    }
  };
  visit(task.id);
  return [...found.values()].reverse();
}

/** Whether a task, as it is to be, would stand above itself. */
export function hasCycle(catalog: Catalog, task: TaskRecord): boolean {
  const seen = new Set<number>();
  const above = [...task.after];
  for (let id = above.pop(); id !== undefined; id = above.pop()) {
    if (id === task.id) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    const record = catalog.get(id);
    if (record?.kind === 'TASK') above.push(...record.after);
  }
  return false;
}
