import type {
  Between,
  Case,
  ColumnReference,
  Expression,
  PositionalColumn,
  Unary,
} from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import { formatType } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';
import { bindCall } from './call.ts';
import { cast, coerceForComparison, typeFromName, unifyTypes } from './cast.ts';
import { bindHierarchyOperator } from './hierarchy.ts';
import { bindInList, bindLike } from './in-like.ts';
import { BOOLEAN, literal, numberLiteral } from './literal.ts';
import { bindBinary, negate } from './operators.ts';
import { bindParameter, bindVariable } from './parameter.ts';
import { bindPath } from './path.ts';
import {
  findName,
  findRelations,
  formatName,
  formatParts,
  plainError,
  type Scope,
  type ScopeColumn,
  type SelectEntry,
  unknownName,
} from './scope.ts';
import { bindArray, bindObject } from './semi-structured.ts';
import { bindExists, bindInQuery, bindQuantified, bindSubquery } from './subquery.ts';
import { addUses, markUses, usesSince } from './uses.ts';
import { value } from './value.ts';

/**
 * Binds an expression to DuckDB SQL over the relations of its scope, with its type.
 * @throws SnowflakeError as Snowflake's compiler would, or 999001 for what is not carried out here
 */
export function bindExpression(node: Expression, scope: Scope): Bound {
  const columns = scope.uses.columns.length;
  const bound = bindNode(node, scope);
  // A whole GROUP BY key may stand anywhere: its columns are not ungrouped.
  if (scope.groupKeys?.has(bound.sql)) scope.uses.columns.length = columns;
  return bound;
}

/** An expression used as a condition: BOOLEAN, or what casts to it. */
export function bindCondition(node: Expression, scope: Scope): Bound {
  return cast(bindExpression(node, scope), BOOLEAN);
}

function bindNode(node: Expression, scope: Scope): Bound {
  switch (node.kind) {
    case 'number':
      return numberLiteral(node.text);
    case 'string':
    case 'boolean':
      return literal(node.value);
    case 'null':
      return literal(null);
    case 'column':
      return bindName(node, scope);
    case 'positional':
      return bindPositional(node, scope);
    case 'variable':
      return bindVariable(node, scope);
    case 'bind':
      return bindParameter(node, scope);
    case 'unary':
      return bindUnary(node, scope);
    case 'binary':
      return bindBinary(node, scope);
    case 'between':
      return bindBetween(node, scope);
    case 'inList':
      return bindInList(node, scope);
    case 'like':
      return bindLike(node, scope);
    case 'isNull': {
      const operand = bindExpression(node.operand, scope);
      return value(`(${operand.sql} IS ${node.negated ? 'NOT ' : ''}NULL)`, BOOLEAN, operand);
    }
    case 'isBoolean': {
      const operand = bindCondition(node.operand, scope);
      const truth = node.value ? 'TRUE' : 'FALSE';
      return value(`(${operand.sql} IS ${node.negated ? 'NOT ' : ''}${truth})`, BOOLEAN, operand);
    }
    case 'isDistinct': {
      const [left, right] = coerceForComparison(
        bindExpression(node.left, scope),
        bindExpression(node.right, scope),
      );
      const operator = node.negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM';
      return value(`(${left.sql} ${operator} ${right.sql})`, BOOLEAN, left, right);
    }
    case 'case':
      return bindCase(node, scope);
    case 'cast': {
      const operand = bindExpression(node.operand, scope);
      const type = typeFromName(node.type, scope.context.session.parameter('TIMESTAMP_TYPE_MAPPING'));
      if (node.try && operand.type.name !== 'VARCHAR' && operand.type.name !== 'NULL') {
        throw plainError(
          '001065',
          '22023',
          `Function TRY_CAST cannot be used with arguments of types ${formatType(operand.type)} and ${formatType(type)}`,
          node.start,
        );
      }
      return cast(operand, type, { try: node.try });
    }
    case 'path':
      return bindPath(node, scope);
    case 'call':
      return bindCall(node, scope);
    case 'subquery':
      return bindSubquery(node, scope);
    case 'exists':
      return bindExists(node, scope);
    case 'inQuery':
      return bindInQuery(node, scope);
    case 'quantified':
      return bindQuantified(node, scope);
    case 'array':
      return bindArray(node, scope);
    case 'object':
      return bindObject(node, scope);
    case 'star':
      throw notSupportedHere('* in this place', node.start);
    case 'interval':
      throw notSupportedHere(
        'INTERVAL other than added to or subtracted from a date or timestamp',
        node.start,
      );
    case 'tuple':
      throw notSupportedHere('a list in parentheses in this place', node.start);
    case 'lambda':
      throw notSupportedHere('a lambda in this place', node.start);
  }
}

function bindUnary(node: Unary, scope: Scope): Bound {
  switch (node.operator) {
    case 'NOT':
      return notBound(bindCondition(node.operand, scope));
    case '+':
    case '-':
      return negate(node, scope);
    case 'PRIOR':
    case 'CONNECT_BY_ROOT':
      return bindHierarchyOperator(node, scope);
    case '**':
      throw notSupportedHere('the ** operator in this place', node.start);
    case '(+)':
      throw notSupportedHere('the outer join operator (+)', node.start);
  }
}

export function notBound(condition: Bound): Bound {
  return value(`(NOT ${condition.sql})`, BOOLEAN, condition);
}

