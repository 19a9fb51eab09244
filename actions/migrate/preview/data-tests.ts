import { problemOfTest } from '../../check-sql/data/data-test.ts';
import { readDataTests } from '../../check-sql/data/read-data-tests.ts';
import { runDataTests } from '../../check-sql/data/run-data-tests.ts';
import type { SnowflakeSession } from '../../shared/snowflake.ts';
import { refuseProblems } from '../problem.ts';

export interface DataTestOptions {
  /** Of the migrations: the tests are in `tests/` in it. */
  directory: string;
  variables: Readonly<Record<string, string>>;
  onProgress?: (line: string) => void;
}

/**
 * Runs the data tests of the migrations.
 * @throws ProblemsError naming each that finds wrong rows or fails
 */
export async function requireDataTests(
  session: SnowflakeSession,
  { directory, variables, onProgress = () => undefined }: DataTestOptions,
): Promise<void> {
  const results = await runDataTests(session, readDataTests(directory, variables));
  refuseProblems(results.flatMap((result) => problemOfTest(result) ?? []));
  if (results.length > 0) onProgress(`${results.length} data tests found no wrong rows`);
}
