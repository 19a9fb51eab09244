import type { Position } from '../../../../shared/sql/position.ts';
import { doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { type Column, formatType, type SnowflakeType } from '../../../../shared/sql/types.ts';
import type { RelationSource } from '../../bind/bound.ts';
import { loadHistoryRelation } from '../copy/copy-history.ts';
import { type Cell, columns, instant, integer, rowsRelation, text } from '../dml/rows-relation.ts';
import type { FullName } from '../names.ts';
import type { TableRecord, ViewRecord } from '../objects.ts';
import type { Session } from '../session.ts';

interface InformationView {
  columns: Column[];
  rows(database: string, session: Session): Cell[][];
}

/** `db.INFORMATION_SCHEMA.<view>`: what the database holds now. Source: documentation pages of the views. */
export function informationSchemaRelation(
  name: FullName,
  session: Session,
  position: Position,
): RelationSource {
  if (session.engine.catalog.find(['DATABASE'], null, null, name.database) === undefined) {
    throw doesNotExist('Database', name.database, position);
  }
  if (name.name === 'LOAD_HISTORY') return loadHistoryRelation(session, name.database, session.engine.now());
  const view = views[name.name];
  if (view === undefined) throw notSupportedHere(`INFORMATION_SCHEMA.${name.name}`, position);
  return rowsRelation(view.columns, view.rows(name.database, session));
}

const views: Record<string, InformationView> = {
  DATABASES: {
    columns: columns({
      DATABASE_NAME: text,
      DATABASE_OWNER: text,
      IS_TRANSIENT: text,
      COMMENT: text,
      CREATED: instant,
      RETENTION_TIME: integer,
    }),
    rows: (_database, { engine }) =>
      engine.catalog
        .list('DATABASE')
        .map((record) => [
          record.name,
          record.owner,
          yesNo(record.transient),
          record.comment,
          record.createdAt,
          record.retentionDays ?? 1,
        ]),
  },
  SCHEMATA: {
    columns: columns({
      CATALOG_NAME: text,
      SCHEMA_NAME: text,
      SCHEMA_OWNER: text,
      IS_TRANSIENT: text,
      RETENTION_TIME: integer,
      CREATED: instant,
      COMMENT: text,
    }),
    rows: (database, { engine }) =>
      engine.catalog
        .list('SCHEMA', { database })
        .map((record) => [
          record.database,
          record.name,
          record.owner,
          yesNo(record.transient),
          record.retentionDays ?? 1,
          record.createdAt,
          record.comment,
        ]),
  },
  TABLES: {
    columns: columns({
      TABLE_CATALOG: text,
      TABLE_SCHEMA: text,
      TABLE_NAME: text,
      TABLE_OWNER: text,
      TABLE_TYPE: text,
      IS_TRANSIENT: text,
      CLUSTERING_KEY: text,
      ROW_COUNT: integer,
      RETENTION_TIME: integer,
      CREATED: instant,
      COMMENT: text,
    }),
    rows: (database, session) => [
      ...visibleTables(database, session).map((table): Cell[] => [
        table.database,
        table.schema,
        table.name,
        table.owner,
        table.lifetime === 'TEMPORARY' ? 'LOCAL TEMPORARY' : 'BASE TABLE',
        yesNo(table.lifetime === 'TRANSIENT'),
        table.clusterBy,
        { sql: `(SELECT count(*) FROM data.t${table.id})` },
        table.retentionDays ?? 1,
        table.createdAt,
        table.comment,
      ]),
      ...session.engine.catalog
        .list('VIEW', { database })
        .map((view): Cell[] => [
          view.database,
          view.schema,
          view.name,
          view.owner,
          'VIEW',
          'NO',
          null,
          null,
          null,
          view.createdAt,
          view.comment,
        ]),
    ],
  },
  COLUMNS: {
    columns: columns({
      TABLE_CATALOG: text,
      TABLE_SCHEMA: text,
      TABLE_NAME: text,
      COLUMN_NAME: text,
      ORDINAL_POSITION: integer,
      COLUMN_DEFAULT: text,
      IS_NULLABLE: text,
      DATA_TYPE: text,
      CHARACTER_MAXIMUM_LENGTH: integer,
      NUMERIC_PRECISION: integer,
      NUMERIC_SCALE: integer,
      DATETIME_PRECISION: integer,
      IS_IDENTITY: text,
      COMMENT: text,
    }),
    rows: (database, session) =>
      [...visibleTables(database, session), ...session.engine.catalog.list('VIEW', { database })].flatMap(
        columnRows,
      ),
  },
  VIEWS: {
    columns: columns({
      TABLE_CATALOG: text,
      TABLE_SCHEMA: text,
      TABLE_NAME: text,
      TABLE_OWNER: text,
      VIEW_DEFINITION: text,
      IS_SECURE: text,
      CREATED: instant,
      COMMENT: text,
    }),
    rows: (database, { engine }) =>
      engine.catalog
        .list('VIEW', { database })
        .map((view) => [
          view.database,
          view.schema,
          view.name,
          view.owner,
          view.text,
          yesNo(view.secure),
          view.createdAt,
          view.comment,
        ]),
  },
  STAGES: {
    columns: columns({
      STAGE_CATALOG: text,
      STAGE_SCHEMA: text,
      STAGE_NAME: text,
      STAGE_URL: text,
      STAGE_TYPE: text,
      STAGE_OWNER: text,
      COMMENT: text,
      CREATED: instant,
    }),
    rows: (database, { engine }) =>
      engine.catalog
        .list('STAGE', { database })
        .map((stage) => [
          stage.database,
          stage.schema,
          stage.name,
          stage.url ?? '',
          stage.url === null ? 'Internal Named' : 'External Named',
          stage.owner,
          stage.comment,
          stage.createdAt,
        ]),
  },
  PIPES: {
    columns: columns({
      PIPE_CATALOG: text,
      PIPE_SCHEMA: text,
      PIPE_NAME: text,
      PIPE_OWNER: text,
      DEFINITION: text,
      IS_AUTOINGEST_ENABLED: text,
      CREATED: instant,
      COMMENT: text,
    }),
    rows: (database, { engine }) =>
      engine.catalog
        .list('PIPE', { database })
        .map((pipe) => [
          pipe.database,
          pipe.schema,
          pipe.name,
          pipe.owner,
          pipe.copyText,
          yesNo(pipe.autoIngest),
          pipe.createdAt,
          pipe.comment,
        ]),
  },
  FILE_FORMATS: {
    columns: columns({
      FILE_FORMAT_CATALOG: text,
      FILE_FORMAT_SCHEMA: text,
      FILE_FORMAT_NAME: text,
      FILE_FORMAT_OWNER: text,
      FILE_FORMAT_TYPE: text,
      CREATED: instant,
      COMMENT: text,
    }),
    rows: (database, { engine }) =>
      engine.catalog
        .list('FILE FORMAT', { database })
        .map((format) => [
          format.database,
          format.schema,
          format.name,
          format.owner,
          format.type,
          format.createdAt,
          format.comment,
        ]),
  },
  SEQUENCES: {
    columns: columns({
      SEQUENCE_CATALOG: text,
      SEQUENCE_SCHEMA: text,
      SEQUENCE_NAME: text,
      START_VALUE: text,
      INCREMENT: text,
      CREATED: instant,
      COMMENT: text,
    }),
    rows: (database, { engine }) =>
      engine.catalog
        .list('SEQUENCE', { database })
        .map((sequence) => [
          sequence.database,
          sequence.schema,
          sequence.name,
          String(sequence.start),
          String(sequence.increment),
          sequence.createdAt,
          sequence.comment,
        ]),
  },
};

/** Tables of a database that a session sees: other sessions' temporary ones are not among them. */
export function visibleTables(database: string | undefined, session: Session): TableRecord[] {
  return session.engine.catalog
    .list('TABLE', database === undefined ? {} : { database })
    .filter((table) => table.sessionId === null || table.sessionId === session.id);
}

function columnRows(relation: TableRecord | ViewRecord): Cell[][] {
  return relation.columns.map((column, index) => {
    const { type } = column;
    const details = 'identity' in column ? column : undefined;
    return [
      relation.database,
      relation.schema,
      relation.name,
      column.name,
      index + 1,
      details?.default ?? null,
      yesNo(column.nullable),
      dataType(type),
      type.name === 'VARCHAR' || type.name === 'BINARY' ? type.length : null,
      type.name === 'NUMBER' ? type.precision : null,
      type.name === 'NUMBER' ? type.scale : null,
      'scale' in type && type.name !== 'NUMBER' ? type.scale : null,
      yesNo(details?.identity != null),
      details?.comment ?? '',
    ];
  });
}

/** INFORMATION_SCHEMA.COLUMNS gives TEXT where DESCRIBE gives VARCHAR(n). */
function dataType(type: SnowflakeType): string {
  return type.name === 'VARCHAR' || type.name === 'NULL' ? 'TEXT' : formatType(type).replace(/\(.*/, '');
}

function yesNo(value: boolean): string {
  return value ? 'YES' : 'NO';
}
