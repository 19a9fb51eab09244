import type { Expression, FunctionCall, Identifier, Star } from '../../../shared/sql/ast.ts';
import type { Position } from '../../../shared/sql/position.ts';
import {
  compilationError,
  notSupportedHere,
  type SnowflakeError,
} from '../../../shared/sql/snowflake-error.ts';
import type { Bound } from './bound.ts';
import { literal } from './cast.ts';
import { bindExpression } from './expression.ts';
import { existsElsewhere } from './functions/elsewhere.ts';
import { type CallFacts, type FunctionDefinition, findFunction } from './functions/registry.ts';
import { bindConnectByPath } from './hierarchy.ts';
import { bindLambdaCall } from './lambda.ts';
import { INTEGER } from './literal.ts';
import { bindOrderItem } from './order.ts';
import { formatName, formatParts, plainError, type Scope, unknownName } from './scope.ts';
import { spread } from './spread.ts';
import { expandStar } from './star.ts';
import { bindUserCall } from './user-function.ts';
import { markUses, takeUses } from './uses.ts';
import { nullOf } from './value.ts';
import { requireOrder, windowSql } from './window.ts';
import { withoutZones } from './zoned.ts';

/** A function call: of the registry, else of the engine (system functions, UDFs). @throws 002140 unknown function */
export function bindCall(node: FunctionCall, scope: Scope): Bound {
  const name = node.name.length === 1 ? node.name[0]!.name : null;
  if (name === 'IDENTIFIER') return bindIdentifierCall(node, scope);
  if (name === 'SYS_CONNECT_BY_PATH') return bindConnectByPath(node, scope);
  const sequence = name === null ? undefined : generatorSequence(name, scope);
  if (sequence !== undefined) return sequence;
  if (name !== null && node.args.some((arg) => arg.kind === 'lambda')) {
    return bindLambdaCall(name, node, scope);
  }
  const definition = name === null ? undefined : findFunction(name);
  if (definition === undefined) return bindEngineCall(node, scope);
  if (definition.kind === 'table') {
    throw notSupportedHere(`table function ${definition.name} outside FROM`, node.start);
  }
  if (node.namedArgs.length > 0) {
    throw notSupportedHere(`arguments by name of ${definition.name}`, node.namedArgs[0]!.name.start);
  }
  return bindDefined(definition, node, scope);
}

/** Calls a function of the registry for a construct that is written otherwise (RLIKE, `[…]`). */
export function bindFunction(
  name: string,
  args: Bound[],
  argNodes: Expression[],
  position: Position,
  scope: Scope,
): Bound {
  const definition = findFunction(name);
  if (definition === undefined) throw notSupportedHere(`function ${name}`, position);
  return definition.bind(args, { ...factsOf(name, position, scope), argNodes });
}

function factsOf(name: string, position: Position, scope: Scope): CallFacts {
  return {
    name,
    position,
    distinct: false,
    withinGroup: [],
    nulls: null,
    fromLast: false,
    overSql: null,
    argNodes: [],
    context: scope.context,
  };
}

