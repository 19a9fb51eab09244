import type { Exists, InQuery, Quantified, Query, Subquery } from '../../../shared/sql/ast.ts';
import { compilationError } from '../../../shared/sql/snowflake-error.ts';
import type { Bound, BoundQuery } from './bound.ts';
import { coerceForComparison } from './cast.ts';
import { checkCorrelation } from './correlation.ts';
import { bindExpression, notBound } from './expression.ts';
import { BOOLEAN } from './literal.ts';
import { bindQueryIn } from './query.ts';
import { nextRelationAlias, type Scope } from './scope.ts';
import { value } from './value.ts';

/** `(SELECT …)` as a value: one column; more than one row fails when it runs, none is NULL. */
export function bindSubquery(node: Subquery, scope: Scope): Bound {
  const references = scope.shared.references.length;
  const query = bindQueryIn(node.query, scope);
  requireWidth(query, 1, node.query);
  checkCorrelation(node.query, scope, references);
  return { sql: `(${query.sql})`, type: query.columns[0]!.type };
}

export function bindExists(node: Exists, scope: Scope): Bound {
  const query = bindQueryIn(node.query, scope);
  return { sql: `(${node.negated ? 'NOT ' : ''}EXISTS (${query.sql}))`, type: BOOLEAN };
}

/** `x IN (SELECT …)`, `(x, y) IN (SELECT …)`, compared as `=` compares. */
export function bindInQuery(node: InQuery, scope: Scope): Bound {
  const operands = (node.operand.kind === 'tuple' ? node.operand.items : [node.operand]).map((item) =>
    bindExpression(item, scope),
  );
  const query = bindQueryIn(node.query, scope);
  requireWidth(query, operands.length, node.query);
  const alias = nextRelationAlias(scope);
  const pairs = operands.map((operand, index) =>
    coerceForComparison(operand, { sql: `${alias}.c${index + 1}`, type: query.columns[index]!.type }),
  );
  const left = pairs.map(([one]) => one.sql).join(', ');
  const right = pairs.map(([, one]) => one.sql).join(', ');
  const operand = pairs.length === 1 ? left : `(${left})`;
  const isIn = value(
    `(${operand} IN (SELECT ${right} FROM (${query.sql}) AS ${alias}))`,
    BOOLEAN,
    ...operands,
  );
  return node.negated ? notBound(isIn) : isIn;
}

/** `x = ANY (SELECT …)`, `x > ALL (SELECT …)` */
export function bindQuantified(node: Quantified, scope: Scope): Bound {
  const operand = bindExpression(node.left, scope);
  const query = bindQueryIn(node.query, scope);
  requireWidth(query, 1, node.query);
  const alias = nextRelationAlias(scope);
  const [left, right] = coerceForComparison(operand, { sql: `${alias}.c1`, type: query.columns[0]!.type });
  const sql = `(${left.sql} ${node.operator} ${node.quantifier} (SELECT ${right.sql} FROM (${query.sql}) AS ${alias}))`;
  return value(sql, BOOLEAN, operand);
}

function requireWidth(query: BoundQuery, width: number, node: Query): void {
  if (query.columns.length === width) return;
  throw compilationError(
    '002079',
    '42601',
    width === 1
      ? 'Unsupported: Scalar subquery with multi-column SELECT clause.'
      : `a subquery of ${query.columns.length} columns is compared with ${width} values`,
    node.start,
  );
}
