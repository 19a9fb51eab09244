import type { AlterTable, AlterTableAction, Identifier } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseAlterColumns } from './alter-column.ts';
import { parseSet, parseUnset } from './alter-set.ts';
import { parseColumn } from './column-definition.ts';
import {
  parseConstraint,
  parseConstraintProperties,
  parseConstraintType,
  startsConstraint,
} from './constraint.ts';
import { parseIfExists, parseObjectName, parseOptionalColumns } from './names.ts';
import { parseClusterBy, parseTagAssignment } from './object-clauses.ts';
import type { Reader } from './reader.ts';
import { parseRowAccess } from './row-access.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/alter-table */
export function parseAlterTable(r: Reader, start: AlterTable['start']): AlterTable {
  const ifExists = parseIfExists(r);
  const name = parseObjectName(r);
  return { kind: 'alterTable', ifExists, name, action: parseAction(r), ...r.range(start) };
}

function parseAction(r: Reader): AlterTableAction {
  const { value } = r.token;
  if (r.token.kind !== 'word') throw r.unexpected();
  const rowAccess = parseRowAccess(r);
  if (rowAccess !== null) return rowAccess;
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
      if (startsConstraint(r)) return parseAlterConstraint(r);
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
  const kind = r.skipWords('CONSTRAINT') ? 'renameConstraint' : 'renameColumn';
  if (kind === 'renameColumn') r.expectWords('COLUMN');
  const from = r.identifier();
  r.expectWords('TO');
  return { kind, from, to: r.identifier() };
}

function parseAdd(r: Reader): AlterTableAction {
  r.expectWords('ADD');
  if (r.isWords('SEARCH', 'OPTIMIZATION')) return parseSearchOptimization(r, true);
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
  if (r.isWords('SEARCH', 'OPTIMIZATION')) return parseSearchOptimization(r, false);
  if (r.skipWords('CLUSTERING', 'KEY')) return { kind: 'dropClusteringKey' };
  if (r.isWords('STORAGE', 'LIFECYCLE', 'POLICY'))
    throw notSupportedHere('STORAGE LIFECYCLE POLICY', r.token.start);
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
  const columns = named ? [] : parseOptionalColumns(r);
  // Constraints are not enforced: what depends on one is nothing.
  if (!r.skipWords('CASCADE')) r.skipWords('RESTRICT');
  return { kind: 'dropConstraint', name, type, columns };
}

/** `ALTER|MODIFY CONSTRAINT c RELY`, `MODIFY PRIMARY KEY NORELY` */
function parseAlterConstraint(r: Reader): AlterTableAction {
  const named = r.skipWords('CONSTRAINT');
  const name = named ? r.identifier() : null;
  const type = named ? null : parseConstraintType(r);
  if (r.isSymbol('(')) throw notSupportedHere('ALTER of a constraint by its columns', r.token.start);
  return { kind: 'alterConstraint', name, type, properties: parseConstraintProperties(r).words };
}

/** `SEARCH OPTIMIZATION [ON …]`: with ON only for some columns, which is not recorded. */
function parseSearchOptimization(r: Reader, on: boolean): AlterTableAction {
  r.expectWords('SEARCH', 'OPTIMIZATION');
  if (r.isWord('ON')) throw notSupportedHere('SEARCH OPTIMIZATION ON columns', r.token.start);
  return { kind: 'searchOptimization', on };
}
