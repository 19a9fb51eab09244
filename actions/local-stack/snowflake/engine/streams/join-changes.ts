import type { BindContext } from '../../bind/context.ts';
import { bindQuery } from '../../bind/query.ts';
import type { StreamRecord, TableRecord, ViewRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { type Relation, rowsAt, tableColumns } from '../tables/storage.ts';
import { type Bounds, columnItem, queryOf, type ViewBranch } from './stream-on-view.ts';

/** Which row of a table, which image of it, and when it was inserted. */
const MARKS = ['_row', '_since', '_born'] as const;

/**
 * What a join of tables gained and lost: its rows at the one version against those at the other. A row of a join is
 * its tables' rows together, so their ids make its id and their images tell whether it is still the same.
 * An append-only stream shows the rows that an inserted row of any of the tables brought.
 * Source: docs.snowflake.com, "Introduction to streams", Join results behavior.
 */
export function joinChanges(
  view: ViewRecord,
  branch: ViewBranch,
  prefix: string,
  mode: StreamRecord['mode'] | 'INITIAL',
  boundsOf: (table: TableRecord) => Bounds,
  session: Session,
  run: Run,
  inView: BindContext,
): string {
  const width = view.columns.length;
  const values = view.columns.map((_, index) => `c${index + 1}`).join(', ');
  const [action, isUpdate, id] = [`c${width + 1}`, `c${width + 2}`, `c${width + 3}`];
  const mark = (table: number, which: number): string => `c${width + table * MARKS.length + which + 1}`;
  const marks = (which: number): string =>
    branch.tables.map((_, index) => mark(index, which)).join(` || '.' || `);
  const rowsOf = (point: keyof Bounds): string => {
    const sql = joinRows(view, branch, (table) => boundsOf(table)[point], session, run, inView);
    const born = branch.tables.map(({ table }, index) => `${mark(index, 2)} > ${boundsOf(table).from}`);
    return `SELECT ${values}, sha1('${view.id}.${prefix}' || ${marks(0)}) AS k_id, ${marks(1)} AS k_image, (${born.join(' OR ')}) AS k_born FROM (${sql})`;
  };
  const inserted = `'INSERT' AS ${action}, false AS ${isUpdate}, k_id AS ${id}`;
  if (mode === 'INITIAL') return `SELECT ${values}, ${inserted} FROM (${rowsOf('from')})`;
  if (mode !== 'DEFAULT') return `SELECT ${values}, ${inserted} FROM (${rowsOf('upTo')}) WHERE k_born`;
  const change = (kind: string, own: string, other: string): string =>
    `SELECT ${values}, '${kind}' AS ${action}, k_id IN (SELECT k_id FROM ${other}) AS ${isUpdate}, k_id AS ${id} FROM ${own}`;
  const missing = (own: string, other: string): string =>
    `SELECT * FROM ${own} WHERE NOT EXISTS (SELECT 1 FROM ${other} WHERE ${other}.k_id = ${own}.k_id AND ${other}.k_image = ${own}.k_image)`;
  return `(WITH k_then AS (${rowsOf('from')}), k_now AS (${rowsOf('upTo')}), k_gone AS (${missing('k_then', 'k_now')}), k_new AS (${missing('k_now', 'k_then')}) ${change('DELETE', 'k_gone', 'k_new')} UNION ALL ${change('INSERT', 'k_new', 'k_gone')})`;
}

/** The branch's query over its tables as they were, with the marks of each table's rows after its columns. */
function joinRows(
  view: ViewRecord,
  { select, tables }: ViewBranch,
  versionOf: (table: TableRecord) => string,
  session: Session,
  run: Run,
  inView: BindContext,
): string {
  const items = tables.flatMap(({ reference, table }) =>
    MARKS.map((name) => columnItem([reference.alias?.name.name ?? table.name, name], select)),
  );
  const relation: BindContext['relation'] = (reference): Relation => {
    const { table } = tables.find((one) => one.reference === reference)!;
    const marks = MARKS.map((name) => ({
      name,
      type: { name: 'NUMBER', precision: 19, scale: 0 } as const,
      nullable: false,
      sql: `${name}::DECIMAL(19,0)`,
      hidden: true,
    }));
    return {
      kind: 'relation',
      sql: `(${rowsAt(table, versionOf(table))})`,
      columns: [...tableColumns(table, session, run), ...marks],
    };
  };
  return bindQuery(
    queryOf({ ...select, items: [...select.items, ...items] }),
    { ...inView, relation },
    { source: view.queryText },
  ).sql;
}
