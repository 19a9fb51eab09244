import type { Grant } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseType } from './data-types.ts';
import { parseArgumentTypes, parseNameParts, parseObjectName } from './names.ts';
import type { Reader } from './reader.ts';

/** GRANT and REVOKE: https://docs.snowflake.com/en/sql-reference/sql/grant-privilege */
export function parseGrant(r: Reader): Grant {
  const { start } = r.token;
  const revoke = r.take().value === 'REVOKE';
  let grantOption = revoke && r.skipWords('GRANT', 'OPTION', 'FOR');
  let role: Grant['role'] = null;
  let privileges: string[];
  let on: Grant['on'] = null;
  if (r.isWords('APPLICATION', 'ROLE'))
    throw notSupportedHere('grants of an application role', r.token.start);
  const roleType = (['DATABASE ROLE', 'ROLE'] as const).find((type) => r.skipWords(...type.split(' ')));
  if (roleType !== undefined) {
    privileges = [roleType];
    role = parseNameParts(r);
  } else {
    privileges = r.list(() => parsePrivilege(r));
    r.expectWords('ON');
    on = parseGrantObject(r);
  }
  r.expectWords(revoke ? 'FROM' : 'TO');
  const to = parseGrantee(r);
  if (!revoke && r.skipWords('WITH', 'GRANT', 'OPTION')) grantOption = true;
  const ownership = privileges[0] === 'OWNERSHIP' ? parseCurrentGrants(r) : null;
  // Dependent privileges are not followed here: privileges are recorded and shown.
  if (revoke && !r.skipWords('CASCADE')) r.skipWords('RESTRICT');
  return { kind: 'grant', revoke, privileges, role, on, to, grantOption, ownership, ...r.range(start) };
}

/** Words up to a comma or ON: `CREATE TABLE`, `ALL PRIVILEGES`. */
function parsePrivilege(r: Reader): string {
  const words: string[] = [];
  while (r.token.kind === 'word' && !r.isWord('ON') && !r.isWord('TO') && !r.isWord('FROM'))
    words.push(r.take().value);
  if (words.length === 0) throw r.unexpected();
  const privilege = words.join(' ');
  return privilege === 'ALL' ? 'ALL PRIVILEGES' : privilege;
}

/** `ACCOUNT`, `TABLE t`, `FUTURE TABLES IN SCHEMA s`, `FUNCTION f(NUMBER)` */
function parseGrantObject(r: Reader): NonNullable<Grant['on']> {
  const words: string[] = [];
  while (r.token.kind === 'word') {
    const next = r.peek(1);
    if ((next.kind !== 'word' && next.kind !== 'quoted') || next.value === 'TO' || next.value === 'FROM')
      break;
    words.push(r.take().value);
  }
  if (words.length === 0) {
    if (!r.isWord('ACCOUNT')) throw r.unexpected();
    r.take();
    return { type: 'ACCOUNT', name: null, argumentTypes: [] };
  }
  const name = parseObjectName(r);
  const argumentTypes = r.isSymbol('(') ? parseArgumentTypes(r, parseType) : [];
  return { type: words.join(' '), name, argumentTypes };
}

function parseGrantee(r: Reader): Grant['to'] {
  if (r.isWord('APPLICATION')) throw notSupportedHere('grants to an application', r.token.start);
  if (r.skipWords('DATABASE', 'ROLE')) return { type: 'DATABASE ROLE', name: parseObjectName(r) };
  for (const type of ['ROLE', 'USER', 'SHARE'] as const)
    if (r.isWord(type) && r.peek(1).kind !== 'end' && !r.follows(1, ';') && !r.follows(1, '.')) {
      r.take();
      return { type, name: parseObjectName(r) };
    }
  return { type: 'ROLE', name: parseObjectName(r) };
}

function parseCurrentGrants(r: Reader): NonNullable<Grant['ownership']> {
  if (r.skipWords('COPY', 'CURRENT', 'GRANTS')) return { currentGrants: 'COPY' };
  return { currentGrants: r.skipWords('REVOKE', 'CURRENT', 'GRANTS') ? 'REVOKE' : null };
}
