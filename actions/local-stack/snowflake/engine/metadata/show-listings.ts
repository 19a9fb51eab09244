import type { Column } from '../../../../shared/sql/types.ts';
import { type Cell, columns, instant, integer, text } from '../dml/rows-relation.ts';
import { BUILT_IN_ROLES } from '../objects/recorded-object.ts';
import type { CatalogRecord, RecordedObject, RecordKind } from '../objects.ts';
import { transactionListing } from '../open-transactions.ts';
import type { Session } from '../session.ts';
import { streamFacts } from '../streams/stream.ts';
import { taskUuid } from '../tasks/task-history.ts';
import { visibleTables } from './information-schema.ts';

/** What SHOW lists: documented columns, in order, and a row per object. */
interface Listing {
  columns: Column[];
  rows(session: Session, place: Place): { name: string; row: Cell[] }[];
}
/** IN …: undefined is anywhere. */
export interface Place {
  database?: string;
  schema?: string;
}

/** What can be shown, by the word after SHOW. Source: the documentation page of each command. */
export const listings: Record<string, Listing> = {
  DATABASES: {
    columns: columns({
      created_on: instant,
      name: text,
      is_default: text,
      is_current: text,
      origin: text,
      owner: text,
      comment: text,
      options: text,
      retention_time: text,
    }),
    rows: (session) =>
      listed(session, 'DATABASE', {}, (record) => [
        record.createdAt,
        record.name,
        'N',
        yn(record.name === session.database),
        '',
        record.owner,
        record.comment,
        record.transient ? 'TRANSIENT' : '',
        String(record.retentionDays ?? 1),
      ]),
  },
  SCHEMAS: {
    columns: columns({
      created_on: instant,
      name: text,
      is_default: text,
      is_current: text,
      database_name: text,
      owner: text,
      comment: text,
      options: text,
      retention_time: text,
    }),
    rows: (session, { database }) =>
      listed(session, 'SCHEMA', database === undefined ? {} : { database }, (record) => [
        record.createdAt,
        record.name,
        'N',
        yn(record.name === session.schema && record.database === session.database),
        record.database,
        record.owner,
        record.comment,
        record.transient ? 'TRANSIENT' : '',
        String(record.retentionDays ?? 1),
      ]),
  },
  TABLES: {
    columns: columns({
      created_on: instant,
      name: text,
      database_name: text,
      schema_name: text,
      kind: text,
      comment: text,
      cluster_by: text,
      rows: integer,
      bytes: integer,
      owner: text,
      retention_time: text,
      change_tracking: text,
    }),
    rows: (session, place) =>
      visibleTables(place.database, session)
        .filter((table) => place.schema === undefined || table.schema === place.schema)
        .map((table) => ({
          name: table.name,
          row: [
            table.createdAt,
            table.name,
            table.database,
            table.schema,
            table.lifetime === 'PERMANENT' ? 'TABLE' : table.lifetime,
            table.comment,
            table.clusterBy ?? '',
            { sql: `(SELECT count(*) FROM data.t${table.id})` },
            null,
            table.owner,
            String(table.retentionDays ?? 1),
            table.changeTracking ? 'ON' : 'OFF',
          ],
        })),
  },
  VIEWS: {
    columns: columns({
      created_on: instant,
      name: text,
      reserved: text,
      database_name: text,
      schema_name: text,
      owner: text,
      comment: text,
      text: text,
      is_secure: text,
      is_materialized: text,
    }),
    rows: (session, place) =>
      listed(session, 'VIEW', place, (view) => [
        view.createdAt,
        view.name,
        '',
        view.database,
        view.schema,
        view.owner,
        view.comment,
        view.text,
        String(view.secure),
        String(view.materialized),
      ]),
  },
  STREAMS: {
    columns: columns({
      created_on: instant,
      name: text,
      database_name: text,
      schema_name: text,
      owner: text,
      comment: text,
      table_name: text,
      source_type: text,
      base_tables: text,
      type: text,
      stale: text,
      mode: text,
      stale_after: instant,
      invalid_reason: text,
    }),
    rows: (session, place) =>
      session.engine.catalog.list('STREAM', place).map((stream) => {
        const facts = streamFacts(stream, session);
        return {
          name: stream.name,
          row: [
            stream.createdAt,
            stream.name,
            stream.database,
            stream.schema,
            stream.owner,
            stream.comment,
            facts.tableName,
            facts.sourceType,
            facts.baseTables,
            'DELTA',
            String(facts.stale),
            stream.mode,
            facts.staleAfter,
            facts.invalidReason,
          ],
        };
      }),
  },
  TASKS: {
    columns: columns({
      created_on: instant,
      name: text,
      id: text,
      database_name: text,
      schema_name: text,
      owner: text,
      comment: text,
      warehouse: text,
      schedule: text,
      predecessors: text,
      state: text,
      definition: text,
      condition: text,
      allow_overlapping_execution: text,
      error_integration: text,
      config: text,
    }),
    rows: (session, place) =>
      listed(session, 'TASK', place, (task) => [
        task.createdAt,
        task.name,
        taskUuid(task.id),
        task.database,
        task.schema,
        task.owner,
        task.comment,
        task.warehouse,
        task.schedule,
        JSON.stringify(
          task.after.map((id) => {
            const other = session.engine.catalog.get(id);
            return other === undefined ? '' : `${other.database}.${other.schema}.${other.name}`;
          }),
        ),
        task.state,
        task.bodyText,
        task.whenText,
        String(task.allowOverlapping),
        task.properties.ERROR_INTEGRATION ?? null,
        task.config,
      ]),
  },
  PIPES: {
    columns: columns({
      created_on: instant,
      name: text,
      database_name: text,
      schema_name: text,
      definition: text,
      owner: text,
      notification_channel: text,
      comment: text,
      integration: text,
      pattern: text,
      error_integration: text,
    }),
    rows: (session, place) =>
      listed(session, 'PIPE', place, (pipe) => [
        pipe.createdAt,
        pipe.name,
        pipe.database,
        pipe.schema,
        pipe.copyText,
        pipe.owner,
        pipe.autoIngest ? 'local' : null,
        pipe.comment,
        null,
        null,
        pipe.errorIntegration,
      ]),
  },
  STAGES: {
    columns: columns({
      created_on: instant,
      name: text,
      database_name: text,
      schema_name: text,
      url: text,
      has_credentials: text,
      has_encryption_key: text,
      owner: text,
      comment: text,
      region: text,
      type: text,
      cloud: text,
      storage_integration: text,
      directory_enabled: text,
    }),
    rows: (session, place) =>
      listed(session, 'STAGE', place, (stage) => [
        stage.createdAt,
        stage.name,
        stage.database,
        stage.schema,
        stage.url ?? '',
        'N',
        'N',
        stage.owner,
        stage.comment,
        null,
        stage.url === null ? 'INTERNAL' : 'EXTERNAL',
        stage.url === null ? null : 'AWS',
        stage.integration,
        yn(stage.directory),
      ]),
  },
  'FILE FORMATS': {
    columns: columns({
      created_on: instant,
      name: text,
      database_name: text,
      schema_name: text,
      type: text,
      owner: text,
      comment: text,
      format_options: text,
    }),
    rows: (session, place) =>
      listed(session, 'FILE FORMAT', place, (format) => [
        format.createdAt,
        format.name,
        format.database,
        format.schema,
        format.type,
        format.owner,
        format.comment,
        JSON.stringify(format.options),
      ]),
  },
  SEQUENCES: {
    columns: columns({
      name: text,
      database_name: text,
      schema_name: text,
      next_value: integer,
      interval: integer,
      created_on: instant,
      owner: text,
      comment: text,
      ordered: text,
    }),
    rows: (session, place) =>
      listed(session, 'SEQUENCE', place, (sequence) => [
        sequence.name,
        sequence.database,
        sequence.schema,
        null,
        sequence.increment,
        sequence.createdAt,
        sequence.owner,
        sequence.comment,
        'N',
      ]),
  },
  WAREHOUSES: {
    columns: columns({
      name: text,
      state: text,
      type: text,
      size: text,
      auto_suspend: integer,
      auto_resume: text,
      created_on: instant,
      owner: text,
      comment: text,
    }),
    rows: (session) =>
      recorded(session, 'WAREHOUSE', (warehouse) => [
        warehouse.name,
        String(warehouse.properties.STATE ?? 'STARTED'),
        'STANDARD',
        String(warehouse.properties.WAREHOUSE_SIZE ?? 'X-Small'),
        Number(warehouse.properties.AUTO_SUSPEND ?? 600),
        String(warehouse.properties.AUTO_RESUME ?? true),
        warehouse.createdAt,
        warehouse.owner,
        warehouse.comment,
      ]),
  },
  ROLES: {
    columns: columns({
      created_on: instant,
      name: text,
      is_default: text,
      is_current: text,
      owner: text,
      comment: text,
    }),
    rows: (session) => [
      ...BUILT_IN_ROLES.map((name) => ({
        name,
        row: [session.engine.openedVersion, name, 'N', yn(name === session.role), '', ''],
      })),
      ...recorded(session, 'ROLE', (role) => [
        role.createdAt,
        role.name,
        'N',
        yn(role.name === session.role),
        role.owner,
        role.comment,
      ]),
    ],
  },
  TRANSACTIONS: transactionListing,
  USERS: {
    columns: columns({
      name: text,
      created_on: instant,
      owner: text,
      comment: text,
      default_role: text,
      has_rsa_public_key: text,
    }),
    rows: (session) =>
      recorded(session, 'USER', (user) => [
        user.name,
        user.createdAt,
        user.owner,
        user.comment,
        String(user.properties.DEFAULT_ROLE ?? ''),
        String('RSA_PUBLIC_KEY' in user.properties),
      ]),
  },
  INTEGRATIONS: {
    columns: columns({
      name: text,
      type: text,
      category: text,
      enabled: text,
      comment: text,
      created_on: instant,
    }),
    rows: (session) =>
      recorded(session, 'INTEGRATION', (integration) => [
        integration.name,
        String(integration.properties.TYPE ?? ''),
        integration.type.replace(/ INTEGRATION$/, ''),
        String(integration.properties.ENABLED ?? true),
        integration.comment,
        integration.createdAt,
      ]),
  },
  PARAMETERS: {
    columns: columns({ key: text, value: text, default: text, level: text, description: text, type: text }),
    rows: (session) =>
      [...session.parameters].map(([name, value]) => ({ name, row: [name, value, '', '', '', 'STRING'] })),
  },
};

function listed<Kind extends RecordKind>(
  session: Session,
  kind: Kind,
  place: Place,
  row: (record: Extract<CatalogRecord, { kind: Kind }>) => Cell[],
) {
  return session.engine.catalog.list(kind, place).map((record) => ({
    name: record.name,
    row: row(record as unknown as Extract<CatalogRecord, { kind: Kind }>),
  }));
}

function recorded(session: Session, kind: RecordedObject['kind'], row: (record: RecordedObject) => Cell[]) {
  return session.engine.catalog
    .list(kind)
    .map((record) => ({ name: record.name, row: row(record as RecordedObject) }));
}

function yn(value: boolean): string {
  return value ? 'Y' : 'N';
}
