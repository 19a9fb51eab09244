import { type SnowflakeSession, SnowflakeStatementError } from '../../shared/snowflake.ts';
import type { DataTest, DataTestResult } from './data-test.ts';

/** So many wrong rows and characters of a value are told. */
const SHOWN = 5;
const LONGEST = 60;

/** Runs the tests in the session's database, one after another. */
export async function runDataTests(
  session: SnowflakeSession,
  tests: readonly DataTest[],
): Promise<DataTestResult[]> {
  const results: DataTestResult[] = [];
  for (const test of tests) results.push(await runDataTest(session, test));
  return results;
}

async function runDataTest(session: SnowflakeSession, test: DataTest): Promise<DataTestResult> {
  const { name, file, line, query, countColumn } = test;
  try {
    const { rows } = await session.execute(query);
    const count = countColumn === undefined ? rows.length : Number(rows[0]?.[countColumn] ?? 0);
    return {
      name,
      file,
      line,
      status: count === 0 ? 'passed' : 'failed',
      rows: count,
      sample: rows.slice(0, SHOWN).map((row) => describe(row, countColumn)),
      error: null,
    };
  } catch (error) {
    if (!(error instanceof SnowflakeStatementError)) throw error;
    // The text of a query is the file's; that of a YAML test is made here.
    const at = countColumn === undefined ? line + (error.line ?? 1) - 1 : line;
    const text = error.message.replaceAll('\n', ' ');
    return { name, file, line: at, status: 'error', rows: 0, sample: [], error: text };
  }
}

function describe(row: Record<string, unknown>, countColumn: string | undefined): string {
  return Object.entries(row)
    .filter(([column]) => column !== countColumn)
    .map(([column, value]) => `${column}=${shorten(value)}`)
    .join(', ');
}

function shorten(value: unknown): string {
  const text = value instanceof Date ? value.toISOString() : String(value);
  const line = text.replace(/\s+/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
