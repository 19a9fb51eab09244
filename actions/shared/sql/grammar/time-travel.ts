import type { TimeTravel } from '../ast.ts';
import { parseExpression } from './expression.ts';
import type { Reader } from './reader.ts';

const points = ['TIMESTAMP', 'OFFSET', 'STATEMENT', 'STREAM'] as const;

/**
 * `AT|BEFORE (TIMESTAMP|OFFSET|STATEMENT|STREAM => …)`: https://docs.snowflake.com/en/sql-reference/constructs/at-before
 * With `word` END, the end of a CHANGES interval, which counts as AT.
 */
export function parseTimeTravel(r: Reader, word?: 'END'): TimeTravel | null {
  const { start } = r.token;
  if (!r.follows(1, '(')) return null;
  let when: TimeTravel['when'] = 'AT';
  if (word !== undefined) r.expectWords(word);
  else if (r.skipWords('BEFORE')) when = 'BEFORE';
  else if (!r.skipWords('AT')) return null;
  r.expectSymbol('(');
  const by = points.find((point) => r.isWord(point));
  if (by === undefined) throw r.unexpected();
  r.take();
  r.expectSymbol('=>');
  const value = parseExpression(r);
  r.expectSymbol(')');
  return { when, by, value, ...r.range(start) };
}
