import type { Drop, Undrop } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseType } from './data-types.ts';
import { parseArgumentTypes, parseIfExists, parseObjectName } from './names.ts';
import { parseObjectType } from './object-types.ts';
import type { Reader } from './reader.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/drop */
export function parseDrop(r: Reader): Drop {
  const { start } = r.token;
  r.expectWords('DROP');
  const typeStart = r.token.start;
  const type = parseObjectType(r, 'DROP');
  if (type === 'ACCOUNT') throw notSupportedHere('DROP ACCOUNT', typeStart);
  const ifExists = parseIfExists(r);
  const name = parseObjectName(r);
  const routine = type === 'FUNCTION' || type === 'PROCEDURE';
  const argumentTypes = routine ? parseArgumentTypes(r, parseType) : [];
  const behaviour = r.skipWords('CASCADE') ? 'CASCADE' : r.skipWords('RESTRICT') ? 'RESTRICT' : null;
  return { kind: 'drop', type, ifExists, name, argumentTypes, behaviour, ...r.range(start) };
}

const restored: readonly Undrop['type'][] = ['DYNAMIC TABLE', 'TABLE', 'SCHEMA', 'DATABASE', 'TAG', 'VIEW'];

/** https://docs.snowflake.com/en/sql-reference/sql/undrop */
export function parseUndrop(r: Reader): Undrop {
  const { start } = r.token;
  r.expectWords('UNDROP');
  const type = restored.find((words) => r.skipWords(...words.split(' ')));
  if (type === undefined) throw notSupportedHere(`UNDROP ${r.written}`, r.token.start);
  return { kind: 'undrop', type, name: parseObjectName(r), ...r.range(start) };
}
