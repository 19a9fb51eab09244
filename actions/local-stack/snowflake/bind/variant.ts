import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Bound } from './bound.ts';
import { asInteger, asVarchar } from './cast.ts';
import { literal, VARIANT } from './literal.ts';
import { once, quote, value } from './value.ts';

/**
 * `base:a.b[0]`: SQL NULL when any step is missing. A text segment is an object's key, exact in case; a number an
 * array's index from 0, negative ones missing. Source: "Querying semi-structured data".
 */
export function pathAccess(base: Bound, segments: (string | Bound)[]): Bound {
  if (base.type.name !== 'VARIANT' && base.type.name !== 'OBJECT' && base.type.name !== 'ARRAY') {
    throw new SnowflakeError(
      '001007',
      '22023',
      `SQL compilation error:\ninvalid type [GET(${base.type.name})] for parameter 'GET'`,
    );
  }
  let result = base;
  let fixed = '';
  const flush = (): void => {
    if (fixed !== '') result = value(`json_extract(${result.sql}, ${quote(`$${fixed}`)})`, VARIANT, result);
    fixed = '';
  };
  for (const segment of segments) {
    const step = typeof segment === 'string' ? keyStep(segment) : constantStep(segment);
    if (step !== undefined) {
      fixed += step;
      continue;
    }
    flush();
    result = dynamicStep(result, segment as Bound);
  }
  flush();
  return result;
}

function keyStep(key: string): string | undefined {
  return /^[^"\\*]+$/.test(key) ? `."${key}"` : undefined;
}

function constantStep(segment: Bound): string | undefined {
  const { constant } = segment;
  if (typeof constant === 'string') return keyStep(constant);
  if (typeof constant === 'bigint' && constant >= 0n) return `[${constant}]`;
  return undefined;
}

/** A key or an index known only at run time, or a key that DuckDB's paths cannot write. A key goes as a JSON pointer, in which ~ and / are escaped. */
function dynamicStep(base: Bound, segment: Bound | string): Bound {
  if (typeof segment === 'string') return dynamicStep(base, literal(segment));
  if (segment.type.name === 'NUMBER' || segment.type.name === 'FLOAT') {
    const index = asInteger(segment);
    const sql = once(
      [base.sql, index.sql],
      (json, at) =>
        `CASE WHEN ${at} >= 0 AND json_type(${json}) = 'ARRAY' THEN json_extract(${json}, ${at}::BIGINT) END`,
    );
    return value(sql, VARIANT, base, index);
  }
  const key = asVarchar(segment);
  const sql = once(
    [base.sql, key.sql],
    (json, name) =>
      `CASE WHEN json_type(${json}) = 'OBJECT' THEN json_extract(${json}, '/' || replace(replace(${name}, '~', '~0'), '/', '~1')) END`,
  );
  return value(sql, VARIANT, base, key);
}
