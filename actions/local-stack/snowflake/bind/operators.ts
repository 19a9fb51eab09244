import type { Binary, Expression, Tuple, Unary } from '../../../shared/sql/ast.ts';
import type { Position } from '../../../shared/sql/position.ts';
import {
  compilationError,
  notSupportedHere,
  type SnowflakeError,
} from '../../../shared/sql/snowflake-error.ts';
import { formatType, type SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';
import { asVarchar, cast, coerceForComparison } from './cast.ts';
import { bindCondition, bindExpression } from './expression.ts';
import { addInterval } from './interval.ts';
import { BOOLEAN, DATE, INTEGER, number, VARCHAR } from './literal.ts';
import { arithmetic, negate as negateNumber } from './numeric.ts';
import type { Scope } from './scope.ts';
import { value } from './value.ts';
import { onWallClock } from './zoned.ts';

/** Source: docs.snowflake.com, "Query operators": arithmetic, comparison, logical; "||" of the string functions. */
export function bindBinary(node: Binary, scope: Scope): Bound {
  switch (node.operator) {
    case 'AND':
    case 'OR': {
      // A chain of a thousand terms must not nest a thousand calls deep.
      const terms: Expression[] = [];
      let first: Expression = node;
      while (first.kind === 'binary' && first.operator === node.operator) {
        terms.push(first.right);
        first = first.left;
      }
      terms.push(first);
      const bound = terms.reverse().map((term) => bindCondition(term, scope));
      return value(`(${bound.map((term) => term.sql).join(` ${node.operator} `)})`, BOOLEAN, ...bound);
    }
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (node.left.kind === 'tuple' && node.right.kind === 'tuple') {
        return compareTuples(node.operator, node.left, node.right, scope);
      }
      return compare(node.operator, bindExpression(node.left, scope), bindExpression(node.right, scope));
    case '||':
      return concatenate(bindExpression(node.left, scope), bindExpression(node.right, scope));
    default:
      return bindArithmetic(node, node.operator, scope);
  }
}

/** A comparison with Snowflake's implicit conversions. */
export function compare(operator: string, left: Bound, right: Bound): Bound {
  const [a, b] = coerceForComparison(left, right);
  return value(`(${a.sql} ${operator} ${b.sql})`, BOOLEAN, left, right);
}

/** `(a, b) = (c, d)` is all pairs equal, `<>` any pair unequal; the orders of tuples are refused. */
function compareTuples(
  operator: '=' | '<>' | '<' | '<=' | '>' | '>=',
  left: Tuple,
  right: Tuple,
  scope: Scope,
): Bound {
  if (operator !== '=' && operator !== '<>') {
    throw notSupportedHere(`lists in parentheses compared by ${operator}`, left.start);
  }
  const equal = tuplesEqual(
    left.items.map((item) => bindExpression(item, scope)),
    right.items.map((item) => bindExpression(item, scope)),
    left.start,
  );
  return operator === '=' ? equal : value(`(NOT ${equal.sql})`, BOOLEAN, equal);
}

export function tuplesEqual(left: Bound[], right: Bound[], position: Position): Bound {
  if (left.length !== right.length) {
    throw compilationError(
      '002028',
      '42601',
      `lists of ${left.length} and ${right.length} values cannot be compared`,
      position,
    );
  }
  const pairs = left.map((item, index) => compare('=', item, right[index]!));
  return value(`(${pairs.map((pair) => pair.sql).join(' AND ')})`, BOOLEAN, ...pairs);
}

/** NULL when either side is NULL. */
function concatenate(left: Bound, right: Bound): Bound {
  if (left.type.name === 'BINARY' && right.type.name === 'BINARY') {
    return value(`(${left.sql} || ${right.sql})`, left.type, left, right);
  }
  const [a, b] = [asVarchar(left), asVarchar(right)];
  return value(`(${a.sql} || ${b.sql})`, VARCHAR, left, right);
}

export function negate(node: Unary, scope: Scope): Bound {
  const operand = bindExpression(node.operand, scope);
  if (isTemporal(operand.type) || operand.type.name === 'BOOLEAN') {
    throw invalidArguments(node.operator === '-' ? 'NEGATE' : '+', [operand], node.start);
  }
  if (node.operator === '-') return negateNumber(operand);
  return operand.type.name === 'VARCHAR' ? cast(operand, number(38, 5)) : operand;
}

function bindArithmetic(node: Binary, operator: '+' | '-' | '*' | '/' | '%', scope: Scope): Bound {
  if (operator === '+' || operator === '-') {
    if (node.right.kind === 'interval') {
      return addInterval(operator, bindExpression(node.left, scope), node.right);
    }
    if (node.left.kind === 'interval' && operator === '+') {
      return addInterval(operator, bindExpression(node.right, scope), node.left);
    }
  }
  const left = bindExpression(node.left, scope);
  const right = bindExpression(node.right, scope);
  if (isTemporal(left.type) || isTemporal(right.type)) {
    const bound = temporal(operator, left, right);
    if (bound === undefined) throw invalidArguments(operator, [left, right], node.start);
    return bound;
  }
  if (!isNumeric(left.type) || !isNumeric(right.type)) {
    throw invalidArguments(operator, [left, right], node.start);
  }
  return arithmetic(operator, left, right);
}

/** date + days, date - days, date - date, timestamp + days. Source: "Arithmetic operators", "Simple arithmetic for dates". */
function temporal(operator: string, left: Bound, right: Bound): Bound | undefined {
  if (operator === '+' && isNumeric(left.type)) return addDays('+', right, left);
  if ((operator === '+' || operator === '-') && isNumeric(right.type)) return addDays(operator, left, right);
  if (operator === '-' && left.type.name === 'DATE' && right.type.name === 'DATE') {
    return value(`CAST((${left.sql} - ${right.sql}) AS DECIMAL(9,0))`, number(9), left, right);
  }
  return undefined;
}

function addDays(operator: string, date: Bound, days: Bound): Bound | undefined {
  const count = `CAST(${cast(days, INTEGER).sql} AS INTEGER)`;
  if (date.type.name === 'DATE') return value(`(${date.sql} ${operator} ${count})`, DATE, date, days);
  if (!date.type.name.startsWith('TIMESTAMP')) return undefined;
  if (date.type.name === 'TIMESTAMP_TZ') {
    return onWallClock(date, [days], (wall) =>
      value(`(${wall.sql} ${operator} to_days(${count}))`, wall.type, wall),
    );
  }
  return value(`(${date.sql} ${operator} to_days(${count}))`, date.type, date, days);
}

function isTemporal(type: SnowflakeType): boolean {
  return type.name === 'DATE' || type.name === 'TIME' || type.name.startsWith('TIMESTAMP');
}

function isNumeric(type: SnowflakeType): boolean {
  return ['NUMBER', 'FLOAT', 'VARCHAR', 'VARIANT', 'NULL'].includes(type.name);
}

/** 001044 */
export function invalidArguments(name: string, args: Bound[], position: Position): SnowflakeError {
  const types = args.map((arg) => formatType(arg.type)).join(', ');
  return compilationError(
    '001044',
    '42P13',
    `Invalid argument types for function '${name}': (${types})`,
    position,
  );
}
