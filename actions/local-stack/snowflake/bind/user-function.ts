import type { Expression, FunctionCall, Query } from '../../../shared/sql/ast.ts';
import { parseExpressionText, parseQueryText } from '../../../shared/sql/parse.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Column, SnowflakeType } from '../../../shared/sql/types.ts';
import { walk } from '../../../shared/sql/walk.ts';
import type { Bound } from './bound.ts';
import { cast } from './cast.ts';
import type { BindContext } from './context.ts';
import { bindExpression } from './expression.ts';
import { bindJavaScriptCall, bindJavaScriptTable } from './javascript-call.ts';
import { bindQueryIn } from './query.ts';
import {
  createScope,
  nextRelationAlias,
  plainError,
  relationFrom,
  type Scope,
  type ScopeRelation,
} from './scope.ts';
import { nullOf, once, value } from './value.ts';

/** A user-defined function as the engine keeps it. */
export interface UserFunction {
  id: number;
  /** Whole name, for messages. */
  name: string;
  database: string;
  schema: string;
  /** `default` is the text of a DEFAULT expression. */
  parameters: { name: string; type: SnowflakeType; default?: string }[];
  returns: SnowflakeType | { table: Column[] };
  /** RETURNS NULL ON NULL INPUT: not called when an argument is NULL. */
  strict: boolean;
  language: 'SQL' | 'JAVASCRIPT';
  body: string;
}

/** Arguments by place and by name. */
export interface GivenArguments {
  positional: Bound[];
  named: Map<string, Bound>;
}

/** A call of a scalar user-defined function, its SQL body in place of the call; undefined when there is no such function. */
export function bindUserCall(node: FunctionCall, positional: Bound[], scope: Scope): Bound | undefined {
  const named = new Map(
    node.namedArgs.map((arg) => [arg.name.name, bindExpression(arg.value, scope)] as const),
  );
  const found = scope.context.userFunction(node, { positional, named });
  if (found === undefined) return undefined;
  const { returns } = found;
  if ('table' in returns) throw notSupportedHere(`table function ${found.name} outside FROM`, node.start);
  const args = completeArguments(found, { positional, named }, scope);
  const bound =
    found.language === 'SQL'
      ? expanding(found, scope, () => inlined(found, args, scope))
      : bindJavaScriptCall(found, args, returns, scope.context.session);
  const result = cast(bound, returns);
  if (!found.strict || args.length === 0) return result;
  const isNull = args.map((arg) => `${arg.sql} IS NULL`).join(' OR ');
  return value(
    `CASE WHEN ${isNull} THEN ${nullOf(returns).sql} ELSE ${result.sql} END`,
    returns,
    result,
    ...args,
  );
}

/** `TABLE(f(…))` of a user-defined table function, or undefined. `scope` sees the tables before it. */
export function bindUserTable(
  call: FunctionCall,
  given: GivenArguments,
  as: string | null,
  scope: Scope,
): ScopeRelation | undefined {
  const found = scope.context.userFunction(call, given);
  if (found === undefined) return undefined;
  const { returns } = found;
  if (!('table' in returns)) {
    throw plainError('002140', '42601', `Function ${found.name} is not a table function.`, call.start);
  }
  const args = completeArguments(found, given, scope);
  if (found.language === 'JAVASCRIPT')
    return bindJavaScriptTable(found, args, returns.table, call, as, scope);
  if (call.over !== null)
    throw notSupportedHere(`OVER of the SQL table function ${found.name}`, call.over.start);
  return expanding(found, scope, () => {
    const inner = bodyScope(found, args, scope);
    const query = bindQueryIn(parseQueryText(found.body), inner);
    const alias = nextRelationAlias(scope);
    const list = returns.table.map(
      (column, index) =>
        `${cast({ sql: `${alias}.c${index + 1}`, type: query.columns[index]!.type }, column.type).sql} AS c${index + 1}`,
    );
    const columns = returns.table.map((column, index) => ({ ...column, sql: `c${index + 1}` }));
    const sql = `(SELECT ${list.join(', ')} FROM (${query.sql}) AS ${alias})`;
    const relation = relationFrom(scope, as, { kind: 'relation', sql, columns });
    const from = relation.sql;
    return scope.relations.length === 0 ? relation : { ...relation, sql: () => `LATERAL ${from()}` };
  });
}

