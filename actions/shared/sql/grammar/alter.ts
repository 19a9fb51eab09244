import type { AlterObject, Statement } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseAlterObject } from './alter-object.ts';
import { parseAlterPipe } from './alter-pipe.ts';
import { parseAlterTable } from './alter-table.ts';
import { parseAlterTask } from './alter-task.ts';
import { parseObjectType } from './object-types.ts';
import { parsePropertyList } from './properties.ts';
import type { Reader } from './reader.ts';

/** ALTER of a session or an object. */
export function parseAlter(r: Reader): Statement {
  const { start } = r.token;
  r.expectWords('ALTER');
  if (r.skipWords('SESSION')) return parseAlterSession(r, start);
  const type = parseObjectType(r, 'ALTER');
  switch (type) {
    case 'TABLE':
      return parseAlterTable(r, start);
    case 'TASK':
      return parseAlterTask(r, start);
    case 'PIPE':
      return parseAlterPipe(r, start);
    default:
      return parseAlterObject(r, start, type satisfies AlterObject['type']);
  }
}

/** https://docs.snowflake.com/en/sql-reference/sql/alter-session */
function parseAlterSession(r: Reader, start: Statement['start']): Statement {
  if (r.skipWords('UNSET'))
    return { kind: 'alterSession', set: [], unset: r.list(() => r.identifier().name), ...r.range(start) };
  r.expectWords('SET');
  const set = parsePropertyList(r);
  if (set.length === 0) throw notSupportedHere(`ALTER SESSION SET ${r.written}`, r.token.start);
  return { kind: 'alterSession', set, unset: [], ...r.range(start) };
}
