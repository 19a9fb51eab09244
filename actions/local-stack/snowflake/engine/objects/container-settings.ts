import type { Property } from '../../../../shared/sql/ast.ts';
import type { Position } from '../../../../shared/sql/position.ts';
import { compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { DatabaseRecord, SchemaRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import {
  booleanProperty,
  numberProperty,
  plainValue,
  property,
  requireKnown,
  stringProperty,
} from './properties.ts';
import { withoutTagNames, withTagProperty } from './tag.ts';

/** Settings that are recorded and shown; they change nothing here. Source: docs.snowflake.com, CREATE DATABASE, CREATE SCHEMA. */
const RECORDED = [
  'MAX_DATA_EXTENSION_TIME_IN_DAYS',
  'LOG_LEVEL',
  'TRACE_LEVEL',
  'METRIC_LEVEL',
  'SUSPEND_TASK_AFTER_NUM_FAILURES',
  'TASK_AUTO_RETRY_ATTEMPTS',
  'USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE',
  'USER_TASK_TIMEOUT_MS',
  'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS',
  'QUOTED_IDENTIFIERS_IGNORE_CASE',
  'REPLACE_INVALID_CHARACTERS',
  'STORAGE_SERIALIZATION_POLICY',
  'PIPE_EXECUTION_PAUSED',
];
/** Settings whose effect is not carried out, unless they are what holds anyway. */
const NEUTRAL: Record<string, string> = {
  QUOTED_IDENTIFIERS_IGNORE_CASE: 'false',
  REPLACE_INVALID_CHARACTERS: 'false',
  PIPE_EXECUTION_PAUSED: 'false',
  DEFAULT_DDL_COLLATION: '',
};

/** A database or schema with the settings of CREATE or ALTER … SET. */
export function withContainerSettings<Container extends DatabaseRecord | SchemaRecord>(
  container: Container,
  properties: Property[],
  session: Session,
): Container {
  const known = ['COMMENT', 'TAG', 'DATA_RETENTION_TIME_IN_DAYS', 'DEFAULT_DDL_COLLATION', ...RECORDED];
  if (container.kind === 'SCHEMA') known.push('MANAGED ACCESS');
  for (const { name, start } of properties)
    if (name === 'EXTERNAL_VOLUME' || name === 'CATALOG')
      throw notSupportedHere(`${name} of a ${container.kind.toLowerCase()}`, start);
  requireKnown(properties, known, container.kind);
  for (const { name, value, start } of properties) {
    const neutral = NEUTRAL[name];
    if (neutral !== undefined && String(plainValue(value)).toLowerCase() !== neutral)
      throw notSupportedHere(`${name} of a ${container.kind.toLowerCase()}`, start);
  }
  const retention = numberProperty(properties, 'DATA_RETENTION_TIME_IN_DAYS');
  const most = container.transient ? 1 : 90;
  if (retention !== undefined && (retention < 0 || retention > most))
    throw compilationError(
      '001008',
      '22023',
      `invalid value [${retention}] for parameter 'DATA_RETENTION_TIME_IN_DAYS'`,
      property(properties, 'DATA_RETENTION_TIME_IN_DAYS')!.value.start,
    );
  const recorded = properties.filter(({ name }) => RECORDED.includes(name));
  const managed = booleanProperty(properties, 'MANAGED ACCESS');
  const settled = {
    ...container,
    comment: stringProperty(properties, 'COMMENT') ?? container.comment,
    retentionDays: retention ?? container.retentionDays,
    properties: {
      ...container.properties,
      ...Object.fromEntries(recorded.map(({ name, value }) => [name, plainValue(value)])),
    },
    ...(managed === undefined ? {} : { managedAccess: managed }),
  };
  return withTagProperty(settled, property(properties, 'TAG'), session);
}

/** ALTER DATABASE | SCHEMA … UNSET */
export function withoutContainerSettings<Container extends DatabaseRecord | SchemaRecord>(
  container: Container,
  names: string[],
  session: Session,
  position: Position,
): Container {
  const known = ['COMMENT', 'DATA_RETENTION_TIME_IN_DAYS', 'DEFAULT_DDL_COLLATION', ...RECORDED];
  const other = names.find((name) => !known.includes(name) && !name.startsWith('TAG '));
  if (other !== undefined) throw notSupportedHere(`ALTER ${container.kind} … UNSET ${other}`, position);
  const properties = { ...container.properties };
  for (const name of names) delete properties[name];
  const settled = {
    ...container,
    ...(names.includes('COMMENT') ? { comment: '' } : {}),
    ...(names.includes('DATA_RETENTION_TIME_IN_DAYS') ? { retentionDays: null } : {}),
    properties,
  };
  return withoutTagNames(settled, names, session);
}
