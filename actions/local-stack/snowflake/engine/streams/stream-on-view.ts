import type { Query, Select, SelectItem, TableReference } from '../../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../../shared/sql/parse.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { walk } from '../../../../shared/sql/walk.ts';
import type { BindContext } from '../../bind/context.ts';
import { bindQuery } from '../../bind/query.ts';
import { fullName, nameParts } from '../names.ts';
import type { TableRecord, ViewRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import type { Relation } from '../tables/storage.ts';

const METADATA = ['METADATA$ACTION', 'METADATA$ISUPDATE', 'METADATA$ROW_ID'];

/**
 * The table that a view reads, for a stream on the view. Here: a projection and filter of one table.
 * Source: docs.snowflake.com, "Introduction to streams", Streams on views.
 * @throws SnowflakeError 999001 for views that are more than that
 */
export function baseTable(view: ViewRecord, session: Session, run: Run): TableRecord {
  const { from } = plainSelect(parseQueryText(view.queryText));
  const name = fullName(nameParts(from.name, session, run), view);
  const table = session.engine.catalog.find(['TABLE'], name.database, name.schema, name.name, session.id);
  if (table === undefined)
    throw notSupportedHere(`a stream on view ${view.name}, which reads no table itself`);
  return table;
}

/** The view's query over the changes of its table: a change that the filter lets through, projected. */
export function viewChanges(view: ViewRecord, changes: Relation, context: BindContext): Relation {
  const query = parseQueryText(view.queryText);
  const { select } = plainSelect(query);
  const metadata = METADATA.map((name): SelectItem => {
    const { start, end } = select;
    return {
      expression: { kind: 'column', parts: [{ name, quoted: true, start, end }], start, end },
      alias: null,
      start,
      end,
    };
  });
  const source: Relation = {
    ...changes,
    columns: changes.columns.map((column) => ({ ...column, hidden: METADATA.includes(column.name) })),
  };
  const inView = { ...context.within(view.database!, view.schema!), relation: () => source };
  const bound = bindQuery({ ...query, body: { ...select, items: [...select.items, ...metadata] } }, inView, {
    source: view.queryText,
  });
  const [action, isUpdate, id] = [1, 2, 3].map((place) => `c${view.columns.length + place}`);
  // An update that moves a row into or out of the filter is one change, not a pair.
  const paired = `${isUpdate} AND count(*) OVER (PARTITION BY ${id}) = 2`;
  return {
    kind: 'relation',
    sql: `(SELECT * REPLACE (${paired} AS ${isUpdate}) FROM (${bound.sql}))`,
    columns: [
      ...view.columns.map((column, index) => ({ ...column, sql: `c${index + 1}` })),
      ...changes.columns
        .filter((column) => METADATA.includes(column.name))
        .map((column, index) => ({ ...column, sql: [action, isUpdate, id][index]! })),
    ],
  };
}

function plainSelect(query: Query): { select: Select; from: TableReference } {
  const { body } = query;
  const isOrdered = !Array.isArray(query.orderBy) || query.orderBy.length > 0;
  if (query.with.length > 0 || isOrdered || query.limit !== null || query.offset !== null) {
    throw notSupportedHere('a stream on a view with WITH, ORDER BY or LIMIT', query.start);
  }
  if (body.kind !== 'select' || body.from?.kind !== 'table') {
    throw notSupportedHere('a stream on a view that does not read just one table', query.start);
  }
  const grouped = body.groupBy !== null || body.having !== null || body.qualify !== null;
  if (body.distinct || body.top !== null || grouped) {
    throw notSupportedHere('a stream on a view with DISTINCT, GROUP BY or QUALIFY', body.start);
  }
  for (const part of [...body.items, ...(body.where === null ? [] : [body.where])]) {
    walk(part, (node) => {
      if ('kind' in node && node.kind === 'query')
        throw notSupportedHere('a stream on a view with a subquery', node.start);
    });
  }
  return { select: body, from: body.from };
}
