import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import { formatType } from '../../../../shared/sql/types.ts';
import type { Bound, RelationSource } from '../../bind/bound.ts';
import { columns, instant, integer, rowsRelation, text } from '../dml/rows-relation.ts';
import { objectNamed } from '../engine-functions.ts';
import { VALUE_COLUMN } from '../external-tables/external-columns.ts';
import { type ExternalRecord, isExternal } from '../external-tables/external-record.ts';
import { formatIdentifier } from '../names.ts';
import type { Session } from '../session.ts';
import { effectiveFormat } from '../stages/file-format.ts';
import { constant, type Listing, listing, type Place, placed, visibleTables } from './listing.ts';
import { type DdlName, literal } from './object-ddl.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/show-external-tables */
export const externalTables: Listing = listing<ExternalRecord>(
  visibleExternal,
  {
    ...placed<ExternalRecord>(),
    invalid: [text, (one, session) => String(!hasStage(one, session))],
    invalid_reason: [text, (one, session) => (hasStage(one, session) ? null : 'Stage dropped')],
    owner: [text, (one) => one.owner],
    comment: [text, (one) => one.comment],
    stage: [text, ({ external }) => external.stageName],
    location: [text, locationText],
    file_format_name: [text, ({ external }) => external.fileFormat.name],
    file_format_type: [text, formatTypeOf],
    cloud: constant('AWS'),
    region: constant(null),
    notification_channel: constant(null),
    last_refreshed_on: [instant, ({ external }) => external.refreshedAt],
    table_format: constant('UNSPECIFIED'),
    last_refresh_details: constant(null),
    owner_role_type: constant('ROLE'),
  },
  { kind: () => 'EXTERNAL TABLE' },
);

/** https://docs.snowflake.com/en/sql-reference/info-schema/external_tables */
export const informationExternalTables: Listing = listing<ExternalRecord>(visibleExternal, {
  TABLE_CATALOG: [text, (one) => one.database],
  TABLE_SCHEMA: [text, (one) => one.schema],
  TABLE_NAME: [text, (one) => one.name],
  TABLE_OWNER: [text, (one) => one.owner],
  CREATED: [instant, (one) => one.createdAt],
  LAST_ALTERED: [instant, (one) => one.external.refreshedAt ?? one.createdAt],
  LAST_DDL: [instant, (one) => one.createdAt],
  LAST_DDL_BY: constant(null),
  COMMENT: [text, (one) => one.comment],
  LOCATION: [text, locationText],
  FILE_FORMAT_NAME: [text, ({ external }) => external.fileFormat.name],
  FILE_FORMAT_TYPE: [text, formatTypeOf],
});

/** `create or replace external table …`, each column on its own line, then what it reads. */
export function externalTableDdl(table: ExternalRecord, name: DdlName): string {
  const { external } = table;
  const lines = table.columns
    .filter((column) => column.name !== VALUE_COLUMN.name)
    .map(
      (column) => `${formatIdentifier(column.name)} ${formatType(column.type)} AS (${column.computed ?? ''})`,
    );
  const { name: named, options } = external.fileFormat;
  const format =
    named === null
      ? Object.entries(options).map(([option, value]) => `${option}=${optionText(value)}`)
      : [`FORMAT_NAME=${literal(named)}`];
  const clauses = [
    ...(external.partitionBy.length === 0
      ? []
      : [`partition by (${external.partitionBy.map(formatIdentifier).join(', ')})`]),
    `location=${locationText(table)}`,
    `auto_refresh=${external.autoRefresh}`,
    ...(external.pattern === null ? [] : [`pattern=${literal(external.pattern)}`]),
    `file_format=(${format.join(' ')})`,
    ...(table.comment === '' ? [] : [`comment=${literal(table.comment)}`]),
  ];
  const list = lines.length === 0 ? '' : `(\n\t${lines.join(',\n\t')}\n)`;
  return `create or replace external table ${name(table)}${list}\n${clauses.join('\n')}\n;`;
}

/** TABLE(INFORMATION_SCHEMA.EXTERNAL_TABLE_FILES(TABLE_NAME => '…')). Source: its documentation page. */
export function externalTableFiles(named: Map<string, Bound>, session: Session): RelationSource {
  const name = String(named.get('TABLE_NAME')?.constant ?? '');
  const table = objectNamed('TABLE', name, session);
  if (!isExternal(table))
    throw compilationError(
      '002203',
      '42601',
      `Object found is of type 'TABLE', not specified type 'EXTERNAL TABLE'.`,
    );
  const header = columns({
    FILE_NAME: text,
    REGISTERED_ON: instant,
    FILE_SIZE: integer,
    LAST_MODIFIED: instant,
    ETAG: text,
    MD5: text,
  });
  return rowsRelation(
    header,
    table.external.files.map((file) => [
      file.name,
      file.registeredAt,
      file.size,
      file.lastModified,
      file.etag,
      file.etag,
    ]),
  );
}

function visibleExternal(session: Session, place: Place): ExternalRecord[] {
  return visibleTables(session, place).filter(isExternal);
}

function hasStage({ external }: ExternalRecord, { engine }: Session): boolean {
  return engine.catalog.get(external.stageId)?.droppedAt === null;
}

function locationText({ external }: ExternalRecord): string {
  return `@${external.stageName}/${external.path}`;
}

function formatTypeOf({ external }: ExternalRecord, session: Session): string {
  return effectiveFormat(external.fileFormat, session).type;
}

function optionText(value: unknown): string {
  if (typeof value === 'string') return /^[A-Z]+$/.test(value) ? value : literal(value);
  return Array.isArray(value) ? `(${value.map((one) => literal(String(one))).join(', ')})` : String(value);
}
