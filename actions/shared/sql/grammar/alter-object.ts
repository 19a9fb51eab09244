import type { AlterObject, Property } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseAlterAlert } from './alert.ts';
import { parseAlterColumns } from './alter-column.ts';
import { parseSet, parseUnset } from './alter-set.ts';
import { sequenceClause } from './create-object.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { parseArgumentTypes, parseIfExists, parseObjectName } from './names.ts';
import { parseClusterBy } from './object-clauses.ts';
import type { Reader } from './reader.ts';
import { parseRowAccess } from './row-access.ts';

/** ALTER that sets, unsets, renames, suspends, resumes or refreshes a whole object. */
export function parseAlterObject(
  r: Reader,
  start: AlterObject['start'],
  type: AlterObject['type'],
): AlterObject {
  const ifExists = parseIfExists(r);
  const bare = type === 'ACCOUNT' || startsAction(r);
  const name = bare ? null : parseObjectName(r);
  const routine = type === 'FUNCTION' || type === 'PROCEDURE';
  const argumentTypes = routine ? parseArgumentTypes(r, parseType) : [];
  if (r.isSymbol(',')) throw notSupportedHere(`ALTER ${type} of several objects`, r.token.start);
  const action = parseAction(r, type);
  // REFRESH COPY SESSION, SUSPEND RECLUSTER: an action with words that the tree has no place for.
  if (r.token.kind === 'word')
    throw notSupportedHere(`ALTER ${type} … ${action.kind} ${r.token.value}`, r.token.start);
  return { kind: 'alterObject', type, ifExists, name, argumentTypes, action, ...r.range(start) };
}

/** `ALTER WAREHOUSE SUSPEND` and `ALTER USER SET …` mean the current one. */
function startsAction(r: Reader): boolean {
  return r.isWord('SET') || (r.isWord('UNSET') && r.peek(1).kind === 'word' && !r.follows(1, 'SET'));
}

function parseAction(r: Reader, type: AlterObject['type']): AlterObject['action'] {
  const { start } = r.token;
  if (r.skipWords('RENAME', 'TO')) return { kind: 'rename', to: parseObjectName(r) };
  if (r.skipWords('SWAP', 'WITH')) return { kind: 'swap', with: parseObjectName(r) };
  if (r.skipWords('SUSPEND', 'RECLUSTER')) return { kind: 'suspendRecluster' };
  if (r.skipWords('RESUME', 'RECLUSTER')) return { kind: 'resumeRecluster' };
  if (r.skipWords('SUSPEND')) return { kind: 'suspend' };
  if (r.skipWords('RESUME', 'IF', 'SUSPENDED')) return { kind: 'resumeIfSuspended' };
  if (r.skipWords('RESUME')) return { kind: 'resume' };
  if (type === 'STAGE' && r.skipWords('REFRESH')) {
    if (!r.skipWords('SUBPATH')) return { kind: 'refreshDirectory', subpath: '' };
    r.expectSymbol('=');
    return { kind: 'refreshDirectory', subpath: r.expectString() };
  }
  if (type === 'EXTERNAL TABLE' && r.skipWords('REFRESH'))
    return { kind: 'refreshFiles', path: r.token.kind === 'string' ? r.expectString() : '' };
  if (r.skipWords('REFRESH')) return { kind: 'refresh' };
  if (r.skipWords('SET', 'SECURE')) return { kind: 'setSecure' };
  if (r.skipWords('UNSET', 'SECURE')) return { kind: 'unsetSecure' };
  const own = parseOwnAction(r, type);
  if (own !== null) return own;
  if (type === 'SCHEMA' && (r.isWord('ENABLE') || r.isWord('DISABLE'))) return parseManagedAccess(r);
  if (r.isWord('SET') && type === 'SEQUENCE') return parseSetSequence(r);
  if (type === 'SEQUENCE' && r.isWord('INCREMENT')) return parseSetSequence(r);
  if (r.skipWords('SET')) return { kind: 'set', properties: parseSet(r) };
  if (r.skipWords('UNSET')) return { kind: 'unset', names: parseUnset(r) };
  if (r.token.kind !== 'word') throw r.unexpected();
  const next = r.peek(1);
  const words = next.kind === 'word' ? `${r.token.value} ${next.value}` : r.token.value;
  throw notSupportedHere(`ALTER ${type} … ${words}`, start);
}

