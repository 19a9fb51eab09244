import { setTimeout as pause } from 'node:timers/promises';
import { readCopyHistory } from '../../load/copy-history.ts';
import { joinName } from '../../migrate/effects/name-scope.ts';
import type { Problem } from '../../migrate/problem.ts';
import { UserError } from '../../shared/errors.ts';
import { type SnowflakeSession, SnowflakeStatementError } from '../../shared/snowflake.ts';
import { objectKey } from '../lint/history/names.ts';
import type { DefinedObjects } from './defined-objects.ts';

const PAUSE_MS = 50;

/**
 * Tells every pipe of the database to look for files and waits until it has loaded them. A file that fails is a problem
 * on the pipe's line.
 * @param deadline on the clock of `performance.now()`
 */
export async function runPipes(
  session: SnowflakeSession,
  database: string,
  objects: DefinedObjects,
  deadline: number,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const { rows } = await session.execute(`SHOW PIPES IN DATABASE ${database}`);
  const pipes = rows.map((row) => [String(row.schema_name), String(row.name)]);
  for (const pipe of pipes) {
    try {
      await session.execute(`ALTER PIPE ${joinName(pipe)} REFRESH`);
    } catch (error) {
      if (!(error instanceof SnowflakeStatementError)) throw error;
      problems.push(problemAt(objects, pipe, `the pipe cannot load: ${error.message}`));
    }
  }
  for (const pipe of pipes) {
    const name = joinName(pipe);
    await waitForFiles(session, name, deadline);
    const tree = objects.get(pipe.join('.'))?.tree;
    const target = tree?.kind === 'createPipe' ? objectKey(tree.copy.target, pipe[0] ?? '') : null;
    if (target === null) continue;
    const attempts = await readCopyHistory(session, `${database}.${target}`, '');
    // The newest attempt at a file counts.
    for (const { path, status, firstError } of new Map(attempts.map((one) => [one.path, one])).values()) {
      if (status === 'Loaded') continue;
      const error = firstError ?? 'no error recorded';
      problems.push(
        problemAt(objects, pipe, `${name} loads ${path.replace(/^.*:\/\/[^/]*\//, '')}: ${status}: ${error}`),
      );
    }
  }
  return problems;
}

async function waitForFiles(session: SnowflakeSession, pipe: string, deadline: number): Promise<void> {
  for (;;) {
    const { rows } = await session.execute('SELECT SYSTEM$PIPE_STATUS(?) AS STATUS', [pipe]);
    const status = JSON.parse(String(rows[0]?.STATUS)) as {
      executionState: string;
      pendingFileCount: number;
    };
    // One that is paused or has lost its stage loads nothing, however long it is waited for.
    if (status.executionState !== 'RUNNING' || status.pendingFileCount === 0) return;
    if (performance.now() > deadline)
      throw new UserError(`the pipe ${pipe} still has ${status.pendingFileCount} files to load`, {
        remedy: 'Use less sample data, or raise the input "timeout-seconds".',
      });
    await pause(PAUSE_MS);
  }
}

function problemAt(objects: DefinedObjects, pipe: readonly string[], message: string): Problem {
  const defined = objects.get(pipe.join('.'));
  return {
    file: defined?.file ?? 'the bootstrap',
    line: defined?.statement.line ?? 1,
    message: message.replaceAll('\n', ' '),
    remedy: 'Correct the pipe, or the sample data that it loads.',
  };
}
