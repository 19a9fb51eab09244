import type { Binary, Expression } from '../../../../shared/sql/ast.ts';

type Constant = bigint | boolean | string | null;

/**
 * The value of a sum, difference, product, comparison or condition of whole numbers, which is what loops mostly compute:
 * a query for each would make them a hundred times slower. Undefined for everything else, which the database computes.
 * `variable` gives a constant for the name of a bind.
 */
export function fold(
  node: Expression,
  variable: (name: string) => string | number | bigint | boolean | null | undefined,
): Constant | undefined {
  switch (node.kind) {
    case 'number':
      return /^\d+$/.test(node.text) ? BigInt(node.text) : undefined;
    case 'boolean':
      return node.value;
    case 'bind': {
      const constant = node.name === null ? undefined : variable(node.name);
      return typeof constant === 'number' || constant === null ? undefined : constant;
    }
    case 'unary': {
      const operand = fold(node.operand, variable);
      if (node.operator === 'NOT') return typeof operand === 'boolean' ? !operand : undefined;
      if (typeof operand !== 'bigint') return undefined;
      return node.operator === '-' ? -operand : operand;
    }
    case 'binary': {
      const left = fold(node.left, variable);
      if (left === undefined) return undefined;
      const right = fold(node.right, variable);
      return right === undefined ? undefined : foldBinary(node.operator, left, right);
    }
    default:
      return undefined;
  }
}

function foldBinary(operator: Binary['operator'], left: Constant, right: Constant): Constant | undefined {
  if (typeof left === 'boolean' && typeof right === 'boolean') {
    if (operator === 'AND') return left && right;
    return operator === 'OR' ? left || right : undefined;
  }
  if (typeof left === 'string' && typeof right === 'string') {
    if (operator === '=') return left === right;
    return operator === '<>' ? left !== right : undefined;
  }
  if (typeof left !== 'bigint' || typeof right !== 'bigint') return undefined;
  switch (operator) {
    case '+':
      return within(left + right);
    case '-':
      return within(left - right);
    case '*':
      return within(left * right);
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return undefined;
  }
}

/** What 38 digits do not hold is an error that the database tells. */
function within(value: bigint): bigint | undefined {
  return value < LIMIT && value > -LIMIT ? value : undefined;
}

const LIMIT = 10n ** 38n;
