import type { Expression, Identifier, ObjectName } from '../../../shared/sql/ast.ts';
import { parseObjectName } from '../../../shared/sql/parse.ts';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';

/** SCHEMA.NAME, the schema from the session where it is not written; null for IDENTIFIER(…), known at run time only. */
export function objectKey(name: ObjectName, schema: string): string | null {
  return name.kind === 'name' ? keyOfParts(name.parts, schema) : null;
}

export function keyOfParts(parts: readonly Identifier[], schema: string): string {
  return textKey(
    parts.map((part) => part.name),
    schema,
  );
}

/** The key of a name of parts joined by dots, as in a set of names. */
export function dottedKey(name: string, schema: string): string {
  return textKey(name.split('.'), schema);
}

/** The key of a name in a string, as in SYSTEM$STREAM_HAS_DATA('A.B'); null for anything else. */
export function stringKey(argument: Expression | undefined, schema: string): string | null {
  if (argument?.kind !== 'string') return null;
  try {
    return keyOfParts(parseObjectName(argument.value), schema);
  } catch (error) {
    if (error instanceof SnowflakeError) return null;
    throw error;
  }
}

/** The schema of a key. */
export function schemaOf(key: string): string {
  return key.slice(0, key.indexOf('.'));
}

function textKey(parts: readonly string[], schema: string): string {
  return parts.length === 1 ? `${schema}.${parts[0]}` : parts.slice(-2).join('.');
}
