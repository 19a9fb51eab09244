import type { CreatePipe } from '../ast.ts';
import { parseLoad } from './copy.ts';
import type { CreateHead } from './create.ts';
import { parseObjectName } from './names.ts';
import { parseClauses } from './object-clauses.ts';
import type { Reader } from './reader.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/create-pipe */
export function parseCreatePipe(r: Reader, head: CreateHead): CreatePipe {
  const { start, modifiers: _, ...flags } = head;
  const name = parseObjectName(r);
  const { properties, comment } = parseClauses(r);
  r.expectWords('AS');
  const copyStart = r.token.start;
  const copy = parseLoad(r);
  const copyText = r.slice(copyStart);
  return { kind: 'createPipe', ...flags, name, properties, comment, copy, copyText, ...r.range(start) };
}
