import type { Get, ListFiles, Put, RemoveFiles } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parsePropertyList } from './properties.ts';
import type { Reader } from './reader.ts';
import { parseStageLocation } from './stage-location.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/put */
export function parsePut(r: Reader): Put {
  const { start } = r.token;
  r.expectWords('PUT');
  const file = parseLocalFile(r);
  const location = parseStageLocation(r);
  return { kind: 'put', file, location, options: parsePropertyList(r), ...r.range(start) };
}

/** https://docs.snowflake.com/en/sql-reference/sql/get */
export function parseGet(r: Reader): Get {
  const { start } = r.token;
  r.expectWords('GET');
  const location = parseStageLocation(r);
  const file = parseLocalFile(r);
  return { kind: 'get', location, file, options: parsePropertyList(r), ...r.range(start) };
}

/** `file://path`, within quotes or not. */
function parseLocalFile(r: Reader): string {
  const { kind, value } = r.token;
  if ((kind !== 'file' && kind !== 'string') || !/^file:\/\//i.test(value)) throw r.unexpected();
  r.take();
  return value.slice('file://'.length);
}

/** LIST (LS) and REMOVE (RM): https://docs.snowflake.com/en/sql-reference/sql/list */
export function parseListOrRemove(r: Reader): ListFiles | RemoveFiles {
  const { start, value } = r.token;
  r.take();
  const location = parseStageLocation(r);
  let pattern: string | null = null;
  if (r.skipWords('PATTERN')) {
    r.expectSymbol('=');
    if (r.token.kind === 'variable') throw notSupportedHere('PATTERN from a variable', r.token.start);
    pattern = r.expectString();
  }
  const kind = value === 'LIST' || value === 'LS' ? 'list' : 'remove';
  return { kind, location, pattern, ...r.range(start) };
}
