import { UserError } from '../../shared/errors.ts';
import type { Statement } from '../../shared/sql/ast.ts';
import { parseObjectName } from '../../shared/sql/parse.ts';
import { SnowflakeError } from '../../shared/sql/snowflake-error.ts';

/** Where a name without database or schema is looked up; folded. */
export interface NameScope {
  database: string;
  schema: string;
}

/** The whole name, its parts quoted where SQL would need it. */
export function qualify({ database, schema }: NameScope, name: readonly string[], type = ''): string {
  if (type === 'DATABASE') return joinName(name);
  const whole = type === 'SCHEMA' ? [database] : [database, schema];
  return joinName([...whole.slice(0, Math.max(0, whole.length + 1 - name.length)), ...name]);
}

/** Where names are looked up after a statement. Creating a database or schema is to use it. */
export function scopeAfter(scope: NameScope, tree: Statement | null): NameScope {
  if (tree === null || (tree.kind !== 'use' && tree.kind !== 'createContainer') || tree.name.kind !== 'name')
    return scope;
  const parts = tree.name.parts.map((part) => part.name);
  const last = parts.at(-1) ?? '';
  if (tree.type === 'DATABASE') return { database: last, schema: 'PUBLIC' };
  if (tree.type !== 'SCHEMA') return scope;
  return { database: parts.length > 1 ? (parts[0] ?? '') : scope.database, schema: last };
}

/** Parts joined by dots, each quoted where SQL would need it. */
export function joinName(parts: readonly string[]): string {
  return parts
    .map((part) => (/^[A-Z_][A-Z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
    .join('.');
}

/** The parts of a name as Snowflake shows it or SQL writes it. */
export function nameParts(text: string): string[] {
  try {
    return parseObjectName(text).map((part) => part.name);
  } catch (error) {
    if (!(error instanceof SnowflakeError)) throw error;
    throw new UserError(`"${text}" is not a name`, { remedy: 'Write it as SQL does.', cause: error });
  }
}