/** An alias stands for its expression, which would draw these a second time. */
const VOLATILE = /\b(?:random|uuid|nextval)\(/i;

/** A column, a select alias, a lambda's parameter, a sequence's NEXTVAL or a scripting variable. */
function bindName(node: ColumnReference, scope: Scope): Bound {
  const found = findName(scope, node.parts, node.start);
  if (found !== undefined) {
    if ('parameter' in found) return found.parameter;
    scope.shared.references.push({ owner: found.owner, offset: node.start.offset });
    if ('column' in found) return useColumn(found.column, found.owner, node.start);
    const bound = bindEntry(found.entry, found.owner);
    if (VOLATILE.test(bound.sql)) {
      throw notSupportedHere(`alias ${formatParts(node.parts)} of a random or sequence value`, node.start);
    }
    return bound;
  }
  const last = node.parts.at(-1)!;
  if (node.parts.length === 1) {
    const variable = scope.context.scriptVariable(last.name);
    if (variable !== undefined) return variable;
  } else if (last.name === 'NEXTVAL') {
    const parts = node.parts.slice(0, -1);
    const next = scope.context.sequenceNextValue({
      kind: 'name',
      parts,
      start: node.start,
      end: parts.at(-1)!.end,
    });
    if (next !== undefined) return next;
  }
  throw unknownName(node.parts, node.start);
}

/** A column as an expression; remembered as used in the scope that it belongs to. */
export function useColumn(column: ScopeColumn, owner: Scope, position: Expression['start']): Bound {
  column.onUse?.();
  if (owner.groupKeys === null || !owner.groupKeys.has(column.sql)) {
    const name = [column.relation, column.name].flatMap((part) => (part === null ? [] : [formatName(part)]));
    owner.uses.columns.push({ name: name.join('.'), sql: column.sql, position });
  }
  return { sql: column.sql, type: column.type };
}

/** A select item, bound once: an alias that is used twice is the same expression twice. */
export function bindEntry(entry: SelectEntry, owner: Scope): Bound {
  if (entry.bound !== null && entry.uses !== null) {
    const isKey = owner.groupKeys?.has(entry.bound.sql) === true;
    addUses(owner.uses, isKey ? { ...entry.uses, columns: [] } : entry.uses);
    return entry.bound;
  }
  const mark = markUses(owner.uses);
  entry.binding = true;
  entry.bound = entry.bind(owner);
  entry.binding = false;
  entry.uses = usesSince(owner.uses, mark);
  return entry.bound;
}

/** `$1`, `t.$1`: the n-th column that `*` lists. */
function bindPositional(node: PositionalColumn, scope: Scope): Bound {
  return useColumn(positionalColumn(node, scope), scope, node.start);
}

export function positionalColumn(node: PositionalColumn, scope: Scope): ScopeColumn {
  for (let owner: Scope | null = scope; owner !== null; owner = owner.outer) {
    const relations = node.qualifier === null ? owner.relations : findRelations(owner, [node.qualifier]);
    if (relations.length > 1) {
      throw plainError('002028', '42601', `ambiguous column name '$${node.index}'`, node.start);
    }
    const column = relations[0]?.columns.filter((one) => !one.hidden)[node.index - 1];
    if (column !== undefined) return column;
  }
  const qualifier = node.qualifier === null ? [] : [node.qualifier];
  throw unknownName(
    [...qualifier, { name: `$${node.index}`, quoted: false, start: node.start, end: node.end }],
    node.start,
  );
}

/** Both bounds are compared as `>=` and `<=` would; the operand stands once where one form of it serves both. */
function bindBetween(node: Between, scope: Scope): Bound {
  const operand = bindExpression(node.operand, scope);
  const [low, from] = coerceForComparison(operand, bindExpression(node.low, scope));
  const [high, to] = coerceForComparison(operand, bindExpression(node.high, scope));
  const sql =
    low.sql === high.sql
      ? `(${low.sql} BETWEEN ${from.sql} AND ${to.sql})`
      : `(${low.sql} >= ${from.sql} AND ${high.sql} <= ${to.sql})`;
  const both = value(sql, BOOLEAN, operand, from, to);
  return node.negated ? notBound(both) : both;
}

function bindCase(node: Case, scope: Scope): Bound {
  const thens = node.branches.map((branch) => bindExpression(branch.then, scope));
  const otherwise = node.otherwise === null ? literal(null) : bindExpression(node.otherwise, scope);
  const type = unifyTypes([...thens, otherwise].map((one) => one.type));
  const { head, whens } = caseConditions(node, scope);
  const branches = whens.map((when, index) => `WHEN ${when.sql} THEN ${cast(thens[index]!, type).sql}`);
  return value(
    `CASE ${head}${branches.join(' ')} ELSE ${cast(otherwise, type).sql} END`,
    type,
    ...whens,
    ...thens,
    otherwise,
  );
}

/** `CASE x WHEN y` compares as `=` does; x stands once where one form of it serves all branches. */
function caseConditions(node: Case, scope: Scope): { head: string; whens: Bound[] } {
  if (node.operand === null) {
    return { head: '', whens: node.branches.map((branch) => bindCondition(branch.when, scope)) };
  }
  const operand = bindExpression(node.operand, scope);
  const pairs = node.branches.map((branch) =>
    coerceForComparison(operand, bindExpression(branch.when, scope)),
  );
  const [first] = pairs[0]!;
  if (pairs.every(([left]) => left.sql === first.sql)) {
    return {
      head: `${first.sql} `,
      whens: pairs.map(([left, right]) => value(right.sql, right.type, left, right)),
    };
  }
  return {
    head: '',
    whens: pairs.map(([left, right]) => value(`(${left.sql} = ${right.sql})`, BOOLEAN, left, right)),
  };
}
