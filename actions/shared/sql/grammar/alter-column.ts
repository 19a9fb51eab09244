import type { AlterColumnsAction, ObjectName } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseMaskingPolicy } from './column-definition.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './names.ts';
import { parseComment, parseTagAssignment } from './object-clauses.ts';
import type { Reader } from './reader.ts';

type ColumnChange = AlterColumnsAction['changes'][number];

/**
 * What follows ALTER or MODIFY: `[(] [COLUMN] name change, … [)]`.
 * https://docs.snowflake.com/en/sql-reference/sql/alter-table-column
 */
export function parseAlterColumns(r: Reader): AlterColumnsAction {
  const enclosed = r.skipSymbol('(');
  const changes = r.list(() => parseChange(r));
  if (enclosed) r.expectSymbol(')');
  return { kind: 'alterColumns', changes };
}

function parseChange(r: Reader): ColumnChange {
  r.skipWords('COLUMN');
  const column = r.identifier();
  return { column, change: parseColumnChange(r) };
}

function parseColumnChange(r: Reader): ColumnChange['change'] {
  if (r.skipWords('DROP')) {
    if (r.skipWords('DEFAULT')) return { kind: 'dropDefault' };
    r.expectWords('NOT', 'NULL');
    return { kind: 'dropNotNull' };
  }
  if (r.skipWords('UNSET')) {
    if (r.skipWords('COMMENT')) return { kind: 'unsetComment' };
    refuse(r);
    if (r.skipWords('TAG')) return { kind: 'unsetTag', tags: tagNames(r) };
    r.expectWords('MASKING', 'POLICY');
    return { kind: 'unsetMaskingPolicy' };
  }
  if (r.isWord('COMMENT')) return { kind: 'comment', text: parseComment(r) };
  const set = r.skipWords('SET');
  if (r.skipWords('NOT', 'NULL')) return { kind: 'setNotNull' };
  if (set) {
    if (r.skipWords('DEFAULT')) return { kind: 'setDefault', value: parseExpression(r) };
    refuse(r);
    if (r.skipWords('MASKING', 'POLICY'))
      return { kind: 'setMaskingPolicy', ...parseMaskingPolicy(r), force: r.skipWords('FORCE') };
    if (r.skipWords('TAG')) return { kind: 'setTag', tags: tagAssignments(r) };
    if (r.isWord('COMMENT')) return { kind: 'comment', text: parseComment(r) };
    r.expectWords('DATA');
    r.expectWords('TYPE');
  } else if (r.skipWords('DATA')) r.expectWords('TYPE');
  else r.skipWords('TYPE');
  return { kind: 'type', type: parseType(r) };
}

/** `a = 'x', b = 'y'` up to a comma before something else: the next column. */
function tagAssignments(r: Reader): { name: ObjectName; value: string }[] {
  const tags = [parseTagAssignment(r)];
  while (r.isSymbol(',') && r.peek(1).kind !== 'symbol' && !startsNextColumn(r)) {
    r.take();
    tags.push(parseTagAssignment(r));
  }
  return tags;
}

function tagNames(r: Reader): ObjectName[] {
  const names = [parseObjectName(r)];
  while (r.isSymbol(',') && !startsNextColumn(r)) {
    r.take();
    names.push(parseObjectName(r));
  }
  return names;
}

/** After a comma: `COLUMN c …`, or a name and a verb. */
function startsNextColumn(r: Reader): boolean {
  if (r.follows(1, 'COLUMN')) return true;
  return r.peek(2).kind === 'word';
}

function refuse(r: Reader): void {
  if (r.isWord('PROJECTION')) throw notSupportedHere('PROJECTION POLICY', r.token.start);
}
