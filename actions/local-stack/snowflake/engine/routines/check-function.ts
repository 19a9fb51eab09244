import { parseExpressionText, parseQueryText } from '../../../../shared/sql/parse.ts';
import { notSupportedHere, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { type Column, formatType, type SnowflakeType } from '../../../../shared/sql/types.ts';
import type { Bound, BoundQuery } from '../../bind/bound.ts';
import { bindExpression } from '../../bind/expression.ts';
import { bindQueryIn } from '../../bind/query.ts';
import { createScope, plainError } from '../../bind/scope.ts';
import { parseFunctionBody } from '../../bind/user-function.ts';
import { createBindContext } from '../bind-context.ts';
import { formatName } from '../names.ts';
import type { RoutineRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';

/**
 * Binds the body of a function in SQL over arguments of the declared types.
 * @throws SnowflakeError what is wrong in it, or 002076 when it gives another type than RETURNS says
 */
export function requireFunctionBody(record: RoutineRecord, session: Session, run: Run): void {
  if (/^\s*(?:DECLARE|BEGIN)\b/i.test(record.body)) {
    throw notSupportedHere(`functions with a Snowflake Scripting block (${formatName(record)})`);
  }
  const context = {
    ...createBindContext(session, run).within(record.database!, record.schema!),
    binds: [],
    scriptVariable: () => undefined,
  };
  const scope = createScope(context, { source: record.body });
  scope.shared.views.push(`function ${record.id}`);
  for (const { name, type, default: otherwise } of record.parameters) {
    scope.parameters.set(name, argumentOf(type));
    if (otherwise !== undefined)
      bindExpression(parseExpressionText(otherwise), createScope(context, { source: otherwise }));
  }
  const { returns } = record;
  if ('table' in returns) {
    requireColumns(returns.table, bindQueryIn(parseQueryText(record.body), scope), record);
    return;
  }
  const tree = parseFunctionBody(record.body);
  if (tree.kind !== 'query') {
    const bound: Bound = bindExpression(tree, scope);
    if (scope.uses.aggregates.length > 0 || scope.uses.windows.length > 0)
      throw notSupportedHere(`an aggregate or window function outside a query in ${formatName(record)}`);
    requireReturn(returns, bound.type, record);
    return;
  }
  const query = bindQueryIn(tree, scope);
  if (query.columns.length !== 1)
    throw plainError('002079', '42601', 'Unsupported: Scalar subquery with multi-column SELECT clause.');
  requireReturn(returns, query.columns[0]!.type, record);
}

/** An argument of unknown value. */
function argumentOf(type: SnowflakeType): Bound {
  return { sql: 'argument', type };
}

function requireColumns(declared: Column[], query: BoundQuery, record: RoutineRecord): void {
  if (declared.length !== query.columns.length) {
    throw plainError(
      '002076',
      '42601',
      `Number of columns in the body of ${formatName(record)} (${query.columns.length}) does not match the ${declared.length} of RETURNS TABLE.`,
    );
  }
  for (const [index, column] of declared.entries())
    requireReturn(column.type, query.columns[index]!.type, record);
}

/** Sizes may differ, and a NUMBER may become a FLOAT; other types do not become one another. */
function requireReturn(declared: SnowflakeType, actual: SnowflakeType, record: RoutineRecord): void {
  const fits =
    actual.name === declared.name ||
    actual.name === 'NULL' ||
    declared.name === 'VARIANT' ||
    actual.name === 'VARIANT' ||
    (declared.name === 'FLOAT' && actual.name === 'NUMBER') ||
    (declared.name.startsWith('TIMESTAMP') &&
      (actual.name.startsWith('TIMESTAMP') || actual.name === 'DATE'));
  if (fits) return;
  throw new SnowflakeError(
    '002076',
    '42601',
    `SQL compilation error:\nDeclared return type '${formatType(declared)}' is incompatible with actual return type '${formatType(actual)}' (${formatName(record)})`,
  );
}

/**
 * JavaScript has no whole numbers and no times of day.
 * Source: docs.snowflake.com, "Introduction to JavaScript UDFs", data types.
 */
export function requireJavaScriptTypes(record: RoutineRecord): void {
  const { returns } = record;
  const types = [
    ...record.parameters.map((parameter) => parameter.type),
    ...('table' in returns ? returns.table.map((column) => column.type) : [returns]),
  ];
  const other = types.find((type) => type.name === 'NUMBER' || type.name === 'TIME');
  if (other === undefined) return;
  throw plainError(
    '391516',
    '22023',
    `Language JAVASCRIPT does not support type '${formatType(other)}' for argument or return type.`,
  );
}
