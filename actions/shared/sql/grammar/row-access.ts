import type { RowAccessAction } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseObjectName } from './names.ts';
import type { Reader } from './reader.ts';

/** `ADD ROW ACCESS POLICY p ON (…)`, `DROP ROW ACCESS POLICY p [, ADD …]`, `DROP ALL ROW ACCESS POLICIES`; null: none of them. */
export function parseRowAccess(r: Reader): RowAccessAction | null {
  if (r.skipWords('ADD', 'ROW', 'ACCESS', 'POLICY')) {
    const added = parseAdded(r);
    if (r.isSymbol(',')) throw notSupportedHere('several actions in one ALTER', r.token.start);
    return { kind: 'addRowAccessPolicy', ...added };
  }
  if (r.skipWords('DROP', 'ALL', 'ROW', 'ACCESS', 'POLICIES')) return { kind: 'dropAllRowAccessPolicies' };
  if (!r.skipWords('DROP', 'ROW', 'ACCESS', 'POLICY')) return null;
  const policy = parseObjectName(r);
  if (!r.skipSymbol(',')) return { kind: 'dropRowAccessPolicy', policy, add: null };
  r.expectWords('ADD', 'ROW', 'ACCESS', 'POLICY');
  return { kind: 'dropRowAccessPolicy', policy, add: parseAdded(r) };
}

function parseAdded(r: Reader) {
  const policy = parseObjectName(r);
  r.expectWords('ON');
  return { policy, on: r.parenthesized(() => r.identifier()) };
}