/** Actions that only one kind of object has. */
function parseOwnAction(r: Reader, type: AlterObject['type']): AlterObject['action'] | null {
  switch (type) {
    case 'PROCEDURE':
      if (!r.skipWords('EXECUTE', 'AS')) return null;
      if (!r.isWord('CALLER') && !r.isWord('OWNER')) throw r.unexpected();
      return { kind: 'executeAs', rights: r.take().value === 'CALLER' ? 'CALLER' : 'OWNER' };
    case 'MASKING POLICY':
    case 'ROW ACCESS POLICY': {
      if (!r.skipWords('SET', 'BODY')) return null;
      r.expectSymbol('->');
      const { start } = r.token;
      const body = parseExpression(r);
      return { kind: 'setBody', body, bodyText: r.slice(start) };
    }
    case 'ALERT':
      return parseAlterAlert(r);
    case 'TAG':
      if (r.skipWords('UNSET', 'ALLOWED_VALUES')) return { kind: 'unsetAllowedValues' };
      for (const change of ['ADD', 'DROP'] as const) {
        if (!r.skipWords(change, 'ALLOWED_VALUES')) continue;
        const values = r.list(() => r.expectString());
        return { kind: 'allowedValues', change: change === 'ADD' ? 'add' : 'drop', values };
      }
      return null;
    case 'EXTERNAL TABLE':
      return parseFilesAction(r);
    case 'VIEW':
    case 'MATERIALIZED VIEW':
    case 'DYNAMIC TABLE':
      return parseRowAccess(r) ?? parseRelationAction(r);
    default:
      return null;
  }
}

/** `ADD FILES ('a', 'b')`, `REMOVE FILES ('a')` */
function parseFilesAction(r: Reader): AlterObject['action'] | null {
  for (const change of ['add', 'remove'] as const) {
    if (!r.skipWords(change.toUpperCase(), 'FILES')) continue;
    return { kind: 'files', change, files: r.parenthesized(() => r.expectString()) };
  }
  return null;
}

function parseRelationAction(r: Reader): AlterObject['action'] | null {
  if (r.skipWords('ALTER') || r.skipWords('MODIFY')) return parseAlterColumns(r);
  if (r.isWords('CLUSTER', 'BY')) return { kind: 'clusterBy', expressions: parseClusterBy(r) };
  if (r.skipWords('DROP', 'CLUSTERING', 'KEY')) return { kind: 'dropClusteringKey' };
  return null;
}

/** `ENABLE|DISABLE MANAGED ACCESS` as the property that CREATE SCHEMA has. */
function parseManagedAccess(r: Reader): AlterObject['action'] {
  const { start } = r.token;
  const value = r.take().value === 'ENABLE';
  r.expectWords('MANAGED', 'ACCESS');
  const node = r.range(start);
  return {
    kind: 'set',
    properties: [{ name: 'MANAGED ACCESS', value: { kind: 'boolean', value, ...node }, ...node }],
  };
}

/** `[SET] [INCREMENT [BY] [=] n] [ORDER|NOORDER] [COMMENT = …]` */
function parseSetSequence(r: Reader): AlterObject['action'] {
  r.skipWords('SET');
  const properties: Property[] = [];
  for (;;) {
    if (r.isWord('INCREMENT') || r.isWord('ORDER') || r.isWord('NOORDER')) properties.push(sequenceClause(r));
    else if (r.token.kind === 'word' && r.follows(1, '=')) properties.push(...parseSet(r));
    else if (!r.skipSymbol(',')) break;
  }
  if (properties.length === 0) throw r.unexpected();
  return { kind: 'set', properties };
}