function bindDefined(definition: FunctionDefinition, node: FunctionCall, scope: Scope): Bound {
  const { uses } = scope;
  const mark = markUses(uses);
  const [argNodes, args] = bindArguments(definition, node, scope);
  checkArgumentCount(definition, args.length, node, scope);
  const withinGroup = node.withinGroup.map((item) => {
    const order = bindOrderItem(item, scope);
    return { sql: order.sql, bound: order.bound, descending: item.descending, nullsFirst: order.nullsFirst };
  });
  const text = callText(node, scope);
  const isAggregate = definition.kind === 'aggregate' && node.over === null;
  if (isAggregate) {
    const inside = takeUses(uses, mark);
    if (inside.aggregates.length > 0) {
      throw plainError(
        '002077',
        '42601',
        `Aggregate functions cannot be nested: [${inside.aggregates[0]!.text}] nested in [${text}]`,
        node.start,
      );
    }
    if (inside.windows.length > 0) {
      throw plainError(
        '002303',
        '42601',
        `Window function [${inside.windows[0]!.text}] may not appear inside an aggregate function.`,
        node.start,
      );
    }
    uses.aggregates.push({ text, position: node.start });
  }
  if (definition.kind === 'window' && node.over === null) {
    throw plainError('002302', '42601', `Window function [${text}] has no OVER clause.`, node.start);
  }
  if (definition.kind === 'scalar' && node.over !== null) {
    throw plainError(
      '002304',
      '42601',
      `Invalid function type [${definition.name}] for window function.`,
      node.start,
    );
  }
  let overSql: string | null = null;
  if (node.over !== null) {
    const windows = uses.windows.length;
    if (windows > mark.windows) {
      throw plainError(
        '002303',
        '42601',
        `Window function [${uses.windows[windows - 1]!.text}] may not be nested inside another window function.`,
        node.start,
      );
    }
    requireOrder(definition.name, node.over, node.start);
    overSql = windowSql(node.over, scope);
    uses.windows.push({ text, position: node.start });
  }
  const bound = withoutZones(definition.name, args, (plain) =>
    definition.bind(plain, {
      ...factsOf(node.name[0]!.name, node.start, scope),
      distinct: node.distinct,
      withinGroup,
      nulls: node.nulls,
      fromLast: node.fromLast,
      overSql,
      argNodes,
    }),
  );
  return {
    ...bound,
    ...(isAggregate ? { aggregate: true } : {}),
    ...(overSql === null ? {} : { windowed: true }),
  };
}

/** Arguments bound; `*` becomes what the function makes of it; a date part stays a node. */
function bindArguments(
  definition: FunctionDefinition,
  node: FunctionCall,
  scope: Scope,
): [Expression[], Bound[]] {
  const star = node.args.find((arg) => arg.kind === 'star');
  if (star !== undefined) {
    if (definition.name === 'COUNT' && star.qualifier === null && isPlain(star)) return [node.args, []];
    return [node.args, starArguments(definition.name, star, scope, node)];
  }
  const nodes = spread(node.args);
  const args = nodes.map((arg, index) =>
    index === definition.partArgument ? nullOf({ name: 'NULL' }) : bindExpression(arg, scope),
  );
  return [nodes, args];
}

function isPlain(star: Star): boolean {
  return star.exclude.length + star.replace.length + star.rename.length === 0 && star.ilike === null;
}

/** HASH(*), COUNT(t.*): the columns. OBJECT_CONSTRUCT(*): names and columns. */
function starArguments(name: string, star: Star, scope: Scope, node: FunctionCall): Bound[] {
  if (node.args.length !== 1) throw notSupportedHere(`* among other arguments of ${name}`, star.start);
  const items = expandStar(star, scope);
  if (name === 'OBJECT_CONSTRUCT' || name === 'OBJECT_CONSTRUCT_KEEP_NULL') {
    return items.flatMap((item) => [literal(item.label), item.bind(scope)]);
  }
  if (name === 'COUNT' || name === 'HASH' || name === 'HASH_AGG')
    return items.map((item) => item.bind(scope));
  throw notSupportedHere(`* as argument of ${name}`, star.start);
}

function checkArgumentCount(
  definition: FunctionDefinition,
  count: number,
  node: FunctionCall,
  scope: Scope,
): void {
  if (node.args.some((arg) => arg.kind === 'star')) return;
  const text = scope.source.slice(node.start.offset, node.end).toUpperCase();
  if (count < definition.minArgs) {
    throw compilationError(
      '000938',
      '22023',
      `not enough arguments for function [${text}], expected ${definition.minArgs}, got ${count}`,
      node.start,
    );
  }
  if (count > definition.maxArgs) {
    throw compilationError(
      '000939',
      '22023',
      `too many arguments for function [${text}] expected ${definition.maxArgs}, got ${count}`,
      node.start,
    );
  }
}

