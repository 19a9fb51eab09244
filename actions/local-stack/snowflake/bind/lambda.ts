import type { Expression, FunctionCall, Lambda } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';
import { cast, typeFromName } from './cast.ts';
import { bindCondition, bindExpression } from './expression.ts';
import { ARRAY, number, VARCHAR, VARIANT } from './literal.ts';
import { createScope, nextRelationAlias, type Scope } from './scope.ts';
import { value } from './value.ts';

/**
 * FILTER(array, x -> …), TRANSFORM(array, x -> …), REDUCE(array, start, (acc, x) -> …): elements are VARIANTs, or
 * of the type that the parameter names; what REDUCE gathers is of the type of its start.
 * Source: docs.snowflake.com, FILTER, TRANSFORM, REDUCE.
 */
export function bindLambdaCall(name: string, node: FunctionCall, scope: Scope): Bound {
  const lambda = node.args.at(-1);
  const [arrayNode] = node.args;
  const isKnown = ['FILTER', 'TRANSFORM', 'REDUCE'].includes(name);
  if (
    !isKnown ||
    lambda?.kind !== 'lambda' ||
    arrayNode === undefined ||
    node.args.length !== (name === 'REDUCE' ? 3 : 2)
  ) {
    throw notSupportedHere(`a lambda as argument of ${name}`, node.start);
  }
  const array = cast(bindExpression(arrayNode, scope), ARRAY);
  const elements = `json_extract(${array.sql}, '$[*]')::JSON[]`;
  switch (name) {
    case 'FILTER': {
      const { names, body } = bindBody(lambda, [VARIANT], scope, (one, inner) => bindCondition(one, inner));
      return arrayOf(`list_filter(${elements}, lambda ${names}: ${body.sql})`, array);
    }
    case 'TRANSFORM': {
      const { names, body } = bindBody(lambda, [VARIANT], scope, (one, inner) =>
        cast(bindExpression(one, inner), VARIANT),
      );
      return arrayOf(
        `list_transform(${elements}, lambda ${names}: COALESCE(${body.sql}, 'null'::JSON))`,
        array,
      );
    }
    default: {
      const start = bindExpression(node.args[1]!, scope);
      const gathered = accumulator(start.type);
      const { names, body } = bindBody(lambda, [gathered, VARIANT], scope, (one, inner) =>
        cast(cast(bindExpression(one, inner), gathered), VARIANT),
      );
      const first = cast(cast(start, gathered), VARIANT);
      const sql = `CASE WHEN ${array.sql} IS NOT NULL THEN list_reduce(${elements}, lambda ${names}: ${body.sql}, ${first.sql}) END`;
      return cast(value(sql, VARIANT, array, start), gathered);
    }
  }
}

/** The type of the start, wide enough for what comes: a start of 0 is NUMBER(1, 0). */
function accumulator(start: SnowflakeType): SnowflakeType {
  if (start.name === 'NUMBER') return number(38, start.scale);
  return start.name === 'VARCHAR' ? VARCHAR : start.name === 'NULL' ? VARIANT : start;
}

function arrayOf(list: string, from: Bound): Bound {
  return value(`CASE WHEN ${from.sql} IS NOT NULL THEN to_json(${list}) END`, ARRAY, from);
}

function bindBody(
  lambda: Lambda,
  types: SnowflakeType[],
  scope: Scope,
  bind: (node: Expression, scope: Scope) => Bound,
): { names: string; body: Bound } {
  if (lambda.parameters.length !== types.length) {
    throw notSupportedHere(`a lambda of ${lambda.parameters.length} parameters in this place`, lambda.start);
  }
  const inner = createScope(scope.context, { outer: scope, source: scope.source });
  const names = lambda.parameters.map((parameter, index) => {
    const sql = nextRelationAlias(scope);
    const named = lambda.types[index];
    const type = named == null ? types[index]! : typeFromName(named);
    inner.parameters.set(parameter.name, cast({ sql, type: VARIANT }, type));
    return sql;
  });
  return { names: names.join(', '), body: bind(lambda.body, inner) };
}
