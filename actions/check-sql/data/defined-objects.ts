import { objectKey } from '../lint/history/names.ts';
import type { ParsedStatement } from '../parse-migrations.ts';

/** What a CREATE of the migrations makes: the last one of a name counts. */
export type DefinedObjects = Map<string, ParsedStatement>;

/** Objects by SCHEMA.NAME; tables, views, stages, pipes, tasks and streams. */
export function definedObjects(statements: readonly ParsedStatement[]): DefinedObjects {
  const objects: DefinedObjects = new Map();
  let schema = 'PUBLIC';
  for (const parsed of statements) {
    const { tree } = parsed;
    if (tree.kind === 'use' && tree.type === 'SCHEMA' && tree.name.kind === 'name')
      schema = tree.name.parts.at(-1)?.name ?? schema;
    const isDefinition = KINDS.has(tree.kind) || (tree.kind === 'createObject' && tree.type === 'STAGE');
    if (!isDefinition || !('name' in tree)) continue;
    const key = objectKey(tree.name as Parameters<typeof objectKey>[0], schema);
    if (key !== null) objects.set(key, parsed);
  }
  return objects;
}

const KINDS: ReadonlySet<string> = new Set([
  'createTable',
  'createView',
  'createStream',
  'createTask',
  'createPipe',
]);