function bindEngineCall(node: FunctionCall, scope: Scope): Bound {
  const isPlainCall = node.over === null && node.withinGroup.length === 0 && !node.distinct;
  if (!isPlainCall || node.args.some((arg) => arg.kind === 'star')) {
    throw unknownFunction(node.name, node.start);
  }
  const args = node.args.map((arg) => bindExpression(arg, scope));
  const own = node.namedArgs.length === 0 ? scope.context.engineFunction(node, args) : undefined;
  const bound = own ?? bindUserCall(node, args, scope);
  if (bound === undefined) throw unknownFunction(node.name, node.start);
  return bound;
}

/** 999001 for a function that a real account has, else 002140, or 002141 for a qualified name. */
export function unknownFunction(name: Identifier[], position: Position): SnowflakeError {
  if (isSnowflakes(name.map((part) => part.name)))
    return notSupportedHere(`function ${formatParts(name)}`, position);
  return name.length === 1
    ? plainError('002140', '42601', `Unknown function ${formatName(name[0]!.name)}.`, position)
    : plainError('002141', '42601', `Unknown user-defined function ${formatParts(name)}.`, position);
}

/** Nobody but Snowflake defines functions in the database SNOWFLAKE or in an INFORMATION_SCHEMA. */
function isSnowflakes(name: string[]): boolean {
  if (name.length === 1) return existsElsewhere(name[0]!);
  return name[0] === 'SNOWFLAKE' || name.at(-2) === 'INFORMATION_SCHEMA';
}

/** SEQ4() and its like over a lone TABLE(GENERATOR(…)) number its rows, wherever they stand. */
function generatorSequence(name: string, scope: Scope): Bound | undefined {
  if (!/^SEQ[1248]$/.test(name) || scope.relations.length !== 1) return undefined;
  const rowNumber = scope.relations[0]!.rowNumber;
  return rowNumber === undefined ? undefined : { sql: `CAST(${rowNumber} AS DECIMAL(38,0))`, type: INTEGER };
}

/** `IDENTIFIER('a.b')` or `IDENTIFIER($v)` as a column. */
function bindIdentifierCall(node: FunctionCall, scope: Scope): Bound {
  const [argument] = node.args;
  const { constant } = argument === undefined ? {} : bindExpression(argument, scope);
  if (typeof constant !== 'string' || node.args.length !== 1) {
    throw notSupportedHere('IDENTIFIER() of something other than a string or a variable', node.start);
  }
  const parts = [...constant.matchAll(/"((?:[^"]|"")*)"|([^."\s]+)/g)].map(
    (part): Identifier => ({
      name: part[1]?.replaceAll('""', '"') ?? part[2]!.toUpperCase(),
      quoted: part[1] !== undefined,
      start: node.start,
      end: node.end,
    }),
  );
  if (parts.length === 0)
    throw unknownName([{ name: constant, quoted: false, start: node.start, end: node.end }], node.start);
  return bindExpression({ kind: 'column', parts, start: node.start, end: node.end }, scope);
}

/** The call as Snowflake prints it in messages: upper case, plain columns qualified. */
function callText(node: FunctionCall, scope: Scope): string {
  const args = node.args.map((arg) => {
    if (arg.kind === 'column' && arg.parts.length === 1) {
      const column = scope.columns.find((one) => one.name === arg.parts[0]!.name);
      if (column !== undefined) {
        return [column.relation, column.name]
          .flatMap((part) => (part === null ? [] : [formatName(part)]))
          .join('.');
      }
    }
    return scope.source.slice(arg.start.offset, arg.end).toUpperCase();
  });
  const distinct = node.distinct ? 'DISTINCT ' : '';
  return `${formatParts(node.name)}(${distinct}${args.join(', ')})`;
}
