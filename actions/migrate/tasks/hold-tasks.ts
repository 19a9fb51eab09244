import { messageOf, UserError } from '../../shared/errors.ts';
import { type SnowflakeSession, SnowflakeStatementError } from '../../shared/snowflake.ts';
import { readTasks } from '../effects/pipeline-objects.ts';
import type { PlannedStatement } from '../effects/plan-effects.ts';
import { TASK_GRAPHS } from '../history.ts';
import type { MigrationRecorder, NewEvent } from '../recorder.ts';
import { taskChanges, tasksToHold, tasksToResume } from './task-changes.ts';

export interface TaskHolder {
  control: SnowflakeSession;
  recorder: MigrationRecorder;
  /** As SQL writes it. */
  database: string;
  onProgress: (line: string) => void;
}

/**
 * Does the work of a migration while the task graphs that it changes are suspended: Snowflake changes no task of a
 * graph whose root is started. Afterwards, also when it fails, tasks are started again that were before, but for those
 * that the migration suspends itself. What is to be resumed is in the history before anything is suspended, so that
 * the next run can do it when this one is killed.
 */
export async function whileTasksHeld<T>(
  statements: readonly PlannedStatement[],
  holder: TaskHolder,
  work: () => Promise<T>,
): Promise<T> {
  const changes = taskChanges(statements);
  if (changes.touched.size === 0) return work();
  const { control, recorder, database, onProgress } = holder;
  const { roots, resume } = tasksToHold(await readTasks(control, database), changes);
  if (roots.length === 0 && resume.length === 0) return work();
  await recorder.record([event('suspended', resume)]);
  let result: T;
  try {
    for (const root of roots) {
      await alterTask(control, root, 'SUSPEND');
      onProgress(`task ${root} suspended while its graph changes`);
    }
    result = await work();
  } catch (error) {
    try {
      await resumeTasks(resume, holder);
      await recorder.record();
    } catch (again) {
      // The next run resumes them: they are in the history.
      onProgress(`the tasks ${resume.join(', ')} are suspended still: ${messageOf(again)}`);
    }
    throw error;
  }
  await resumeTasks(resume, holder);
  return result;
}

/**
 * Resumes tasks in their order, and records with the next record that it is done. Those that are gone or started do
 * not matter; a root that was started before its children is suspended once more.
 */
export async function resumeTasks(
  tasks: readonly string[],
  { control, recorder, database, onProgress }: TaskHolder,
): Promise<void> {
  const { suspend, resume } = tasksToResume(tasks, await readTasks(control, database));
  for (const root of suspend) await alterTask(control, root, 'SUSPEND');
  for (const task of resume) await alterTask(control, task, 'RESUME');
  if (resume.length > 0) onProgress(`tasks resumed as they were: ${resume.join(', ')}`);
  recorder.later(event('resumed', []));
}

async function alterTask(session: SnowflakeSession, task: string, verb: 'SUSPEND' | 'RESUME'): Promise<void> {
  try {
    await session.execute(`ALTER TASK ${task} ${verb}`);
  } catch (error) {
    if (!(error instanceof SnowflakeStatementError)) throw error;
    throw new UserError(`ALTER TASK ${task} ${verb} failed: ${error.message}`, {
      remedy:
        'The role of the run needs OWNERSHIP or OPERATE on the tasks whose graph a migration changes. Then run again: it resumes what is suspended still.',
      cause: error,
    });
  }
}

function event(status: 'suspended' | 'resumed', tasks: readonly string[]): NewEvent {
  return {
    migration: TASK_GRAPHS,
    version: null,
    statement: 0,
    status,
    checksum: '',
    note: JSON.stringify(tasks),
  };
}
