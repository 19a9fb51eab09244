import { instant, integer, text } from '../dml/rows-relation.ts';
import { formatName } from '../names.ts';
import { typeName } from '../objects/object-kind.ts';
import type { DynamicTable, TableRecord, ViewRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { showTypeText } from './column-facts.ts';
import { externalTables } from './external-tables.ts';
import {
  clusteringKey,
  constant,
  type Listing,
  listing,
  onOff,
  type Place,
  placed,
  rowCount,
  visibleTables,
  visibleViews,
  yn,
} from './listing.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/show-tables */
const tables = listing<TableRecord>(
  visibleTables,
  {
    ...placed<TableRecord>(),
    kind: [text, tableKind],
    comment: [text, (one) => one.comment],
    cluster_by: [text, (one) => clusteringKey(one.clusterBy)],
    rows: [integer, rowCount],
    bytes: [integer, () => null],
    owner: [text, (one) => one.owner],
    retention_time: [text, (one) => String(one.retentionDays ?? 1)],
    automatic_clustering: [text, (one) => onOff(isReclustered(one))],
    change_tracking: [text, (one) => onOff(one.changeTracking)],
    search_optimization: [text, (one) => one.properties.SEARCH_OPTIMIZATION ?? 'OFF'],
    search_optimization_progress: [text, (one) => (isSearched(one) ? '100' : null)],
    search_optimization_bytes: constant(null),
    is_external: [text, (one) => yn(one.external !== undefined)],
    enable_schema_evolution: constant('N'),
    owner_role_type: constant('ROLE'),
    is_event: constant('N'),
    budget: constant(null),
    is_hybrid: constant('N'),
    is_iceberg: constant('N'),
    is_dynamic: [text, (one) => yn(one.dynamic !== undefined)],
    is_immutable: constant('N'),
  },
  { kind: tableKind, history: true },
);

/** https://docs.snowflake.com/en/sql-reference/sql/show-views: materialized ones are among them. */
const views = listing<ViewRecord>(
  visibleViews,
  {
    created_on: [instant, (one) => one.createdAt],
    name: [text, (one) => one.name],
    reserved: constant(''),
    database_name: [text, (one) => one.database],
    schema_name: [text, (one) => one.schema],
    owner: [text, (one) => one.owner],
    comment: [text, (one) => one.comment],
    text: [text, (one) => one.text],
    is_secure: [text, (one) => String(one.secure)],
    is_materialized: [text, (one) => String(one.materialized)],
    owner_role_type: constant('ROLE'),
    change_tracking: [text, (one) => onOff(one.changeTracking === true)],
  },
  { kind: () => 'VIEW' },
);

/** https://docs.snowflake.com/en/sql-reference/sql/show-materialized-views */
const materializedViews = listing<ViewRecord>(
  (session, place, history) => visibleViews(session, place, history).filter((one) => one.materialized),
  {
    created_on: [instant, (one) => one.createdAt],
    name: [text, (one) => one.name],
    reserved: constant(''),
    database_name: [text, (one) => one.database],
    schema_name: [text, (one) => one.schema],
    cluster_by: [text, (one) => clusteringKey(one.clusterBy)],
    rows: [integer, () => null],
    bytes: [integer, () => null],
    source_database_name: constant(null),
    source_schema_name: constant(null),
    source_table_name: constant(null),
    refreshed_on: [instant, (_one, session) => session.engine.now()],
    compacted_on: [instant, (_one, session) => session.engine.now()],
    owner: [text, (one) => one.owner],
    invalid: constant('false'),
    invalid_reason: constant(''),
    behind_by: constant('0s'),
    comment: [text, (one) => one.comment],
    text: [text, (one) => one.text],
    is_secure: [text, (one) => String(one.secure)],
    automatic_clustering: [text, (one) => onOff(one.clusterBy !== undefined)],
    owner_role_type: constant('ROLE'),
  },
);

type Dynamic = TableRecord & { dynamic: DynamicTable };

/** https://docs.snowflake.com/en/sql-reference/sql/show-dynamic-tables */
const dynamicTables = listing<Dynamic>(
  (session, place) =>
    visibleTables(session, place).filter((one): one is Dynamic => one.dynamic !== undefined),
  {
    ...placed<Dynamic>(),
    cluster_by: [text, (one) => clusteringKey(one.clusterBy)],
    rows: [integer, rowCount],
    bytes: [integer, () => null],
    owner: [text, (one) => one.owner],
    target_lag: [text, ({ dynamic }) => dynamic.targetLag],
    refresh_mode: [
      text,
      ({ dynamic }) => (dynamic.refreshMode === 'AUTO' ? 'INCREMENTAL' : dynamic.refreshMode),
    ],
    refresh_mode_reason: constant(null),
    warehouse: [text, ({ dynamic }) => dynamic.warehouse],
    comment: [text, (one) => one.comment],
    text: [text, ({ dynamic }) => dynamic.text],
    automatic_clustering: [text, (one) => onOff(isReclustered(one))],
    scheduling_state: [text, ({ dynamic }) => dynamic.state],
    last_suspended_on: [instant, ({ dynamic }) => dynamic.suspendedAt],
    is_clone: constant('false'),
    is_replica: constant('false'),
    data_timestamp: [instant, ({ dynamic }) => dynamic.dataTimestamp],
    owner_role_type: constant('ROLE'),
  },
);

/** https://docs.snowflake.com/en/sql-reference/sql/show-objects: tables and views. */
const objects = listing<TableRecord | ViewRecord>(
  (session, place) =>
    [...visibleTables(session, place), ...visibleViews(session, place)].sort((a, b) =>
      formatName(a) < formatName(b) ? -1 : 1,
    ),
  {
    ...placed<TableRecord | ViewRecord>(),
    kind: [text, objectKind],
    comment: [text, (one) => one.comment],
    cluster_by: [text, (one) => clusteringKey(one.clusterBy)],
    rows: [integer, (one) => (one.kind === 'TABLE' ? rowCount(one) : 0)],
    bytes: [integer, () => 0],
    owner: [text, (one) => one.owner],
    retention_time: [text, (one) => (one.kind === 'TABLE' ? String(one.retentionDays ?? 1) : '')],
    owner_role_type: constant('ROLE'),
    budget: constant(null),
    is_hybrid: constant('N'),
    is_dynamic: [text, (one) => yn(typeName(one) === 'DYNAMIC TABLE')],
  },
  { kind: objectKind },
);

/** https://docs.snowflake.com/en/sql-reference/sql/show-columns */
const columnListing = listing<ColumnItem>(columnsIn, {
  table_name: [text, ({ relation }) => relation.name],
  schema_name: [text, ({ relation }) => relation.schema],
  column_name: [text, (one) => one.name],
  data_type: [text, ({ column }) => showTypeText(column)],
  'null?': [text, ({ column }) => (column.nullable ? 'true' : 'NOT_NULL')],
  default: [text, ({ column }) => ('default' in column ? (column.default ?? '') : '')],
  kind: [
    text,
    ({ column }) => ('computed' in column && column.computed !== null ? 'VIRTUAL_COLUMN' : 'COLUMN'),
  ],
  expression: [text, ({ column }) => ('computed' in column ? (column.computed ?? '') : '')],
  comment: [text, ({ column }) => column.comment ?? ''],
  database_name: [text, ({ relation }) => relation.database],
  autoincrement: [text, ({ column }) => ('identity' in column ? identityText(column.identity) : '')],
  schema_evolution_record: constant(null),
});

interface ColumnItem {
  name: string;
  relation: TableRecord | ViewRecord;
  column: (TableRecord | ViewRecord)['columns'][number];
}

function columnsIn(session: Session, place: Place): ColumnItem[] {
  const relations = [...visibleTables(session, place), ...visibleViews(session, place)];
  return relations
    .filter((relation) => place.relation === undefined || relation.id === place.relation)
    .flatMap((relation) => relation.columns.map((column) => ({ name: column.name, relation, column })));
}

export const relationListings: Record<string, Listing> = {
  TABLES: tables,
  VIEWS: views,
  'MATERIALIZED VIEWS': materializedViews,
  'DYNAMIC TABLES': dynamicTables,
  'EXTERNAL TABLES': externalTables,
  OBJECTS: objects,
  COLUMNS: columnListing,
};

function tableKind(table: TableRecord): string {
  return table.lifetime === 'PERMANENT' ? 'TABLE' : table.lifetime;
}

function objectKind(one: TableRecord | ViewRecord): string {
  return one.kind === 'TABLE' ? tableKind(one) : typeName(one);
}

function isReclustered(table: TableRecord): boolean {
  return table.clusterBy !== null && table.properties.RECLUSTER !== 'SUSPENDED';
}

function isSearched(table: TableRecord): boolean {
  return table.properties.SEARCH_OPTIMIZATION === 'ON';
}

function identityText(identity: TableRecord['columns'][number]['identity']): string {
  if (identity === null) return '';
  const order = identity.order ? 'ORDER' : 'NOORDER';
  return `IDENTITY START ${identity.start} INCREMENT ${identity.increment} ${order}`;
}
