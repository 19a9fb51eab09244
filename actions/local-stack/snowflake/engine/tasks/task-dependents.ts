import type { RelationSource } from '../../bind/bound.ts';
import { columns, instant, rowsRelation, text } from '../dml/rows-relation.ts';
import { formatName } from '../names.ts';
import type { TaskRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { dependents } from './task-graph.ts';
import { taskUuid } from './task-history.ts';

const header = columns({
  CREATED_ON: instant,
  NAME: text,
  ID: text,
  DATABASE_NAME: text,
  SCHEMA_NAME: text,
  OWNER: text,
  COMMENT: text,
  WAREHOUSE: text,
  SCHEDULE: text,
  PREDECESSORS: text,
  STATE: text,
  DEFINITION: text,
  CONDITION: text,
  ALLOW_OVERLAPPING_EXECUTION: text,
  ERROR_INTEGRATION: text,
  CONFIG: text,
});

/** TABLE(INFORMATION_SCHEMA.TASK_DEPENDENTS(TASK_NAME => …, RECURSIVE => TRUE)): a task and what follows it. Source: its page. */
export function taskDependents(root: TaskRecord, recursive: boolean, session: Session): RelationSource {
  const { catalog } = session.engine;
  const below = dependents(catalog, root).filter(
    (task) => recursive || task.after.includes(root.id) || task.finalizes === root.id,
  );
  const nameOf = (id: number): string => {
    const record = catalog.get(id);
    return record === undefined ? '' : formatName(record);
  };
  return rowsRelation(
    header,
    [root, ...below].map((task) => [
      task.createdAt,
      task.name,
      taskUuid(task.id),
      task.database,
      task.schema,
      task.owner,
      task.comment,
      task.warehouse,
      task.schedule,
      JSON.stringify(task.after.map(nameOf)),
      task.state,
      task.bodyText,
      task.whenText,
      String(task.allowOverlapping),
      task.properties.ERROR_INTEGRATION ?? null,
      task.config,
    ]),
  );
}
