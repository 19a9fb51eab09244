import type { InList, Like } from '../../../shared/sql/ast.ts';
import type { Bound } from './bound.ts';
import { bindFunction } from './call.ts';
import { asVarchar, coerceForComparison } from './cast.ts';
import { bindExpression, notBound } from './expression.ts';
import { BOOLEAN } from './literal.ts';
import { tuplesEqual } from './operators.ts';
import { plainError, type Scope } from './scope.ts';
import { spread } from './spread.ts';
import { value } from './value.ts';

/** `x IN (a, b)`, `(x, y) IN ((a, b), …)`: each item is compared as `=` would compare it. */
export function bindInList(node: InList, scope: Scope): Bound {
  if (node.operand.kind === 'tuple') {
    const left = node.operand.items.map((item) => bindExpression(item, scope));
    const equal = node.items.map((item) =>
      tuplesEqual(
        left,
        (item.kind === 'tuple' ? item.items : [item]).map((one) => bindExpression(one, scope)),
        item.start,
      ),
    );
    const any = value(`(${equal.map((one) => one.sql).join(' OR ')})`, BOOLEAN, ...equal);
    return node.negated ? notBound(any) : any;
  }
  if (node.items.length > 16_384) {
    throw plainError(
      '001795',
      '42601',
      `maximum number of expressions in a list exceeded, expected at most 16,384, got ${node.items.length.toLocaleString('en-US')}`,
      node.start,
    );
  }
  const operand = bindExpression(node.operand, scope);
  // Items that compare with the same form of the operand share one IN.
  const groups = new Map<string, string[]>();
  const items = spread(node.items).map((item) => bindExpression(item, scope));
  for (const item of items) {
    const [left, right] = coerceForComparison(operand, item);
    const group = groups.get(left.sql);
    if (group === undefined) groups.set(left.sql, [right.sql]);
    else group.push(right.sql);
  }
  const tests = [...groups].map(([left, right]) => `${left} IN (${right.join(', ')})`);
  const any = value(`(${tests.join(' OR ')})`, BOOLEAN, operand, ...items);
  return node.negated ? notBound(any) : any;
}

/** LIKE has no escape character unless ESCAPE names one; RLIKE matches the whole text (see REGEXP_LIKE). */
export function bindLike(node: Like, scope: Scope): Bound {
  const subject = bindExpression(node.operand, scope);
  const escapeWith = node.escape === null ? null : bindExpression(node.escape, scope);
  const matches = node.patterns.map((patternNode) => {
    const pattern = bindExpression(patternNode, scope);
    if (node.operator === 'RLIKE') {
      return bindFunction('REGEXP_LIKE', [subject, pattern], [node.operand, patternNode], node.start, scope);
    }
    const tail = escapeWith === null ? '' : ` ESCAPE ${asVarchar(escapeWith).sql}`;
    return value(
      `(${asVarchar(subject).sql} ${node.operator} ${asVarchar(pattern).sql}${tail})`,
      BOOLEAN,
      subject,
      pattern,
    );
  });
  const glue = node.quantifier === 'ALL' ? ' AND ' : ' OR ';
  const all =
    matches.length === 1
      ? matches[0]!
      : value(`(${matches.map((one) => one.sql).join(glue)})`, BOOLEAN, ...matches);
  return node.negated ? notBound(all) : all;
}
