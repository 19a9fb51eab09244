import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../shared/errors.ts';
import type { SnowflakeSession } from '../../shared/snowflake.ts';
import { readStatements } from '../migration-files.ts';
import { type Problem, refuseProblems } from '../problem.ts';

export interface DataTestOptions {
  /** Of the migrations: the tests are the files `tests/*.sql` in it. */
  directory: string;
  variables: Readonly<Record<string, string>>;
  onProgress?: (line: string) => void;
}

/**
 * Runs the data tests: every statement of theirs is a query that must give no rows. Returns how many there were.
 * @throws ProblemsError naming each that gives rows or fails
 */
export async function runDataTests(
  session: SnowflakeSession,
  { directory, variables, onProgress = () => undefined }: DataTestOptions,
): Promise<number> {
  const tests = join(directory, 'tests');
  const files = existsSync(tests) ? globSync('**/*.sql', { cwd: tests }).sort() : [];
  const problems: Problem[] = [];
  let count = 0;
  for (const name of files) {
    const file = join(tests, name);
    for (const { text, line, number } of readStatements(file, variables)) {
      count++;
      const failed = await failureOf(session, text);
      if (failed !== null)
        problems.push({
          file,
          line,
          message: `data test ${number} ${failed}`,
          remedy: 'Correct the migration, or the test.',
        });
    }
  }
  refuseProblems(problems);
  if (count > 0) onProgress(`${count} data tests gave no rows`);
  return count;
}

async function failureOf(session: SnowflakeSession, query: string): Promise<string | null> {
  try {
    const { rows } = await session.execute(query);
    if (rows.length === 0) return null;
    return `gives ${rows.length} rows; the first: ${JSON.stringify(rows[0]).slice(0, 300)}`;
  } catch (error) {
    return `fails: ${messageOf(error).replaceAll('\n', ' ')}`;
  }
}