/** The tree of the body of a SQL function: an expression, or a query. @throws SnowflakeError 001003 */
export function parseFunctionBody(body: string): Expression | Query {
  return /^\s*(?:(?:--[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*(?:SELECT|WITH|VALUES)\b/i.test(body)
    ? parseQueryText(body)
    : parseExpressionText(body);
}

/** One value per parameter, of its type; its DEFAULT, bound where the function lives, when none is given. */
function completeArguments(found: UserFunction, given: GivenArguments, scope: Scope): Bound[] {
  return found.parameters.map((parameter, index) => {
    const argument = given.positional[index] ?? given.named.get(parameter.name);
    if (argument === undefined) {
      const own = createScope(bodyContext(found, scope), {
        source: parameter.default!,
        shared: scope.shared,
      });
      return cast(bindExpression(parseExpressionText(parameter.default!), own), parameter.type);
    }
    const converted = cast(argument, parameter.type);
    // Functions that need a constant read it through the parameter.
    const constant = constantAs(argument, parameter.type);
    return constant === undefined ? converted : { ...converted, constant };
  });
}

/** The value of a constant argument, where the parameter's type leaves it as it is. */
function constantAs({ constant, type }: Bound, to: SnowflakeType): Bound['constant'] {
  if (type.name === to.name) return constant;
  return type.name === 'NUMBER' && to.name === 'FLOAT' && constant != null ? Number(constant) : undefined;
}

/** Bodies longer than this come of functions that double their argument again and again. */
const LONGEST = 4_000_000;

/** A function that calls itself cannot be put in place of its calls. */
function expanding<T extends { sql: string | (() => string) }>(
  found: UserFunction,
  scope: Scope,
  bind: () => T,
): T {
  const { views } = scope.shared;
  const key = `function ${found.id}`;
  if (views.includes(key)) {
    throw plainError(
      '002115',
      '42601',
      `Recursive call of user-defined function ${found.name} is not allowed.`,
    );
  }
  views.push(key);
  try {
    const bound = bind();
    if (typeof bound.sql === 'string' && bound.sql.length > LONGEST)
      throw notSupportedHere(`a call of ${found.name} whose bodies grow beyond ${LONGEST} characters`);
    return bound;
  } finally {
    views.pop();
  }
}

function inlined(found: UserFunction, args: Bound[], scope: Scope): Bound {
  const tree = parseFunctionBody(found.body);
  if (tree.kind === 'query') {
    const query = bindQueryIn(tree, bodyScope(found, args, scope));
    if (query.columns.length !== 1) {
      throw plainError('002079', '42601', 'Unsupported: Scalar subquery with multi-column SELECT clause.');
    }
    return value(`(${query.sql})`, query.columns[0]!.type, ...args);
  }
  const direct = bindExpression(tree, bodyScope(found, args, scope));
  const isRepeated = args.some((_arg, index) => timesUsed(tree, found.parameters[index]!.name) > 1);
  // DuckDB takes no query inside of a lambda.
  if (!isRepeated || /\bSELECT\b/.test(direct.sql)) return value(direct.sql, direct.type, ...args);
  const sql = once(
    args.map((arg) => arg.sql),
    (...names) => {
      const named = args.map((arg, index) => ({ ...arg, sql: names[index]! }));
      return bindExpression(tree, bodyScope(found, named, scope)).sql;
    },
  );
  return value(sql, direct.type, ...args);
}

function timesUsed(tree: Expression, name: string): number {
  let times = 0;
  walk(tree, (node) => {
    const parts = node.kind === 'column' ? (node as Extract<Expression, { kind: 'column' }>).parts : [];
    if (parts.length === 1 && parts[0]!.name === name) times++;
    return undefined;
  });
  return times;
}

/** What a body sees: its arguments, and what lies in its own schema. A column of that name wins in a query. */
function bodyScope(found: UserFunction, args: Bound[], scope: Scope): Scope {
  const inner = createScope(bodyContext(found, scope), { source: found.body, shared: scope.shared });
  for (const [index, { name }] of found.parameters.entries()) inner.parameters.set(name, args[index]!);
  return inner;
}

/** A body sees neither the binds of the statement that calls nor the variables of a script around it. */
function bodyContext(found: UserFunction, scope: Scope): BindContext {
  return {
    ...scope.context.within(found.database, found.schema),
    binds: [],
    scriptVariable: () => undefined,
  };
}
