import { parseObjectName } from '../../../../shared/sql/parse.ts';
import { instant, integer, text } from '../dml/rows-relation.ts';
import type {
  FileFormatRecord,
  PipeRecord,
  SequenceRecord,
  StageRecord,
  TableConstraint,
  TableRecord,
} from '../objects.ts';
import type { Session } from '../session.ts';
import { yesNo } from './information-relations.ts';
import { constant, inPlace, type Listing, listing, type Place, visibleTables } from './listing.ts';

/** https://docs.snowflake.com/en/sql-reference/info-schema/stages */
const stages = listing<StageRecord>(inPlace('STAGE'), {
  STAGE_CATALOG: [text, (one) => one.database],
  STAGE_SCHEMA: [text, (one) => one.schema],
  STAGE_NAME: [text, (one) => one.name],
  STAGE_URL: [text, (one) => one.url ?? ''],
  STAGE_REGION: constant(null),
  STAGE_TYPE: [text, (one) => (one.url === null ? 'Internal Named' : 'External Named')],
  STAGE_OWNER: [text, (one) => one.owner],
  COMMENT: [text, (one) => one.comment],
  CREATED: [instant, (one) => one.createdAt],
  LAST_ALTERED: [instant, (one) => one.createdAt],
  DIRECTORY_ENABLED: [text, (one) => yesNo(one.directory)],
});

/** https://docs.snowflake.com/en/sql-reference/info-schema/pipes */
const pipes = listing<PipeRecord>(inPlace('PIPE'), {
  PIPE_CATALOG: [text, (one) => one.database],
  PIPE_SCHEMA: [text, (one) => one.schema],
  PIPE_NAME: [text, (one) => one.name],
  PIPE_OWNER: [text, (one) => one.owner],
  DEFINITION: [text, (one) => one.copyText],
  IS_AUTOINGEST_ENABLED: [text, (one) => yesNo(one.autoIngest)],
  NOTIFICATION_CHANNEL_NAME: [text, (one) => (one.autoIngest ? 'local' : null)],
  CREATED: [instant, (one) => one.createdAt],
  LAST_ALTERED: [instant, (one) => one.createdAt],
  COMMENT: [text, (one) => one.comment],
  PATTERN: constant(null),
});

const option = (name: string) =>
  [
    text,
    ({ options }: FileFormatRecord) => {
      const value = options[name];
      return value === undefined ? null : Array.isArray(value) ? JSON.stringify(value) : String(value);
    },
  ] as const;

/** https://docs.snowflake.com/en/sql-reference/info-schema/file_formats */
const fileFormats = listing<FileFormatRecord>(inPlace('FILE FORMAT'), {
  FILE_FORMAT_CATALOG: [text, (one) => one.database],
  FILE_FORMAT_SCHEMA: [text, (one) => one.schema],
  FILE_FORMAT_NAME: [text, (one) => one.name],
  FILE_FORMAT_OWNER: [text, (one) => one.owner],
  FILE_FORMAT_TYPE: [text, (one) => one.type],
  RECORD_DELIMITER: [...option('RECORD_DELIMITER')],
  FIELD_DELIMITER: [...option('FIELD_DELIMITER')],
  SKIP_HEADER: [...option('SKIP_HEADER')],
  DATE_FORMAT: [...option('DATE_FORMAT')],
  TIME_FORMAT: [...option('TIME_FORMAT')],
  TIMESTAMP_FORMAT: [...option('TIMESTAMP_FORMAT')],
  BINARY_FORMAT: [...option('BINARY_FORMAT')],
  ESCAPE: [...option('ESCAPE')],
  ESCAPE_UNENCLOSED_FIELD: [...option('ESCAPE_UNENCLOSED_FIELD')],
  TRIM_SPACE: [...option('TRIM_SPACE')],
  FIELD_OPTIONALLY_ENCLOSED_BY: [...option('FIELD_OPTIONALLY_ENCLOSED_BY')],
  NULL_IF: [...option('NULL_IF')],
  COMPRESSION: [...option('COMPRESSION')],
  ERROR_ON_COLUMN_COUNT_MISMATCH: [...option('ERROR_ON_COLUMN_COUNT_MISMATCH')],
  CREATED: [instant, (one) => one.createdAt],
  LAST_ALTERED: [instant, (one) => one.createdAt],
  COMMENT: [text, (one) => one.comment],
});

