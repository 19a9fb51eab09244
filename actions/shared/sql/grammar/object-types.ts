import type { AlterObject, Drop } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import type { Reader } from './reader.ts';

/** Every kind of object that a statement can name after CREATE, ALTER or DROP. */
export type NamedType = AlterObject['type'] | Drop['type'];

/** Longer names first: `DATABASE ROLE` before `DATABASE`. */
const types: readonly NamedType[] = [
  'DATABASE ROLE',
  'DYNAMIC TABLE',
  'EXTERNAL TABLE',
  'MATERIALIZED VIEW',
  'FILE FORMAT',
  'STORAGE INTEGRATION',
  'NOTIFICATION INTEGRATION',
  'API INTEGRATION',
  'SECURITY INTEGRATION',
  'CATALOG INTEGRATION',
  'EXTERNAL ACCESS INTEGRATION',
  'MASKING POLICY',
  'ROW ACCESS POLICY',
  'RESOURCE MONITOR',
  'NETWORK POLICY',
  'NETWORK RULE',
  'PASSWORD POLICY',
  'SESSION POLICY',
  'AUTHENTICATION POLICY',
  'ACCOUNT',
  'ALERT',
  'DATABASE',
  'FUNCTION',
  'INTEGRATION',
  'PIPE',
  'PROCEDURE',
  'ROLE',
  'SCHEMA',
  'SECRET',
  'SEQUENCE',
  'STAGE',
  'STREAM',
  'TABLE',
  'TAG',
  'TASK',
  'USER',
  'VIEW',
  'WAREHOUSE',
];

const words = types.map((type) => type.split(' '));

/** The kind of object; one that the tree does not know is "not supported here" with the words as written. */
export function parseObjectType(r: Reader, verb: string): NamedType {
  const found = words.findIndex((parts) => r.isWords(...parts));
  if (found !== -1) {
    r.skipWords(...words[found]!);
    return types[found]!;
  }
  const { start, kind } = r.token;
  if (kind !== 'word') throw r.unexpected();
  const next = r.peek(1);
  const unknown =
    next.kind === 'word' && next.value !== 'IF' ? `${r.token.value} ${next.value}` : r.token.value;
  throw notSupportedHere(`${verb} ${unknown}`, start);
}
