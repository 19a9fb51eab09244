import type { Problem } from '../../migrate/problem.ts';

/** A query that gives the rows which are wrong. */
export interface DataTest {
  name: string;
  file: string;
  /** 1-based */
  line: number;
  query: string;
  /** Column that holds the number of all wrong rows, where the query gives only some. */
  countColumn?: string;
}

export interface DataTestResult extends Pick<DataTest, 'name' | 'file' | 'line'> {
  status: 'passed' | 'failed' | 'error';
  /** Wrong rows. */
  rows: number;
  /** The first wrong rows, a few, `COLUMN=value` each. */
  sample: string[];
  /** Snowflake's, when the query itself failed. */
  error: string | null;
}

/** What is to be told of a test that did not pass; null of one that did. */
export function problemOfTest({
  name,
  file,
  line,
  status,
  rows,
  sample,
  error,
}: DataTestResult): Problem | null {
  if (status === 'passed') return null;
  if (status === 'error')
    return {
      file,
      line,
      message: `data test "${name}" cannot be run: ${error}`,
      remedy: 'Correct the test, or the migration that makes what it reads.',
    };
  const such = sample.length === 0 ? '' : `, such as ${sample.join('; ')}`;
  return {
    file,
    line,
    message: `data test "${name}" finds ${rows} ${rows === 1 ? 'row' : 'rows'}${such}`,
    remedy: 'Correct the migration, or the test.',
  };
}
