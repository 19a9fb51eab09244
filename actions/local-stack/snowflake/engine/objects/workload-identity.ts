import type { PropertyValue } from '../../../../shared/sql/ast.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import { plainValue } from './properties.ts';

const PROPERTIES = ['TYPE', 'ISSUER', 'SUBJECT', 'OIDC_AUDIENCE_LIST', 'ARN'];
const TYPES = ['OIDC', 'AWS', 'AZURE', 'GCP'];

/**
 * A user's `WORKLOAD_IDENTITY = (TYPE = OIDC ISSUER = '…' SUBJECT = '…')` as the catalog keeps it: a list of
 * `NAME=value`, audiences with commas between them. Source: docs.snowflake.com, CREATE USER.
 */
export function workloadIdentity(value: PropertyValue): string[] {
  if (value.kind !== 'properties') {
    throw compilationError('001008', '22023', "invalid value for property 'WORKLOAD_IDENTITY'", value.start);
  }
  for (const { name, start } of value.properties) {
    if (!PROPERTIES.includes(name))
      throw compilationError('001420', '22023', `invalid property '${name}' for 'WORKLOAD_IDENTITY'`, start);
  }
  const plain = new Map(value.properties.map((property) => [property.name, plainValue(property.value)]));
  if (!TYPES.includes(String(plain.get('TYPE')).toUpperCase()))
    throw compilationError('002029', '42601', 'Missing option(s): [TYPE] of WORKLOAD_IDENTITY', value.start);
  return [...plain].map(([name, text]) => `${name}=${Array.isArray(text) ? text.join(',') : text}`);
}
