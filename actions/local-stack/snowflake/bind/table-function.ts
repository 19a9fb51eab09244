import type { FunctionCall, Identifier, TableFunction } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Bound } from './bound.ts';
import { unknownFunction } from './call.ts';
import { asVarchar } from './cast.ts';
import { bindExpression } from './expression.ts';
import { bindFlatten } from './flatten.ts';
import { INTEGER, VARCHAR } from './literal.ts';
import { nextRelationAlias, plainError, relationFrom, type Scope } from './scope.ts';
import { generated, named, type Shape, shapeOf } from './table.ts';
import { bindUserTable } from './user-function.ts';

/** `TABLE(fn(…))`, FLATTEN, GENERATOR, SPLIT_TO_TABLE; the rest is the engine's. `scope` sees the tables before it. */
export function bindTableFunction(table: TableFunction, scope: Scope): Shape {
  const { call, alias } = table;
  const name = call.name.at(-1)!.name;
  const alone = call.name.length === 1 ? name : null;
  const as = alias?.name.name ?? null;
  switch (alone) {
    case 'FLATTEN':
      return shapeOf(named(bindFlatten(call, as, scope), alias));
    case 'GENERATOR':
      return bindGenerator(call, as, scope);
    case 'SPLIT_TO_TABLE':
    case 'STRTOK_SPLIT_TO_TABLE':
      return shapeOf(named(bindSplit(call, as, scope), alias));
    default: {
      // VALIDATE takes a table by its name.
      const args = call.args.map((arg) =>
        alone === 'VALIDATE' && arg.kind === 'column' ? nameText(arg.parts) : bindExpression(arg, scope),
      );
      const namedArgs = new Map(
        call.namedArgs.map((arg): [string, Bound] => [arg.name.name, bindExpression(arg.value, scope)]),
      );
      const source = scope.context.tableFunction(call, args, namedArgs);
      if (source === undefined) {
        const user = bindUserTable(call, { positional: args, named: namedArgs }, as, scope);
        if (user === undefined) throw unknownFunction(call.name, call.start);
        return shapeOf(named(user, alias));
      }
      if (source.kind === 'view') throw notSupportedHere(`table function ${name} as a view`, call.start);
      const relation = relationFrom(scope, as, source);
      const { sql } = relation;
      const lateral =
        scope.relations.length === 0 || !source.sql.startsWith('(') ? sql : () => `LATERAL ${sql()}`;
      return shapeOf(named({ ...relation, sql: lateral }, alias));
    }
  }
}

/** A name as text, quoted. */
function nameText(parts: Identifier[]): Bound {
  const constant = parts.map(({ name }) => `"${name.replaceAll('"', '""')}"`).join('.');
  return { sql: `'${constant.replaceAll("'", "''")}'`, type: VARCHAR, constant };
}

/** TABLE(GENERATOR(ROWCOUNT => n)): n rows without columns. Source: docs.snowflake.com, GENERATOR. */
function bindGenerator(call: FunctionCall, as: string | null, scope: Scope): Shape {
  const argument = call.namedArgs.find((arg) => arg.name.name === 'ROWCOUNT')?.value ?? call.args[0];
  if (call.namedArgs.some((arg) => arg.name.name === 'TIMELIMIT') || call.args.length > 1) {
    throw notSupportedHere('TIMELIMIT of GENERATOR', call.start);
  }
  const { constant } = argument === undefined ? {} : bindExpression(argument, scope);
  const rows = Number(constant);
  if (constant === undefined || constant === null || !Number.isSafeInteger(rows) || rows < 0) {
    throw plainError('002211', '22023', 'GENERATOR needs a constant ROWCOUNT', call.start);
  }
  const alias = nextRelationAlias(scope);
  return shapeOf({
    name: as,
    path: [],
    alias,
    columns: [],
    sql: () => `(SELECT range AS g FROM range(${rows})) AS ${alias}`,
    rowNumber: `${alias}.g`,
  });
}

/** SEQ, INDEX (from 1), VALUE of the pieces of a text. Source: docs.snowflake.com, SPLIT_TO_TABLE, STRTOK_SPLIT_TO_TABLE. */
function bindSplit(call: FunctionCall, as: string | null, scope: Scope) {
  const isTokens = call.name[0]!.name === 'STRTOK_SPLIT_TO_TABLE';
  const [text, delimiter] = call.args.map((arg) => asVarchar(bindExpression(arg, scope)).sql);
  if (text === undefined || (delimiter === undefined && !isTokens) || call.args.length > 2) {
    throw plainError(
      '000938',
      '22023',
      `not enough arguments for function [${call.name[0]!.name}], expected 2, got ${call.args.length}`,
      call.start,
    );
  }
  const pieces = isTokens
    ? `list_filter(string_split_regex(${text}, '[' || regexp_replace(${delimiter ?? "' '"}, '([\\\\\\]\\[^-])', '\\\\\\1', 'g') || ']'), lambda p: p <> '')`
    : `CASE WHEN ${delimiter} = '' THEN [${text}] ELSE string_split(${text}, ${delimiter}) END`;
  const relation = generated(
    scope,
    as,
    [
      { name: 'SEQ', type: INTEGER, nullable: false },
      { name: 'INDEX', type: INTEGER, nullable: false },
      { name: 'VALUE', type: VARCHAR, nullable: true },
    ],
    () =>
      `LATERAL (SELECT 1::DECIMAL(38,0) AS c1, u.i::DECIMAL(38,0) AS c2, u.v AS c3 FROM (SELECT unnest(range(1, len(l) + 1)) AS i, unnest(l) AS v FROM (SELECT ${pieces} AS l) AS s) AS u)`,
  );
  relation.columns[0]!.onUse = () => {
    if (scope.relations.length > 0) throw notSupportedHere(`column SEQ of ${call.name[0]!.name}`, call.start);
  };
  return relation;
}
