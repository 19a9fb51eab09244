import type {
  Query,
  Select,
  SelectItem,
  TableExpression,
  TableReference,
} from '../../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../../shared/sql/parse.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { walk } from '../../../../shared/sql/walk.ts';
import type { BindContext } from '../../bind/context.ts';
import { bindQuery } from '../../bind/query.ts';
import { fullName, nameParts } from '../names.ts';
import type { StreamRecord, TableRecord, ViewRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import type { Relation } from '../tables/storage.ts';
import { joinChanges } from './join-changes.ts';

const METADATA = ['METADATA$ACTION', 'METADATA$ISUPDATE', 'METADATA$ROW_ID'];

/** One SELECT of a view: the view is the UNION ALL of its branches. */
export interface ViewBranch {
  select: Select;
  /** In the order of FROM. */
  tables: { reference: TableReference; table: TableRecord }[];
}

/**
 * The branches of a view that a stream can be on: projections and filters of tables, inner and cross joins of them,
 * UNION ALL of those. Source: docs.snowflake.com, "Introduction to streams", Streams on views.
 * @throws SnowflakeError 999001 for views that are more than that
 */
export function viewBranches(view: ViewRecord, session: Session, run: Run): ViewBranch[] {
  const query = parseQueryText(view.queryText);
  return selectsOf(query).map((select) => ({
    select,
    tables: referencesOf(select.from).map((reference) => ({
      reference,
      table: tableOf(reference, view, session, run),
    })),
  }));
}

/** What the stream's version bounds are for one of its tables (SQL expressions). */
export interface Bounds {
  from: string;
  upTo: string;
}

/** The changes of a view between two versions of each of its tables, as a stream shows them. */
export function viewChanges(
  view: ViewRecord,
  branches: ViewBranch[],
  mode: StreamRecord['mode'] | 'INITIAL',
  boundsOf: (table: TableRecord) => Bounds,
  changesOf: (table: TableRecord, bounds: Bounds) => Relation,
  session: Session,
  run: Run,
  context: BindContext,
): Relation {
  const inView = context.within(view.database!, view.schema!);
  const parts = branches.map((branch, index) => {
    const prefix = branches.length === 1 ? '' : `${index}.`;
    const [only] = branch.tables;
    if (branch.tables.length > 1)
      return joinChanges(view, branch, prefix, mode, boundsOf, session, run, inView);
    const changes = changesOf(only!.table, boundsOf(only!.table));
    return branchChanges(view, branch.select, prefix, changes, inView);
  });
  const metadata = [
    { name: METADATA[0]!, type: { name: 'VARCHAR', length: 6 } as const, nullable: false },
    { name: METADATA[1]!, type: { name: 'BOOLEAN' } as const, nullable: false },
    { name: METADATA[2]!, type: { name: 'VARCHAR', length: 40 } as const, nullable: false },
  ];
  return {
    kind: 'relation',
    sql: `(${parts.join(' UNION ALL ')})`,
    columns: [...view.columns, ...metadata].map((column, index) => ({ ...column, sql: `c${index + 1}` })),
  };
}

/** A projection and filter over the changes of its one table: a change that the filter lets through. */
function branchChanges(
  view: ViewRecord,
  select: Select,
  prefix: string,
  changes: Relation,
  inView: BindContext,
): string {
  const source: Relation = {
    ...changes,
    columns: changes.columns.map((column) => ({ ...column, hidden: METADATA.includes(column.name) })),
  };
  const items = METADATA.map((name) => columnItem([name], select));
  const bound = bindQuery(
    queryOf({ ...select, items: [...select.items, ...items] }),
    { ...inView, relation: () => source },
    { source: view.queryText },
  );
  const width = view.columns.length;
  const [action, isUpdate, id] = [`c${width + 1}`, `c${width + 2}`, `c${width + 3}`];
  const values = view.columns.map((_, index) => `c${index + 1}`);
  const ownId = prefix === '' ? id : `sha1('${prefix}' || ${id})`;
  // An update that moves a row into or out of the filter is one change, not a pair.
  const paired = `${isUpdate} AND count(*) OVER (PARTITION BY ${id}) = 2`;
  return `SELECT ${values.join(', ')}, ${action}, ${paired} AS ${isUpdate}, ${ownId} AS ${id} FROM (${bound.sql})`;
}

/** One more item of a SELECT. */
export function columnItem(path: string[], { start, end }: Select): SelectItem {
  const parts = path.map((name) => ({ name, quoted: true, start, end }));
  return { expression: { kind: 'column', parts, start, end }, alias: null, start, end };
}

export function queryOf(body: Select): Query {
  const { start, end } = body;
  return { kind: 'query', with: [], body, orderBy: [], limit: null, offset: null, start, end };
}

function selectsOf(query: Query): Select[] {
  const isOrdered = !Array.isArray(query.orderBy) || query.orderBy.length > 0;
  if (query.with.length > 0 || isOrdered || query.limit !== null || query.offset !== null)
    throw notSupportedHere('a stream on a view with WITH, ORDER BY or LIMIT', query.start);
  return selectsBelow(query.body);
}

function selectsBelow(body: Query['body']): Select[] {
  switch (body.kind) {
    case 'select':
      checkSelect(body);
      return [body];
    case 'query':
      return selectsOf(body);
    case 'setOperation':
      if (body.operator === 'UNION ALL' && !body.byName)
        return [...selectsBelow(body.left), ...selectsBelow(body.right)];
      throw notSupportedHere(`a stream on a view with a set operation other than UNION ALL`, body.start);
    default:
      throw notSupportedHere('a stream on a view without tables', body.start);
  }
}

function checkSelect(body: Select): void {
  const grouped = body.groupBy !== null || body.having !== null || body.qualify !== null;
  if (body.distinct || body.top !== null || grouped)
    throw notSupportedHere('a stream on a view with DISTINCT, GROUP BY or QUALIFY', body.start);
  walk(body, (node) => {
    if (node !== body && node.kind === 'query')
      throw notSupportedHere('a stream on a view with a subquery', node.start);
    return undefined;
  });
}

/** The tables of FROM, left to right. */
function referencesOf(from: TableExpression | null): TableReference[] {
  switch (from?.kind) {
    case 'table':
      return [from];
    case 'join':
      if ((from.type === 'INNER' || from.type === 'CROSS' || from.type === 'COMMA') && !from.natural)
        return [...referencesOf(from.left), ...referencesOf(from.right)];
      throw notSupportedHere(`a stream on a view with a ${from.type} join`, from.start);
    default:
      throw notSupportedHere('a stream on a view that reads anything but tables', from?.start);
  }
}

function tableOf(reference: TableReference, view: ViewRecord, session: Session, run: Run): TableRecord {
  const name = fullName(nameParts(reference.name, session, run), view);
  const table = session.engine.catalog.find(['TABLE'], name.database, name.schema, name.name, session.id);
  if (table === undefined || reference.timeTravel !== null || reference.sample !== null)
    throw notSupportedHere(`a stream on view ${view.name}, which reads no table itself`, reference.start);
  return table;
}
