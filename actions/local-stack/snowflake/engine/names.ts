import type { ObjectName } from '../../../shared/sql/ast.ts';
import { parseObjectName } from '../../../shared/sql/parse.ts';
import { compilationError, doesNotExist, SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import { bindExpression } from '../bind/expression.ts';
import { createScope } from '../bind/scope.ts';
import { createBindContext } from './bind-context.ts';
import type { RecordKind, RecordOfKind } from './objects.ts';
import type { Run, Session } from './session.ts';

/** A full name: database, schema, name. Account-level objects have only a name. */
export interface FullName {
  database: string;
  schema: string;
  name: string;
}

/** The folded parts of a name as written; `IDENTIFIER(…)` is evaluated. */
export function nameParts(name: ObjectName, session: Session, run: Run): string[] {
  if (name.kind === 'name') return name.parts.map((part) => part.name);
  const context = createBindContext(session, run);
  const bound = bindExpression(name.argument, createScope(context));
  if (typeof bound.constant !== 'string') {
    throw compilationError(
      '001015',
      '22023',
      'IDENTIFIER() takes a string literal, a session variable or a bind',
      name.start,
    );
  }
  return parseObjectName(bound.constant).map((part) => part.name);
}

/**
 * Completes one to three parts with the session's database and schema.
 * @throws SnowflakeError 090105 when the session has no database (or schema) to complete it with
 */
export function fullName(
  parts: string[],
  session: { database: string | null; schema: string | null },
): FullName {
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2) ?? session.schema;
  const database = parts.at(-3) ?? session.database;
  if (database === null) {
    throw new SnowflakeError(
      '090105',
      '22000',
      "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.",
    );
  }
  if (schema === null) {
    throw new SnowflakeError(
      '090106',
      '22000',
      "Cannot perform operation. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.",
    );
  }
  return { database, schema, name };
}

/** The full name of a schema-level object as written. */
export function resolveName(name: ObjectName, session: Session, run: Run): FullName {
  return fullName(nameParts(name, session, run), session);
}

/** `DB.SCHEMA.NAME`, quoted where folding would change a part. */
export function formatName(name: { database: string | null; schema: string | null; name: string }): string {
  return [name.database, name.schema, name.name]
    .filter((part) => part !== null)
    .map(formatIdentifier)
    .join('.');
}

/** An identifier as it must be written to mean this name. */
export function formatIdentifier(name: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Checks that database and schema of a new object exist. @throws doesNotExist */
export function requireSchema(session: Session, name: { database: string; schema: string }): void {
  const { catalog } = session.engine;
  if (catalog.find(['DATABASE'], null, null, name.database) === undefined)
    throw doesNotExist('Database', name.database);
  // Every database has its INFORMATION_SCHEMA, in which nothing can be created.
  if (catalog.find(['SCHEMA'], name.database, null, name.schema) === undefined) {
    throw doesNotExist('Schema', formatName({ database: null, schema: name.database, name: name.schema }));
  }
}

/** The live schema-level object of a kind. @throws doesNotExist with the word Snowflake uses for the kind */
export function findObject<Kind extends RecordKind>(
  kinds: readonly Kind[],
  name: ObjectName,
  session: Session,
  run: Run,
): RecordOfKind<Kind> {
  const full = resolveName(name, session, run);
  const found = session.engine.catalog.find(kinds, full.database, full.schema, full.name, session.id);
  if (found !== undefined) return found;
  throw doesNotExist(kindWord(kinds), formatName(full), name.start);
}

function kindWord(kinds: readonly RecordKind[]): string {
  const kind = kinds.length === 1 ? kinds[0]! : 'OBJECT';
  return kind === 'FILE FORMAT' ? 'File format' : kind.charAt(0) + kind.slice(1).toLowerCase();
}

/** The last part of a name, for account-level objects. */
export function singleName(name: ObjectName, session: Session, run: Run): string {
  const parts = nameParts(name, session, run);
  if (parts.length !== 1) {
    throw compilationError('001003', '42000', `'${parts.join('.')}' must be a name of one part`, name.start);
  }
  return parts[0]!;
}

/** The session's database. @throws SnowflakeError 090105 */
export function requireDatabase(session: Session): string {
  return fullName(['', ''], session).database;
}
