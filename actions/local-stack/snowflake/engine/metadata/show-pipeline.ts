import { instant, integer, text } from '../dml/rows-relation.ts';
import { formatName } from '../names.ts';
import type {
  FileFormatRecord,
  PipeRecord,
  SequenceRecord,
  StageRecord,
  StreamRecord,
  TaskRecord,
} from '../objects.ts';
import { streamFacts } from '../streams/staleness.ts';
import { taskUuid } from '../tasks/task-history.ts';
import { constant, inPlace, type Listing, listing, placed, yn } from './listing.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/show-streams */
const streams = listing<StreamRecord>(
  inPlace('STREAM'),
  {
    ...placed<StreamRecord>(),
    owner: [text, (one) => one.owner],
    comment: [text, (one) => one.comment],
    table_name: [text, (one, session) => streamFacts(one, session).tableName],
    source_type: [text, (one, session) => streamFacts(one, session).sourceType],
    base_tables: [text, (one, session) => streamFacts(one, session).baseTables],
    type: constant('DELTA'),
    stale: [text, (one, session) => String(streamFacts(one, session).stale)],
    mode: [text, (one) => one.mode],
    stale_after: [instant, (one, session) => streamFacts(one, session).staleAfter],
    invalid_reason: [text, (one, session) => streamFacts(one, session).invalidReason],
    owner_role_type: constant('ROLE'),
  },
  {
    kind: () => 'STREAM',
    terse: { tableOn: [text, (one, session) => streamFacts(one, session).tableName] },
  },
);

/** https://docs.snowflake.com/en/sql-reference/sql/show-tasks */
const tasks = listing<TaskRecord>(
  inPlace('TASK'),
  {
    created_on: [instant, (one) => one.createdAt],
    name: [text, (one) => one.name],
    id: [text, (one) => taskUuid(one.id)],
    database_name: [text, (one) => one.database],
    schema_name: [text, (one) => one.schema],
    owner: [text, (one) => one.owner],
    comment: [text, (one) => one.comment],
    warehouse: [text, (one) => one.warehouse],
    schedule: [text, (one) => one.schedule],
    predecessors: [
      text,
      (one, { engine }) =>
        JSON.stringify(
          one.after.map((id) => {
            const other = engine.catalog.get(id);
            return other === undefined ? '' : formatName(other);
          }),
        ),
    ],
    state: [text, (one) => one.state],
    definition: [text, (one) => one.bodyText],
    condition: [text, (one) => one.whenText],
    allow_overlapping_execution: [text, (one) => String(one.allowOverlapping)],
    error_integration: [text, (one) => one.properties.ERROR_INTEGRATION ?? null],
    owner_role_type: constant('ROLE'),
    config: [text, (one) => one.config],
  },
  {
    kind: () => 'TASK',
    terse: { schedule: [text, (one) => one.schedule], state: [text, (one) => one.state] },
  },
);

/** https://docs.snowflake.com/en/sql-reference/sql/show-pipes */
const pipes = listing<PipeRecord>(inPlace('PIPE'), {
  ...placed<PipeRecord>(),
  definition: [text, (one) => one.copyText],
  owner: [text, (one) => one.owner],
  notification_channel: [text, (one) => (one.autoIngest ? 'local' : null)],
  comment: [text, (one) => one.comment],
  integration: constant(null),
  pattern: constant(null),
  error_integration: [text, (one) => one.errorIntegration],
  owner_role_type: constant('ROLE'),
  invalid_reason: constant(null),
  budget: constant(null),
  kind: constant('STAGE'),
});

/** https://docs.snowflake.com/en/sql-reference/sql/show-stages */
const stages = listing<StageRecord>(inPlace('STAGE'), {
  ...placed<StageRecord>(),
  url: [text, (one) => one.url ?? ''],
  has_credentials: constant('N'),
  has_encryption_key: constant('N'),
  owner: [text, (one) => one.owner],
  comment: [text, (one) => one.comment],
  region: constant(null),
  type: [text, (one) => `${one.url === null ? 'INTERNAL' : 'EXTERNAL'}${one.temporary ? ' TEMPORARY' : ''}`],
  cloud: [text, (one) => (one.url === null ? null : 'AWS')],
  notification_channel: constant(null),
  storage_integration: [text, (one) => one.integration],
  endpoint: constant(null),
  owner_role_type: constant('ROLE'),
  directory_enabled: [text, (one) => yn(one.directory)],
});

/** https://docs.snowflake.com/en/sql-reference/sql/show-file-formats */
const fileFormats = listing<FileFormatRecord>(inPlace('FILE FORMAT'), {
  ...placed<FileFormatRecord>(),
  type: [text, (one) => one.type],
  owner: [text, (one) => one.owner],
  comment: [text, (one) => one.comment],
  format_options: [text, (one) => JSON.stringify({ TYPE: one.type, ...one.options })],
  owner_role_type: constant('ROLE'),
});

/** https://docs.snowflake.com/en/sql-reference/sql/show-sequences */
const sequences = listing<SequenceRecord>(inPlace('SEQUENCE'), {
  name: [text, (one) => one.name],
  database_name: [text, (one) => one.database],
  schema_name: [text, (one) => one.schema],
  next_value: [
    integer,
    (one) => ({
      sql: `(SELECT coalesce(last_value + increment_by, start_value) FROM duckdb_sequences() WHERE schema_name = 'data' AND sequence_name = 's${one.id}')`,
    }),
  ],
  interval: [integer, (one) => one.increment],
  created_on: [instant, (one) => one.createdAt],
  owner: [text, (one) => one.owner],
  comment: [text, (one) => one.comment],
  owner_role_type: constant('ROLE'),
  ordered: [text, (one) => yn(one.ordered === true)],
});

export const pipelineListings: Record<string, Listing> = {
  STREAMS: streams,
  TASKS: tasks,
  PIPES: pipes,
  STAGES: stages,
  'FILE FORMATS': fileFormats,
  SEQUENCES: sequences,
};
