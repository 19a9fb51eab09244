import type { FunctionCall, OrderItem } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Column, SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';
import { cast } from './cast.ts';
import type { SessionFacts } from './context.ts';
import { bindExpression } from './expression.ts';
import { LTZ, VARCHAR, VARIANT } from './literal.ts';
import { bindOrderItem } from './order.ts';
import { nextRelationAlias, plainError, type Scope, type ScopeRelation } from './scope.ts';
import type { UserFunction } from './user-function.ts';
import { once, quote, value } from './value.ts';

/** DuckDB functions that the engine registers: they run the code of a user-defined function on texts. */
export const SCALAR_CALL = 'sf_js_call';
export const TABLE_CALL = 'sf_js_table';

/** Rows of a partition where nobody says what one is: few enough to be in memory at once. */
const IMPLICIT_PARTITION = 20_000;

/** A call of a scalar function in JavaScript. Values travel as text: see engine/routines/javascript/program.ts. */
export function bindJavaScriptCall(
  found: UserFunction,
  args: Bound[],
  returns: SnowflakeType,
  session: SessionFacts,
): Bound {
  const sql = `${SCALAR_CALL}(${callFacts(found, session)}, ${textList(args)})`;
  return value(fromText(sql, returns), returns, ...args);
}

/**
 * TABLE(f(…)) of a table function in JavaScript. Beside other tables their rows are one partition, or those of OVER
 * (PARTITION BY …); rows that finalize writes have nothing of the other tables but the columns of PARTITION BY.
 * Source: docs.snowflake.com, "Tabular JavaScript UDFs (UDTFs)".
 */
export function bindJavaScriptTable(
  found: UserFunction,
  args: Bound[],
  table: Column[],
  call: FunctionCall,
  as: string | null,
  scope: Scope,
): ScopeRelation {
  const alias = nextRelationAlias(scope);
  const { over } = call;
  const keys = (over?.partitionBy ?? []).map((node) => {
    if (node.kind !== 'column')
      throw plainError('002211', '42601', 'PARTITION BY of a table function takes columns.', node.start);
    return bindExpression(node, scope).sql;
  });
  const order = over === null ? '' : orderText(over.orderBy, scope);
  const keyNames = keys.map((_key, index) => `k${index + 1}`);
  if (over?.frame) throw notSupportedHere('a frame of a table function', over.start);
  const facts = `${callFacts(found, scope.context.session)}, ${quote(JSON.stringify(argumentInfo(found, args)))}`;
  const rows = `unnest(from_json(${TABLE_CALL}(${facts}, y.a), '[{"r":"BIGINT","v":["VARCHAR"]}]')) AS u`;
  const list = table.map(
    (column, index) =>
      `${cast({ sql: fromText(`x.u.v[${index + 1}]`, column.type), type: column.type }, column.type).sql} AS c${index + 1}`,
  );
  const alone = `(SELECT ${list.join(', ')} FROM (SELECT ${rows} FROM (SELECT [${textList(args)}] AS a) AS y) AS x)`;
  return {
    name: as,
    path: [],
    alias,
    columns: table.map((column, index) => ({
      ...column,
      sql: `${alias}.c${index + 1}`,
      relation: as,
      hidden: false,
    })),
    sql: () => {
      if (over !== null && scope.relations.length > 0)
        throw notSupportedHere(`OVER of ${found.name} in this kind of join`, over.start);
      return `${scope.relations.length === 0 ? '' : 'LATERAL '}${alone} AS ${alias}`;
    },
    expand: (left, packed) => {
      const whole = `{${packed.map((one) => `${one}: ${one}`).join(', ')}}`;
      const given = [
        `${whole} AS w`,
        `${textList(args)} AS g`,
        `row_number() OVER (${order}) AS o`,
        ...keys.map((key, index) => `${key} AS ${keyNames[index]}`),
      ];
      const back = packed.map((one) => {
        // Structs meet by the names of their fields: what finalize's rows do not have is NULL.
        const kept = keys
          .filter((key) => key.startsWith(`${one}.`))
          .map((key) => `${key.slice(one.length + 1)}: x.l[1].${key}`);
        const finalized = kept.length === 0 ? 'NULL' : `{${kept.join(', ')}}`;
        return `CASE WHEN x.u.r IS NULL THEN ${finalized} ELSE x.l[x.u.r].${one} END AS ${one}`;
      });
      const group = keys.length === 0 ? `(o - 1) // ${IMPLICIT_PARTITION}` : keyNames.join(', ');
      const partitions = `SELECT list(w ORDER BY o) AS l, list(g ORDER BY o) AS a FROM (SELECT ${given.join(', ')} FROM ${left}) AS z GROUP BY ${group}`;
      return `(SELECT ${[...back, ...list].join(', ')} FROM (SELECT y.l, ${rows} FROM (${partitions}) AS y) AS x) AS ${alias}`;
    },
  };
}

function orderText(items: OrderItem[], scope: Scope): string {
  if (items.length === 0) return '';
  return `ORDER BY ${items.map((item) => bindOrderItem(item, scope).sql).join(', ')}`;
}

/** The function's id, the time zone of its Dates, seconds that a batch of rows may take (0: as many as ever). */
function callFacts(found: UserFunction, session: SessionFacts): string {
  const seconds = Number(session.parameter('STATEMENT_TIMEOUT_IN_SECONDS'));
  return `${found.id}, ${quote(session.timezone)}, ${Number.isSafeInteger(seconds) ? seconds : 0}`;
}

/** What initialize is told of the arguments. */
function argumentInfo(found: UserFunction, args: Bound[]) {
  return found.parameters.map(({ name, type }, index) => {
    const constant = args[index]?.constant;
    return {
      name,
      type: type.name,
      isConst: constant !== undefined,
      constValue: typeof constant === 'bigint' ? Number(constant) : constant,
    };
  });
}

function textList(args: Bound[]): string {
  return `[${args.map(toText).join(', ')}]::VARCHAR[]`;
}

/** A value as the text from which JavaScript makes its own: dates and timestamps are milliseconds, bytes hex. */
function toText(arg: Bound): string {
  switch (arg.type.name) {
    case 'DATE':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return `epoch_ms(${cast(arg, LTZ).sql})::VARCHAR`;
    case 'BINARY':
      return `hex(${arg.sql})`;
    default:
      return `(${arg.sql})::VARCHAR`;
  }
}

/** What JavaScript gave, as a value of the type. A Date comes as `D` and milliseconds, what else stands for a date as `S` and text. */
function fromText(sql: string, type: SnowflakeType): string {
  switch (type.name) {
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return cast({ sql: `sf_js_json(${sql})::JSON`, type: VARIANT }, type).sql;
    case 'DATE':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return once([sql], (text) => {
        const instant = cast(
          { sql: `make_timestamptz(substr(${text}, 2)::BIGINT * 1000)`, type: LTZ },
          type,
        ).sql;
        const read = cast({ sql: `substr(${text}, 2)`, type: VARCHAR }, type).sql;
        return `CASE WHEN ${text}[1] = 'D' THEN ${instant} WHEN ${text}[1] = 'S' THEN ${read} END`;
      });
    default:
      return cast({ sql, type: VARCHAR }, type).sql;
  }
}
