import type { Sample } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parsePrimary } from './primary.ts';
import type { Reader } from './reader.ts';

/** `SAMPLE [BERNOULLI|ROW|SYSTEM|BLOCK] (n [ROWS]) [REPEATABLE|SEED (n)]`: https://docs.snowflake.com/en/sql-reference/constructs/sample */
export function parseSample(r: Reader): Sample | null {
  const { start } = r.token;
  if (!r.skipWords('SAMPLE') && !r.skipWords('TABLESAMPLE')) return null;
  let method: Sample['method'] = 'BERNOULLI';
  if (r.skipWords('SYSTEM') || r.skipWords('BLOCK')) method = 'SYSTEM';
  else if (!r.skipWords('BERNOULLI')) r.skipWords('ROW');
  r.expectSymbol('(');
  const amount = parsePrimary(r);
  const rows = r.skipWords('ROWS');
  r.expectSymbol(')');
  let seed: Sample['seed'] = null;
  if (r.skipWords('REPEATABLE') || r.skipWords('SEED')) {
    r.expectSymbol('(');
    seed = parsePrimary(r);
    r.expectSymbol(')');
  }
  return { method, amount, rows, seed, ...r.range(start) };
}

/** Only tables have a sample in the tree. */
export function rejectSample(r: Reader): void {
  if (r.isWord('SAMPLE') || r.isWord('TABLESAMPLE'))
    throw notSupportedHere(`${r.token.value} of anything but a table or view`, r.token.start);
}
