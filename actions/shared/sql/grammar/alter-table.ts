import type { AlterTable, AlterTableAction, Identifier } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseAlterColumns } from './alter-column.ts';
import { parseSet, parseUnset } from './alter-set.ts';
import { parseColumn } from './column-definition.ts';
import { parseConstraint, parseConstraintType, startsConstraint } from './constraint.ts';
import { parseIfExists, parseObjectName } from './names.ts';
import { parseClusterBy, parseTagAssignment } from './object-clauses.ts';
import type { Reader } from './reader.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/alter-table */
export function parseAlterTable(r: Reader, start: AlterTable['start']): AlterTable {
  const ifExists = parseIfExists(r);
  const name = parseObjectName(r);
  return { kind: 'alterTable', ifExists, name, action: parseAction(r), ...r.range(start) };
}

function parseAction(r: Reader): AlterTableAction {
  const { value } = r.token;
  if (r.token.kind !== 'word') throw r.unexpected();
  switch (value) {
    case 'RENAME':
      return parseRename(r);
    case 'SWAP':
      r.expectWords('SWAP', 'WITH');
      return { kind: 'swap', with: parseObjectName(r) };
    case 'ADD':
      return parseAdd(r);
    case 'DROP':
      return parseDrop(r);
    case 'ALTER':
    case 'MODIFY':
      r.take();
      if (startsConstraint(r)) throw notSupportedHere(`${value} of a constraint`, r.token.start);
      return parseAlterColumns(r);
    case 'CLUSTER':
      return { kind: 'clusterBy', expressions: parseClusterBy(r) };
    case 'SUSPEND':
    case 'RESUME':
      r.take();
      if (!r.skipWords('RECLUSTER')) return { kind: value === 'SUSPEND' ? 'suspend' : 'resume' };
      return { kind: value === 'SUSPEND' ? 'suspendRecluster' : 'resumeRecluster' };
    case 'REFRESH':
      r.take();
      return { kind: 'refresh' };
    case 'SET':
      r.take();
      if (r.isWord('TAG') && !r.follows(1, '=')) {
        r.take();
        return { kind: 'setTag', tags: r.list(() => parseTagAssignment(r)) };
      }
      return { kind: 'set', properties: parseSet(r) };
    case 'UNSET':
      r.take();
      if (r.isWord('TAG')) {
        r.take();
        return { kind: 'unsetTag', tags: r.list(() => parseObjectName(r)) };
      }
      return { kind: 'unset', names: parseUnset(r) };
    case 'RECLUSTER':
      throw notSupportedHere('ALTER TABLE … RECLUSTER', r.token.start);
    default:
      throw r.unexpected();
  }
}

function parseRename(r: Reader): AlterTableAction {
  r.expectWords('RENAME');
  if (r.skipWords('TO')) return { kind: 'rename', to: parseObjectName(r) };
  if (r.isWord('CONSTRAINT')) throw notSupportedHere('RENAME CONSTRAINT', r.token.start);
  r.expectWords('COLUMN');
  const from = r.identifier();
  r.expectWords('TO');
  return { kind: 'renameColumn', from, to: r.identifier() };
}

function parseAdd(r: Reader): AlterTableAction {
  r.expectWords('ADD');
  if (r.isWords('SEARCH', 'OPTIMIZATION')) throw notSupportedHere('SEARCH OPTIMIZATION', r.token.start);
  if (r.skipWords('ROW', 'ACCESS', 'POLICY')) {
    const policy = parseObjectName(r);
    r.expectWords('ON');
    const on = r.parenthesized(() => r.identifier());
    if (r.isSymbol(',')) throw notSupportedHere('several actions in one ALTER TABLE', r.token.start);
    return { kind: 'addRowAccessPolicy', policy, on };
  }
  if (r.isWords('STORAGE', 'LIFECYCLE', 'POLICY'))
    throw notSupportedHere('STORAGE LIFECYCLE POLICY', r.token.start);
  if (startsConstraint(r)) return { kind: 'addConstraint', constraint: parseConstraint(r, null) };
  r.skipWords('COLUMN');
  const ifNotExists = r.skipWords('IF', 'NOT', 'EXISTS');
  // Each further column may repeat the words before the first.
  const columns = r.list(() => {
    r.skipWords('ADD');
    r.skipWords('COLUMN');
    r.skipWords('IF', 'NOT', 'EXISTS');
    return parseColumn(r);
  });
  const untyped = columns.find((column) => column.type === null && column.computed === null);
  if (untyped !== undefined) throw r.unexpectedAt(untyped);
  return { kind: 'addColumns', columns, ifNotExists };
}

function parseDrop(r: Reader): AlterTableAction {
  r.expectWords('DROP');
  if (r.isWords('SEARCH', 'OPTIMIZATION')) throw notSupportedHere('SEARCH OPTIMIZATION', r.token.start);
  if (r.skipWords('CLUSTERING', 'KEY')) return { kind: 'dropClusteringKey' };
  if (r.isWords('STORAGE', 'LIFECYCLE', 'POLICY'))
    throw notSupportedHere('STORAGE LIFECYCLE POLICY', r.token.start);
  if (r.isWords('ALL', 'ROW')) throw notSupportedHere('DROP ALL ROW ACCESS POLICIES', r.token.start);
  if (r.skipWords('ROW', 'ACCESS', 'POLICY')) {
    const policy = parseObjectName(r);
    if (r.isSymbol(',')) throw notSupportedHere('several actions in one ALTER TABLE', r.token.start);
    return { kind: 'dropRowAccessPolicy', policy };
  }
  if (startsConstraint(r)) return parseDropConstraint(r);
  r.skipWords('COLUMN');
  const ifExists = parseIfExists(r);
  return { kind: 'dropColumns', columns: r.list(() => parseDropped(r)), ifExists };
}

/** IF EXISTS may be repeated before each column. */
function parseDropped(r: Reader): Identifier {
  parseIfExists(r);
  return r.identifier();
}

function parseDropConstraint(r: Reader): AlterTableAction {
  const named = r.skipWords('CONSTRAINT');
  const name = named ? r.identifier() : null;
  const type = named ? null : parseConstraintType(r);
  if (r.isSymbol('(')) throw notSupportedHere('DROP of a constraint by its columns', r.token.start);
  // Constraints are not enforced: what depends on one is nothing.
  if (!r.skipWords('CASCADE')) r.skipWords('RESTRICT');
  return { kind: 'dropConstraint', name, type };
}
