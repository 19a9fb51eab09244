import type { Pivot, Query, Statement } from '../../../shared/sql/ast.ts';
import { cast, literal } from '../bind/cast.ts';
import type { PivotValue } from '../bind/context.ts';
import { VARCHAR } from '../bind/literal.ts';
import { bindQuery } from '../bind/query.ts';
import { nullOf } from '../bind/value.ts';
import { type BindPreparation, createBindContext } from './bind-context.ts';
import type { Run, Session } from './session.ts';
import type { Transaction } from './transaction.ts';

/**
 * Finds the values of every PIVOT (… FOR c IN (ANY [ORDER BY …] | query)) of a statement, on which its columns
 * depend. In order of the values where none is given. Source: docs.snowflake.com, PIVOT, dynamic pivot.
 */
export async function preparePivots(
  node: Statement | Query,
  session: Session,
  run: Run,
  preparation: BindPreparation & { transaction: Transaction },
): Promise<Map<Pivot, PivotValue[]>> {
  const pivots = new Map<Pivot, PivotValue[]>();
  for (const { pivot, ctes } of findPivots(node, [])) {
    const context = createBindContext(session, run, { ...preparation, pivots });
    const bound = bindQuery(valuesQuery(pivot, ctes), context, { source: run.text });
    const type = bound.columns[0]!.type;
    const text = cast({ sql: 'c1', type }, VARCHAR).sql;
    const rows = await preparation.transaction.query(`SELECT ${text} FROM (${bound.sql}) AS v`);
    pivots.set(
      pivot,
      rows.map(([value]): PivotValue => {
        if (value === null || value === undefined) return { value: nullOf(type), label: 'NULL' };
        const shown = String(value);
        if (type.name === 'VARCHAR') return { value: literal(shown), label: `'${shown}'` };
        return { value: cast(literal(shown), type), label: shown };
      }),
    );
  }
  return pivots;
}

interface Found {
  pivot: Pivot;
  ctes: Query['with'];
}

/** Those without a list of their own, inner ones first, with the WITH elements that their input can name. */
function findPivots(node: unknown, ctes: Query['with']): Found[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap((item) => findPivots(item, ctes));
  const fields = node as { kind?: string } & Record<string, unknown>;
  if (fields.kind === 'query') {
    const query = node as Query;
    const inWith = query.with.flatMap((element, index) =>
      findPivots(element.query, [...ctes, ...query.with.slice(0, index)]),
    );
    return [...inWith, ...findPivots({ ...query, kind: undefined, with: [] }, [...ctes, ...query.with])];
  }
  const inside = Object.values(fields).flatMap((field) => findPivots(field, ctes));
  if (fields.kind !== 'pivot') return inside;
  const pivot = node as Pivot;
  return pivot.values.kind === 'list' ? inside : [...inside, { pivot, ctes }];
}

/** `SELECT DISTINCT column FROM input ORDER BY …`, or the query that is written. */
function valuesQuery(pivot: Pivot, ctes: Query['with']): Query {
  const { values, column, start, end } = pivot;
  const place = { start, end };
  if (values.kind === 'selected') return { ...values.query, with: [...ctes, ...values.query.with] };
  const expression = { kind: 'column' as const, parts: [column], ...place };
  const orderBy = values.kind === 'any' ? values.orderBy : [];
  return {
    kind: 'query',
    with: ctes,
    body: {
      kind: 'select',
      distinct: true,
      top: null,
      items: [{ expression, alias: null, ...place }],
      from: pivot.input,
      where: null,
      connectBy: null,
      groupBy: null,
      having: null,
      qualify: null,
      ...place,
    },
    orderBy: orderBy.length > 0 ? orderBy : [{ expression, descending: false, nulls: null, ...place }],
    limit: null,
    offset: null,
    ...place,
  };
}
