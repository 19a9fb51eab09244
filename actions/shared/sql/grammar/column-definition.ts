import type { ColumnDefinition } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseConstraint, startsConstraint } from './constraint.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './names.ts';
import { parseComment, parseTagAssignment } from './object-clauses.ts';
import type { Reader } from './reader.ts';

/** Words after a column's name that are not its type. */
const options = new Set(
  `NOT NULL DEFAULT COMMENT COLLATE CONSTRAINT PRIMARY UNIQUE REFERENCES FOREIGN MASKING PROJECTION WITH TAG
   AUTOINCREMENT IDENTITY AS GENERATED CHECK`.split(/\s+/),
);

/**
 * A column of CREATE TABLE or ADD COLUMN: https://docs.snowflake.com/en/sql-reference/sql/create-table. In an external
 * table the expression after AS may stand without parentheses.
 */
export function parseColumn(
  r: Reader,
  computed: 'in parentheses' | 'bare expressions' = 'in parentheses',
): ColumnDefinition {
  const { start } = r.token;
  const name = r.identifier();
  const column: ColumnDefinition = {
    name,
    type: r.token.kind === 'word' && !options.has(r.token.value) ? parseType(r) : null,
    notNull: false,
    default: null,
    identity: null,
    computed: null,
    collate: null,
    comment: null,
    constraints: [],
    maskingPolicy: null,
    tags: [],
    start,
    end: name.end,
  };
  while (parseOption(r, column, computed));
  return { ...column, ...r.range(start) };
}

/** Takes one option into the column; false when none comes. */
function parseOption(
  r: Reader,
  column: ColumnDefinition,
  computed: 'in parentheses' | 'bare expressions',
): boolean {
  if (r.token.kind !== 'word') return false;
  if (startsConstraint(r)) {
    column.constraints.push(parseConstraint(r, column.name));
    return true;
  }
  switch (r.token.value) {
    case 'NOT':
      r.expectWords('NOT', 'NULL');
      column.notNull = true;
      return true;
    case 'NULL':
      r.take();
      return true;
    case 'DEFAULT':
      r.take();
      column.default = parseExpression(r);
      return true;
    case 'AUTOINCREMENT':
    case 'IDENTITY':
      column.identity = parseIdentity(r);
      return true;
    case 'GENERATED':
    case 'AS':
      if (r.skipWords('GENERATED')) r.expectWords('ALWAYS');
      r.expectWords('AS');
      if (computed === 'bare expressions' && !r.isSymbol('(')) {
        column.computed = parseExpression(r);
        return true;
      }
      r.expectSymbol('(');
      column.computed = parseExpression(r);
      r.expectSymbol(')');
      r.skipWords('VIRTUAL');
      return true;
    case 'COLLATE':
      r.take();
      column.collate = r.expectString();
      return true;
    case 'COMMENT':
      column.comment = parseComment(r);
      return true;
    case 'WITH':
    case 'MASKING':
    case 'PROJECTION':
    case 'TAG':
      parseGovernance(r, column);
      return true;
    default:
      return false;
  }
}

/** `IDENTITY [(start, step) | START [WITH] [=] n INCREMENT [BY] [=] n] [ORDER|NOORDER]` */
function parseIdentity(r: Reader): NonNullable<ColumnDefinition['identity']> {
  r.take();
  let start = 1;
  let increment = 1;
  if (r.skipSymbol('(')) {
    start = r.expectInteger();
    r.expectSymbol(',');
    increment = r.expectInteger();
    r.expectSymbol(')');
  }
  for (;;) {
    if (r.skipWords('START')) {
      r.skipWords('WITH');
      r.skipSymbol('=');
      start = r.expectInteger();
    } else if (r.skipWords('INCREMENT')) {
      r.skipWords('BY');
      r.skipSymbol('=');
      increment = r.expectInteger();
    } else break;
  }
  const order = r.skipWords('ORDER') ? true : r.skipWords('NOORDER') ? false : null;
  return { start, increment, order };
}

function parseGovernance(r: Reader, column: ColumnDefinition): void {
  r.skipWords('WITH');
  if (r.isWord('PROJECTION')) throw notSupportedHere('PROJECTION POLICY', r.token.start);
  if (r.skipWords('TAG')) {
    column.tags.push(...r.parenthesized(() => parseTagAssignment(r)));
    return;
  }
  r.expectWords('MASKING', 'POLICY');
  column.maskingPolicy = parseMaskingPolicy(r);
}

/** `name [USING (columns)]` */
export function parseMaskingPolicy(r: Reader): NonNullable<ColumnDefinition['maskingPolicy']> {
  const name = parseObjectName(r);
  return { name, using: r.skipWords('USING') ? r.parenthesized(() => r.identifier()) : [] };
}
