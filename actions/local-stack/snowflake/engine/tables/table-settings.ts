import type { Property } from '../../../../shared/sql/ast.ts';
import { compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import {
  booleanProperty,
  numberProperty,
  property,
  requireKnown,
  stringProperty,
} from '../objects/properties.ts';
import type { TableRecord } from '../objects.ts';

const KNOWN = [
  'DATA_RETENTION_TIME_IN_DAYS',
  'MAX_DATA_EXTENSION_TIME_IN_DAYS',
  'CHANGE_TRACKING',
  'ENABLE_SCHEMA_EVOLUTION',
  'DEFAULT_DDL_COLLATION',
];
/** Settings of the documentation that would change what a load or a query does. */
const REFUSED = ['STAGE_FILE_FORMAT', 'STAGE_COPY_OPTIONS', 'ERROR_LOGGING', 'ROW_TIMESTAMP'];

/** The settings of a table that properties give, with Snowflake's defaults. Source: docs.snowflake.com, CREATE TABLE. */
export function tableSettings(
  properties: Property[],
  lifetime: TableRecord['lifetime'],
): Pick<TableRecord, 'retentionDays' | 'changeTracking' | 'properties'> {
  for (const { name, start } of properties) {
    if (REFUSED.includes(name)) throw notSupportedHere(`${name} of a table`, start);
  }
  // Tags and the row access policy are for the caller, who knows the columns.
  requireKnown(properties, [...KNOWN, 'TAG', 'ROW ACCESS POLICY'], 'TABLE');
  const collation = property(properties, 'DEFAULT_DDL_COLLATION');
  if (collation !== undefined && stringProperty(properties, 'DEFAULT_DDL_COLLATION') !== '')
    throw notSupportedHere('DEFAULT_DDL_COLLATION', collation.start);
  if (booleanProperty(properties, 'ENABLE_SCHEMA_EVOLUTION') === true) {
    throw notSupportedHere(
      'ENABLE_SCHEMA_EVOLUTION = TRUE',
      property(properties, 'ENABLE_SCHEMA_EVOLUTION')!.start,
    );
  }
  const extension = days(properties, 'MAX_DATA_EXTENSION_TIME_IN_DAYS', 90);
  return {
    retentionDays: days(properties, 'DATA_RETENTION_TIME_IN_DAYS', lifetime === 'PERMANENT' ? 90 : 1) ?? null,
    changeTracking: booleanProperty(properties, 'CHANGE_TRACKING') ?? false,
    properties: extension === undefined ? {} : { MAX_DATA_EXTENSION_TIME_IN_DAYS: String(extension) },
  };
}

function days(properties: Property[], name: string, most: number): number | undefined {
  const value = numberProperty(properties, name);
  if (value !== undefined && (!Number.isInteger(value) || value < 0 || value > most)) {
    throw compilationError(
      '001008',
      '22023',
      `invalid value [${value}] for parameter '${name}'`,
      property(properties, name)!.value.start,
    );
  }
  return value;
}
