import { formatType } from '../../../../shared/sql/types.ts';
import { formatIdentifier, formatName } from '../names.ts';
import type {
  DynamicTable,
  MaskingUse,
  RowAccessUse,
  TableConstraint,
  TableRecord,
  ViewRecord,
} from '../objects.ts';
import type { Session } from '../session.ts';
import { type DdlName, literal } from './object-ddl.ts';

/** `create or replace TABLE …`, each column and constraint on its own line. */
export function tableDdl(table: TableRecord, name: DdlName, session: Session): string {
  const lines = [
    ...table.columns.map((column) => columnText(column, session)),
    ...table.constraints.map(constraintText),
  ];
  const lifetime = table.lifetime === 'PERMANENT' ? '' : `${table.lifetime} `;
  const cluster = table.clusterBy === null ? '' : ` cluster by (${table.clusterBy})`;
  const tags = tagClause(table.tags, session);
  const policy = rowAccessClause(table.rowAccessPolicy, session);
  const settings = [
    ...(table.changeTracking ? [' CHANGE_TRACKING = TRUE'] : []),
    ...(table.comment === '' ? [] : [`COMMENT=${literal(table.comment)}`]),
  ];
  return `create or replace ${lifetime}TABLE ${name(table)}${cluster} (\n\t${lines.join(',\n\t')}\n)${policy}${tags}${settings.join('')};`;
}

/** `create or replace view V(\n\tA,\n\tB\n) as query;` */
export function viewDdl(view: ViewRecord, name: DdlName, session: Session): string {
  const secure = view.secure ? 'secure ' : '';
  const materialized = view.materialized ? 'materialized ' : '';
  const columns = view.columns.map((column) => {
    const policy = maskingClause(column.maskingPolicy, session);
    const comment = column.comment ? ` COMMENT ${literal(column.comment)}` : '';
    return `${formatIdentifier(column.name)}${policy}${tagClause(column.tags, session)}${comment}`;
  });
  const cluster = view.clusterBy === undefined ? '' : ` cluster by (${view.clusterBy})`;
  const policy = rowAccessClause(view.rowAccessPolicy, session);
  const comment = view.comment === '' ? '' : ` COMMENT=${literal(view.comment)}`;
  return `create or replace ${secure}${materialized}view ${name(view)}(\n\t${columns.join(',\n\t')}\n)${policy}${tagClause(view.tags, session)}${cluster}${comment} as ${view.queryText};`;
}

export function dynamicTableDdl(table: TableRecord, dynamic: DynamicTable, name: DdlName): string {
  const columns = table.columns.map((column) => formatIdentifier(column.name)).join(',\n\t');
  const lag = dynamic.targetLag === 'DOWNSTREAM' ? 'DOWNSTREAM' : literal(dynamic.targetLag);
  const transient = dynamic.transient ? 'transient ' : '';
  const comment = table.comment === '' ? '' : ` COMMENT=${literal(table.comment)}`;
  return `create or replace ${transient}dynamic table ${name(table)}(\n\t${columns}\n) target_lag = ${lag} refresh_mode = ${dynamic.refreshMode} initialize = ${dynamic.initialize} warehouse = ${formatIdentifier(dynamic.warehouse)}${comment}\n as ${dynamic.queryText};`;
}

function columnText(column: TableRecord['columns'][number], session: Session): string {
  const parts = [formatIdentifier(column.name), formatType(column.type)];
  if (!column.nullable) parts.push('NOT NULL');
  if (column.maskingPolicy !== undefined) parts.push(maskingClause(column.maskingPolicy, session).trim());
  if (column.computed !== null) parts.push(`AS (${column.computed})`);
  if (column.default !== null) parts.push(`DEFAULT ${column.default}`);
  if (column.identity !== null) {
    const { start, increment, order } = column.identity;
    parts.push(`autoincrement start ${start} increment ${increment} ${order ? 'order' : 'noorder'}`);
  }
  const tags = tagClause(column.tags, session);
  if (tags !== '') parts.push(tags.trim());
  if (column.comment !== '') parts.push(`COMMENT ${literal(column.comment)}`);
  return parts.join(' ');
}

/** Names that the system gave are left out. */
function constraintText(constraint: TableConstraint): string {
  const columns = constraint.check ?? constraint.columns.map(formatIdentifier).join(', ');
  const name = constraint.name.startsWith('SYS_CONSTRAINT_')
    ? ''
    : `constraint ${formatIdentifier(constraint.name)} `;
  const { references } = constraint;
  const target =
    references === null
      ? ''
      : ` references ${references.table}(${references.columns.map(formatIdentifier).join(', ')})`;
  const properties = (constraint.properties ?? []).map((property) => ` ${property.toLowerCase()}`).join('');
  return `${name}${constraint.type.toLowerCase()} (${columns})${target}${properties}`;
}

function maskingClause(use: MaskingUse | undefined, { engine }: Session): string {
  const policy = use === undefined ? undefined : engine.catalog.get(use.id);
  if (use === undefined || policy === undefined) return '';
  const using = use.using.length === 0 ? '' : ` USING (${use.using.map(formatIdentifier).join(', ')})`;
  return ` WITH MASKING POLICY ${formatName(policy)}${using}`;
}

function rowAccessClause(use: RowAccessUse | undefined, { engine }: Session): string {
  const policy = use === undefined ? undefined : engine.catalog.get(use.id);
  if (use === undefined || policy === undefined) return '';
  return ` WITH ROW ACCESS POLICY ${formatName(policy)} ON (${use.on.map(formatIdentifier).join(', ')})`;
}

function tagClause(tags: Record<string, string> | undefined, { engine }: Session): string {
  const set = Object.entries(tags ?? {}).flatMap(([id, value]) => {
    const tag = engine.catalog.get(Number(id));
    return tag === undefined || tag.droppedAt !== null ? [] : [`${formatName(tag)}=${literal(value)}`];
  });
  return set.length === 0 ? '' : ` WITH TAG (${set.join(', ')})`;
}
