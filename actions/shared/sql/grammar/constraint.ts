import type { Constraint, Expression, Identifier } from '../ast.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName, parseOptionalColumns } from './names.ts';
import { parseComment } from './object-clauses.ts';
import type { Reader } from './reader.ts';

/** Whether a constraint of a table or a column comes next. */
export function startsConstraint(r: Reader): boolean {
  return (
    r.isWord('CONSTRAINT') ||
    r.isWords('PRIMARY', 'KEY') ||
    r.isWords('FOREIGN', 'KEY') ||
    r.isWord('UNIQUE') ||
    (r.isWord('REFERENCES') && r.peek(1).kind !== 'symbol') ||
    (r.isWord('CHECK') && r.follows(1, '('))
  );
}

/**
 * `[CONSTRAINT name] PRIMARY KEY | UNIQUE | FOREIGN KEY | CHECK (…) …`; `column` where it stands behind one.
 * https://docs.snowflake.com/en/sql-reference/sql/create-table-constraint
 */
export function parseConstraint(r: Reader, column: Identifier | null): Constraint {
  const { start } = r.token;
  const name = r.skipWords('CONSTRAINT') ? r.identifier() : null;
  const type = parseConstraintType(r);
  const check = type === 'CHECK' ? parseCheck(r) : null;
  let columns: Identifier[] = [];
  if (check === null) columns = column === null ? r.parenthesized(() => r.identifier()) : [column];
  // A column's own FOREIGN KEY may repeat its name.
  if (column !== null && type === 'FOREIGN KEY') {
    const own = parseOptionalColumns(r);
    if (own.length > 0) columns = own;
  }
  let references: Constraint['references'] = null;
  if (type === 'FOREIGN KEY') {
    r.expectWords('REFERENCES');
    references = { table: parseObjectName(r), columns: parseOptionalColumns(r) };
  }
  // A comment behind a column's constraint is the column's.
  const { words, comment } = parseConstraintProperties(r, column === null);
  return { name, type, columns, references, check, properties: words, comment, ...r.range(start) };
}

/** `(condition)` */
function parseCheck(r: Reader): Expression {
  r.expectSymbol('(');
  const condition = parseExpression(r);
  r.expectSymbol(')');
  return condition;
}

/** `PRIMARY KEY`, `UNIQUE`, `CHECK`, `[FOREIGN KEY]` before REFERENCES. */
export function parseConstraintType(r: Reader): Constraint['type'] {
  if (r.skipWords('PRIMARY', 'KEY')) return 'PRIMARY KEY';
  if (r.skipWords('UNIQUE')) return 'UNIQUE';
  if (r.skipWords('FOREIGN', 'KEY') || r.isWord('REFERENCES')) return 'FOREIGN KEY';
  if (r.skipWords('CHECK')) return 'CHECK';
  throw r.unexpected();
}

/** Words of several parts first. */
const properties = [
  'NOT ENFORCED',
  'ENFORCED',
  'NOT DEFERRABLE',
  'DEFERRABLE',
  'INITIALLY DEFERRED',
  'INITIALLY IMMEDIATE',
  'ENABLE NOVALIDATE',
  'ENABLE VALIDATE',
  'DISABLE NOVALIDATE',
  'DISABLE VALIDATE',
  'ENABLE',
  'DISABLE',
  'VALIDATE',
  'NOVALIDATE',
  'RELY',
  'NORELY',
  'MATCH FULL',
  'MATCH SIMPLE',
  'MATCH PARTIAL',
  ...['CASCADE', 'SET NULL', 'SET DEFAULT', 'RESTRICT', 'NO ACTION'].flatMap((action) => [
    `ON UPDATE ${action}`,
    `ON DELETE ${action}`,
  ]),
].map((property) => property.split(' '));

/** RELY, ON DELETE CASCADE, … in any order, and COMMENT. */
export function parseConstraintProperties(
  r: Reader,
  mayComment = true,
): { words: string[]; comment: string | null } {
  const words: string[] = [];
  let comment: string | null = null;
  for (;;) {
    const found = properties.find((parts) => r.skipWords(...parts));
    if (found !== undefined) words.push(found.join(' '));
    else if (mayComment && r.isWord('COMMENT')) comment = parseComment(r);
    else return { words, comment };
  }
}
