import { parseExpressionText } from '../../../../shared/sql/parse.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { RelationColumn } from '../../bind/bound.ts';
import { cast } from '../../bind/cast.ts';
import type { BindContext } from '../../bind/context.ts';
import { bindCondition, bindExpression } from '../../bind/expression.ts';
import { createScope } from '../../bind/scope.ts';
import type { MaskingUse, PolicyRecord, RowAccessUse } from '../objects.ts';
import type { Session } from '../session.ts';

/** A relation with what it shows governed by policies. */
interface Governed {
  sql: string;
  columns: RelationColumn[];
}
interface Policies {
  id: number;
  columns: readonly { name: string; maskingPolicy?: MaskingUse }[];
  rowAccessPolicy?: RowAccessUse;
}

/**
 * What a query sees of a relation with policies: rows that the row access policy lets through, and columns as their
 * masking policies show them, both evaluated over the rows as they are stored. `context` binds the policies' bodies,
 * each in its own schema. Source: docs.snowflake.com, "Understanding row access policies", "Understanding
 * Column-level Security".
 */
export function governed<Relation extends Governed>(
  record: Policies,
  relation: Relation,
  session: Session,
  context: BindContext,
): Relation {
  const masked = record.columns.some((column) => column.maskingPolicy !== undefined);
  if (!masked && record.rowAccessPolicy === undefined) return relation;
  // A name of its own, so that a query inside a policy's body does not take its columns for those of the relation.
  const alias = `p${record.id}`;
  if (governing.has(record.id)) throw notSupportedHere('a policy that reads the relation it is set on');
  governing.add(record.id);
  try {
    return restricted(record, relation, alias, session, context);
  } finally {
    governing.delete(record.id);
  }
}

/** Relations whose policies are being bound, so that one that reads itself ends with an error. */
const governing = new Set<number>();

function restricted<Relation extends Governed>(
  record: Policies,
  relation: Relation,
  alias: string,
  session: Session,
  context: BindContext,
): Relation {
  const stored = (name: string): RelationColumn => {
    const column = relation.columns.find((candidate) => candidate.name === name)!;
    // A virtual column is an expression over the columns of the relation.
    return /^\w+$/.test(column.sql) ? { ...column, sql: `${alias}.${column.sql}` } : column;
  };
  const columns = relation.columns.map((column, index) => {
    const use = record.columns.find((candidate) => candidate.name === column.name)?.maskingPolicy;
    if (use === undefined) return { column, sql: null };
    const names = use.using.length === 0 ? [column.name] : use.using;
    const policy = session.engine.catalog.get(use.id) as PolicyRecord;
    const bound = bindExpression(
      parseExpressionText(policy.bodyText),
      scopeOf(policy, names, stored, context),
    );
    return { column: { ...column, sql: `m${index + 1}` }, sql: cast(bound, column.type).sql };
  });
  const shown = columns.flatMap(({ column, sql }) => (sql === null ? [] : [`${sql} AS ${column.sql}`]));
  const where =
    record.rowAccessPolicy === undefined
      ? ''
      : ` WHERE ${accessible(record.rowAccessPolicy, stored, session, context)}`;
  return {
    ...relation,
    sql: `(SELECT ${[`${alias}.*`, ...shown].join(', ')} FROM ${relation.sql} AS ${alias}${where})`,
    columns: columns.map(({ column }) => column),
  };
}

function accessible(
  use: RowAccessUse,
  stored: (name: string) => RelationColumn,
  session: Session,
  context: BindContext,
): string {
  const policy = session.engine.catalog.get(use.id) as PolicyRecord;
  return bindCondition(parseExpressionText(policy.bodyText), scopeOf(policy, use.on, stored, context)).sql;
}

/** The policy's arguments by their names, in the policy's own schema. */
function scopeOf(
  policy: PolicyRecord,
  names: string[],
  stored: (name: string) => RelationColumn,
  context: BindContext,
) {
  const scope = createScope(context.within(policy.database!, policy.schema!), { source: policy.bodyText });
  for (const [index, { name, type }] of policy.parameters.entries()) {
    const { sql, type: own } = stored(names[index]!);
    scope.parameters.set(name, cast({ sql, type: own }, type));
  }
  return scope;
}
