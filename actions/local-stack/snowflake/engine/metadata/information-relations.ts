import { instant, integer, text } from '../dml/rows-relation.ts';
import type { DatabaseRecord, SchemaRecord, TableRecord, ViewRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { retentionDays } from '../tables/time-travel.ts';
import { dataTypeName } from './column-facts.ts';
import {
  clusteringKey,
  constant,
  inPlace,
  type Listing,
  listing,
  ofAccount,
  type Place,
  rowCount,
  visibleTables,
  visibleViews,
} from './listing.ts';

type Relation = TableRecord | ViewRecord;

export function yesNo(value: boolean): string {
  return value ? 'YES' : 'NO';
}

function relations(session: Session, place: Place): Relation[] {
  return [...visibleTables(session, place), ...visibleViews(session, place)];
}

/** https://docs.snowflake.com/en/sql-reference/info-schema/databases */
const databases = listing<DatabaseRecord>(ofAccount('DATABASE'), {
  DATABASE_NAME: [text, (one) => one.name],
  DATABASE_OWNER: [text, (one) => one.owner],
  IS_TRANSIENT: [text, (one) => yesNo(one.transient)],
  COMMENT: [text, (one) => one.comment],
  CREATED: [instant, (one) => one.createdAt],
  LAST_ALTERED: [instant, (one) => one.createdAt],
  RETENTION_TIME: [integer, (one) => one.retentionDays ?? 1],
  TYPE: constant('STANDARD'),
  OWNER_ROLE_TYPE: constant('ROLE'),
});

/** https://docs.snowflake.com/en/sql-reference/info-schema/schemata */
const schemata = listing<SchemaRecord>(
  (session, { database }) => inPlace('SCHEMA')(session, { ...(database && { database }) }, false),
  {
    CATALOG_NAME: [text, (one) => one.database],
    SCHEMA_NAME: [text, (one) => one.name],
    SCHEMA_OWNER: [text, (one) => one.owner],
    IS_TRANSIENT: [text, (one) => yesNo(one.transient)],
    IS_MANAGED_ACCESS: [text, (one) => yesNo(one.managedAccess === true)],
    RETENTION_TIME: [integer, (one, session) => retentionDays(one, session)],
    DEFAULT_CHARACTER_SET_CATALOG: constant(null),
    DEFAULT_CHARACTER_SET_SCHEMA: constant(null),
    DEFAULT_CHARACTER_SET_NAME: constant(null),
    SQL_PATH: constant(null),
    CREATED: [instant, (one) => one.createdAt],
    LAST_ALTERED: [instant, (one) => one.createdAt],
    COMMENT: [text, (one) => one.comment],
    OWNER_ROLE_TYPE: constant('ROLE'),
  },
);

/** https://docs.snowflake.com/en/sql-reference/info-schema/tables */
const tables = listing<Relation>(relations, {
  TABLE_CATALOG: [text, (one) => one.database],
  TABLE_SCHEMA: [text, (one) => one.schema],
  TABLE_NAME: [text, (one) => one.name],
  TABLE_OWNER: [text, (one) => one.owner],
  TABLE_TYPE: [text, tableType],
  IS_TRANSIENT: [text, (one) => yesNo(one.kind === 'TABLE' && one.lifetime === 'TRANSIENT')],
  CLUSTERING_KEY: [text, (one) => clusteringKey(one.clusterBy) || null],
  ROW_COUNT: [integer, (one) => (one.kind === 'TABLE' ? rowCount(one) : null)],
  BYTES: [integer, () => null],
  RETENTION_TIME: [integer, (one, session) => (one.kind === 'TABLE' ? retentionDays(one, session) : null)],
  SELF_REFERENCING_COLUMN_NAME: constant(null),
  REFERENCE_GENERATION: constant(null),
  USER_DEFINED_TYPE_CATALOG: constant(null),
  USER_DEFINED_TYPE_SCHEMA: constant(null),
  USER_DEFINED_TYPE_NAME: constant(null),
  IS_INSERTABLE_INTO: [
    text,
    (one) => yesNo(one.kind === 'TABLE' && (one.dynamic ?? one.external) === undefined),
  ],
  IS_TYPED: constant('YES'),
  COMMIT_ACTION: constant(null),
  CREATED: [instant, (one) => one.createdAt],
  LAST_ALTERED: [instant, (one) => one.createdAt],
  LAST_DDL: [instant, (one) => one.createdAt],
  LAST_DDL_BY: constant(null),
  AUTO_CLUSTERING_ON: [text, (one) => yesNo(one.kind === 'TABLE' && one.clusterBy !== null)],
  COMMENT: [text, (one) => one.comment],
  IS_TEMPORARY: [text, (one) => yesNo(one.kind === 'TABLE' && one.lifetime === 'TEMPORARY')],
  IS_ICEBERG: constant('NO'),
  IS_DYNAMIC: [text, (one) => yesNo(one.kind === 'TABLE' && one.dynamic !== undefined)],
  IS_HYBRID: constant('NO'),
});

function tableType(one: Relation): string {
  if (one.kind === 'VIEW') return one.materialized ? 'MATERIALIZED VIEW' : 'VIEW';
  if (one.external !== undefined) return 'EXTERNAL TABLE';
  return one.lifetime === 'TEMPORARY' ? 'LOCAL TEMPORARY' : 'BASE TABLE';
}

/** https://docs.snowflake.com/en/sql-reference/info-schema/views */
const views = listing<ViewRecord>(visibleViews, {
  TABLE_CATALOG: [text, (one) => one.database],
  TABLE_SCHEMA: [text, (one) => one.schema],
  TABLE_NAME: [text, (one) => one.name],
  TABLE_OWNER: [text, (one) => one.owner],
  VIEW_DEFINITION: [text, (one) => one.text],
  CHECK_OPTION: constant('NONE'),
  IS_UPDATABLE: constant('NO'),
  INSERTABLE_INTO: constant('NO'),
  IS_SECURE: [text, (one) => yesNo(one.secure)],
  CREATED: [instant, (one) => one.createdAt],
  LAST_ALTERED: [instant, (one) => one.createdAt],
  LAST_DDL: [instant, (one) => one.createdAt],
  LAST_DDL_BY: constant(null),
  COMMENT: [text, (one) => one.comment],
});

interface ColumnItem {
  name: string;
  relation: Relation;
  column: Relation['columns'][number];
  position: number;
}

function columnItems(session: Session, place: Place): ColumnItem[] {
  return relations(session, place).flatMap((relation) =>
    relation.columns.map((column, index) => ({ name: column.name, relation, column, position: index + 1 })),
  );
}

const identityOf = ({ column }: ColumnItem) => ('identity' in column ? column.identity : null);

/** https://docs.snowflake.com/en/sql-reference/info-schema/columns */
const columns = listing<ColumnItem>(columnItems, {
  TABLE_CATALOG: [text, ({ relation }) => relation.database],
  TABLE_SCHEMA: [text, ({ relation }) => relation.schema],
  TABLE_NAME: [text, ({ relation }) => relation.name],
  COLUMN_NAME: [text, (one) => one.name],
  ORDINAL_POSITION: [integer, (one) => one.position],
  COLUMN_DEFAULT: [text, ({ column }) => ('default' in column ? column.default : null)],
  IS_NULLABLE: [text, ({ column }) => yesNo(column.nullable)],
  DATA_TYPE: [text, ({ column }) => dataTypeName(column.type)],
  CHARACTER_MAXIMUM_LENGTH: [integer, ({ column: { type } }) => ('length' in type ? type.length : null)],
  CHARACTER_OCTET_LENGTH: [integer, ({ column: { type } }) => octets(type)],
  NUMERIC_PRECISION: [integer, ({ column: { type } }) => (type.name === 'NUMBER' ? type.precision : null)],
  NUMERIC_PRECISION_RADIX: [integer, ({ column: { type } }) => (type.name === 'NUMBER' ? 10 : null)],
  NUMERIC_SCALE: [integer, ({ column: { type } }) => (type.name === 'NUMBER' ? type.scale : null)],
  DATETIME_PRECISION: [
    integer,
    ({ column: { type } }) => ('scale' in type && type.name !== 'NUMBER' ? type.scale : null),
  ],
  INTERVAL_TYPE: constant(null),
  INTERVAL_PRECISION: constant(null),
  CHARACTER_SET_CATALOG: constant(null),
  CHARACTER_SET_SCHEMA: constant(null),
  CHARACTER_SET_NAME: constant(null),
  COLLATION_CATALOG: constant(null),
  COLLATION_SCHEMA: constant(null),
  COLLATION_NAME: constant(null),
  DOMAIN_CATALOG: constant(null),
  DOMAIN_SCHEMA: constant(null),
  DOMAIN_NAME: constant(null),
  UDT_CATALOG: constant(null),
  UDT_SCHEMA: constant(null),
  UDT_NAME: constant(null),
  SCOPE_CATALOG: constant(null),
  SCOPE_SCHEMA: constant(null),
  SCOPE_NAME: constant(null),
  MAXIMUM_CARDINALITY: constant(null),
  DTD_IDENTIFIER: constant(null),
  IS_SELF_REFERENCING: constant('NO'),
  IS_IDENTITY: [text, (one) => yesNo(identityOf(one) !== null)],
  IDENTITY_GENERATION: [text, (one) => (identityOf(one) === null ? null : 'BY DEFAULT')],
  IDENTITY_START: [text, (one) => identityOf(one)?.start ?? null],
  IDENTITY_INCREMENT: [text, (one) => identityOf(one)?.increment ?? null],
  IDENTITY_MAXIMUM: constant(null),
  IDENTITY_MINIMUM: constant(null),
  IDENTITY_CYCLE: constant(null),
  IDENTITY_ORDERED: [
    text,
    (one) => {
      const identity = identityOf(one);
      return identity === null ? null : yesNo(identity.order);
    },
  ],
  COMMENT: [text, ({ column }) => column.comment || null],
});

function octets(type: ColumnItem['column']['type']): number | null {
  if (type.name === 'VARCHAR') return Math.min(type.length * 4, 16_777_216);
  return type.name === 'BINARY' ? type.length : null;
}

export const informationRelations: Record<string, Listing> = {
  DATABASES: databases,
  SCHEMATA: schemata,
  TABLES: tables,
  VIEWS: views,
  COLUMNS: columns,
};