/** https://docs.snowflake.com/en/sql-reference/info-schema/sequences */
const sequences = listing<SequenceRecord>(inPlace('SEQUENCE'), {
  SEQUENCE_CATALOG: [text, (one) => one.database],
  SEQUENCE_SCHEMA: [text, (one) => one.schema],
  SEQUENCE_NAME: [text, (one) => one.name],
  SEQUENCE_OWNER: [text, (one) => one.owner],
  DATA_TYPE: constant('NUMBER'),
  NUMERIC_PRECISION: [integer, () => 38],
  NUMERIC_PRECISION_RADIX: [integer, () => 10],
  NUMERIC_SCALE: [integer, () => 0],
  START_VALUE: [text, (one) => one.start],
  MINIMUM_VALUE: constant(null),
  MAXIMUM_VALUE: constant(null),
  NEXT_VALUE: [
    text,
    (one) => ({
      sql: `(SELECT coalesce(last_value + increment_by, start_value) FROM duckdb_sequences() WHERE schema_name = 'data' AND sequence_name = 's${one.id}')`,
    }),
  ],
  INCREMENT: [text, (one) => one.increment],
  CYCLE_OPTION: constant('NO'),
  CREATED: [instant, (one) => one.createdAt],
  LAST_ALTERED: [instant, (one) => one.createdAt],
  COMMENT: [text, (one) => one.comment],
  ORDERED: [text, (one) => yesNo(one.ordered === true)],
});

interface ConstraintItem {
  name: string;
  table: TableRecord;
  constraint: TableConstraint;
}

function constraintItems(session: Session, place: Place): ConstraintItem[] {
  return visibleTables(session, place).flatMap((table) =>
    table.constraints.map((constraint) => ({ name: constraint.name, table, constraint })),
  );
}

/** https://docs.snowflake.com/en/sql-reference/info-schema/table_constraints */
const tableConstraints = listing<ConstraintItem>(constraintItems, {
  CONSTRAINT_CATALOG: [text, ({ table }) => table.database],
  CONSTRAINT_SCHEMA: [text, ({ table }) => table.schema],
  CONSTRAINT_NAME: [text, (one) => one.name],
  TABLE_CATALOG: [text, ({ table }) => table.database],
  TABLE_SCHEMA: [text, ({ table }) => table.schema],
  TABLE_NAME: [text, ({ table }) => table.name],
  CONSTRAINT_TYPE: [text, ({ constraint }) => constraint.type],
  IS_DEFERRABLE: constant('NO'),
  INITIALLY_DEFERRED: constant('YES'),
  ENFORCED: constant('NO'),
  COMMENT: [text, ({ constraint }) => constraint.comment ?? null],
  CREATED: [instant, ({ table, constraint }) => constraint.createdAt ?? table.createdAt],
  LAST_ALTERED: [instant, ({ table, constraint }) => constraint.createdAt ?? table.createdAt],
  RELY: [text, ({ constraint }) => yesNo(constraint.properties?.includes('RELY') ?? false)],
});

/** https://docs.snowflake.com/en/sql-reference/info-schema/referential_constraints */
const referentialConstraints = listing<ConstraintItem>(
  (session, place) => constraintItems(session, place).filter((one) => one.constraint.references !== null),
  {
    CONSTRAINT_CATALOG: [text, ({ table }) => table.database],
    CONSTRAINT_SCHEMA: [text, ({ table }) => table.schema],
    CONSTRAINT_NAME: [text, (one) => one.name],
    UNIQUE_CONSTRAINT_CATALOG: [text, (one) => referenced(one)[0]!],
    UNIQUE_CONSTRAINT_SCHEMA: [text, (one) => referenced(one)[1]!],
    UNIQUE_CONSTRAINT_NAME: [text, (one, session) => primaryKeyName(one, session)],
    MATCH_OPTION: constant('FULL'),
    UPDATE_RULE: [text, ({ constraint }) => rule(constraint, 'UPDATE')],
    DELETE_RULE: [text, ({ constraint }) => rule(constraint, 'DELETE')],
    COMMENT: [text, ({ constraint }) => constraint.comment ?? null],
    CREATED: [instant, ({ table, constraint }) => constraint.createdAt ?? table.createdAt],
    LAST_ALTERED: [instant, ({ table, constraint }) => constraint.createdAt ?? table.createdAt],
  },
);

function referenced({ constraint }: ConstraintItem): string[] {
  return parseObjectName(constraint.references!.table).map((part) => part.name);
}

function primaryKeyName(one: ConstraintItem, { engine }: Session): string | null {
  const [database, schema, name] = referenced(one);
  const table = engine.catalog.find(['TABLE'], database!, schema!, name!);
  return table?.constraints.find(({ type }) => type === 'PRIMARY KEY')?.name ?? null;
}

function rule(constraint: TableConstraint, event: 'UPDATE' | 'DELETE'): string {
  const written = constraint.properties?.find((property) => property.startsWith(`ON ${event} `));
  return written?.slice(`ON ${event} `.length) ?? 'NO ACTION';
}

export const informationObjects: Record<string, Listing> = {
  STAGES: stages,
  PIPES: pipes,
  FILE_FORMATS: fileFormats,
  SEQUENCES: sequences,
  TABLE_CONSTRAINTS: tableConstraints,
  REFERENTIAL_CONSTRAINTS: referentialConstraints,
};
