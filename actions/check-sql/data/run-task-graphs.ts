import type { Patience } from '../../load/patience.ts';
import { refreshSilver, TasksFailedError } from '../../load/refresh-silver.ts';
import type { Problem } from '../../migrate/problem.ts';
import { UserError } from '../../shared/errors.ts';
import type { SnowflakeSession } from '../../shared/snowflake.ts';
import type { DefinedObjects } from './defined-objects.ts';

/** How long a task behind a skipped one is waited for. */
const SETTLE_MS = 500;

/**
 * Runs every task graph of the database once. A task that fails is a problem on its line of the migration that makes
 * it, with the error of TASK_HISTORY.
 * @param deadline on the clock of `performance.now()`
 */
export async function runTaskGraphs(
  session: SnowflakeSession,
  database: string,
  objects: DefinedObjects,
  deadline: number,
  note: (line: string) => void,
): Promise<Problem[]> {
  const { rows } = await session.execute(`SHOW TASKS IN DATABASE ${database}`);
  const roots = rows
    .filter((row) => /^(?:\[\s*\])?$/.test(listOf(row.predecessors)))
    .map((row) => ({ schema: String(row.schema_name), name: String(row.name) }))
    .filter(({ schema, name }) => !isFinalizer(objects, `${schema}.${name}`));
  const problems: Problem[] = [];
  const patience: Patience = { deadline, graceMs: 0, settleMs: SETTLE_MS };
  for (const { schema, name } of roots) {
    try {
      await refreshSilver(session, `${database}.${schema}.${name}`, patience, note);
    } catch (error) {
      if (error instanceof TasksFailedError)
        problems.push(
          ...error.failed.map((task) =>
            problemAt(objects, `${schema}.${task.name}`, task.error ?? `it ${task.state.toLowerCase()}`),
          ),
        );
      else if (error instanceof UserError)
        problems.push(problemAt(objects, `${schema}.${name}`, error.message));
      else throw error;
    }
  }
  return problems;
}

function listOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? []);
}

function isFinalizer(objects: DefinedObjects, key: string): boolean {
  const tree = objects.get(key)?.tree;
  return tree?.kind === 'createTask' && tree.finalize !== null;
}

/** The line of the task's body that the error names, where it names one. */
function problemAt(objects: DefinedObjects, key: string, error: string): Problem {
  const defined = objects.get(key);
  const bodyLine = /\bline (\d+) at position \d+/.exec(error)?.[1];
  let line = defined?.statement.line ?? 1;
  if (bodyLine !== undefined && defined?.tree.kind === 'createTask') {
    const { text } = defined.statement;
    const before = text.slice(0, Math.max(0, text.lastIndexOf(defined.tree.bodyText)));
    line += before.split('\n').length - 1 + Number(bodyLine) - 1;
  }
  return {
    file: defined?.file ?? 'the bootstrap',
    line,
    message: `task ${key} fails with the sample data: ${error.replaceAll('\n', ' ')}`,
    remedy: 'Correct the task, or the sample data that it reads.',
  };
}
