import type { AlterPipe } from '../ast.ts';
import { parseSet, parseUnset } from './alter-set.ts';
import { parseIfExists, parseObjectName } from './names.ts';
import type { Reader } from './reader.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/alter-pipe */
export function parseAlterPipe(r: Reader, start: AlterPipe['start']): AlterPipe {
  const ifExists = parseIfExists(r);
  const name = parseObjectName(r);
  return { kind: 'alterPipe', ifExists, name, action: parseAction(r), ...r.range(start) };
}

function parseAction(r: Reader): AlterPipe['action'] {
  if (r.skipWords('SET')) return { kind: 'set', properties: parseSet(r) };
  if (r.skipWords('UNSET')) return { kind: 'unset', names: parseUnset(r) };
  r.expectWords('REFRESH');
  let prefix: string | null = null;
  let modifiedAfter: string | null = null;
  for (;;) {
    if (r.skipWords('PREFIX')) {
      r.expectSymbol('=');
      prefix = r.expectString();
    } else if (r.skipWords('MODIFIED_AFTER')) {
      r.expectSymbol('=');
      modifiedAfter = r.expectString();
    } else return { kind: 'refresh', prefix, modifiedAfter };
  }
}
