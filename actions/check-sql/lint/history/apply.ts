import { tableUses } from '../../../migrate/table-uses.ts';
import type { CreateObject, Drop, Property, StageLocation } from '../../../shared/sql/ast.ts';
import { numberOf, propertyOf } from '../properties.ts';
import type { LintStatement } from '../sources.ts';
import { alterTable, alterView, createTable } from './apply-table.ts';
import { alterTask, createTask, resumeGraph } from './apply-task.ts';
import { dottedKey, keyOfParts, objectKey, stringKey } from './names.ts';
import type { LoadState, WarehouseState, WriteKind } from './state.ts';

/** Brings the state to what it is after a statement. */
export function applyStatement(state: WarehouseState, statement: LintStatement): void {
  const { tree } = statement;
  const place = { statement, node: tree };
  const key = 'name' in tree && tree.name !== null && typeof tree.name === 'object' ? keyOf(tree.name) : null;
  countWrites(state, statement);
  switch (tree.kind) {
    case 'use':
      if (tree.type === 'SCHEMA' && tree.name.kind === 'name')
        state.currentSchema = tree.name.parts.at(-1)?.name ?? state.currentSchema;
      return;
    case 'createContainer': {
      const name = tree.name.kind === 'name' ? tree.name.parts.at(-1)?.name : undefined;
      if (name === undefined) return;
      if (tree.type === 'SCHEMA') {
        if (tree.orReplace) forgetSchema(state, name);
        state.schemas.set(name, retentionOf(tree.properties));
      }
      // Snowflake goes to what it has created.
      state.currentSchema = tree.type === 'SCHEMA' ? name : 'PUBLIC';
      return;
    }
    case 'createTable':
      if (key !== null) createTable(state, key, statement, tree);
      return;
    case 'createView':
      if (key !== null) {
        const reads = new Set([...usesOf(statement).reads].filter((name) => name !== key));
        state.views.set(key, { ...place, node: tree.name, reads });
      }
      return;
    case 'createStream':
      if (key !== null && !(tree.ifNotExists && state.streams.has(key))) {
        const only = ['APPEND_ONLY', 'INSERT_ONLY'].some((name) => isTrue(propertyOf(tree.properties, name)));
        state.streams.set(key, { ...place, node: tree.name, source: keyOf(tree.source), appendOnly: only });
      }
      return;
    case 'createTask':
      if (key !== null) createTask(state, key, statement, tree, usesOf(statement));
      return;
    case 'alterTask':
      if (key !== null) alterTask(state, key, tree, usesOf(statement));
      return;
    case 'createPipe':
      if (key !== null && !(tree.ifNotExists && state.pipes.has(key)))
        state.pipes.set(key, { ...place, ...loadOf(tree.copy) });
      return;
    case 'copyIntoTable':
      state.copies.push({ ...place, ...loadOf(tree) });
      return;
    case 'createObject':
      if (key !== null) createObject(state, key, statement, tree);
      return;
    case 'alterTable':
      if (key !== null) alterTable(state, key, statement, tree);
      return;
    case 'alterObject':
      if (key !== null) alterView(state, key, statement, tree);
      return;
    case 'drop':
      drop(state, tree, key);
      return;
    case 'grant': {
      const on = tree.on?.name ?? null;
      if (on !== null && !tree.revoke && /^(?:TABLE|VIEW)$/.test(tree.on?.type ?? ''))
        state.grants.add(keyOf(on) ?? '');
      return;
    }
    case 'select':
      for (const call of statement.nodes.of('call')) {
        if (call.name.at(-1)?.name !== 'SYSTEM$TASK_DEPENDENTS_ENABLE') continue;
        const root = stringKey(call.args[0], state.currentSchema);
        if (root !== null) resumeGraph(state, root);
      }
      return;
    case 'insert':
    case 'multiInsert':
    case 'update':
    case 'delete':
    case 'merge':
      state.readsByMigrations.push({ ...place, reads: usesOf(statement).reads });
  }

  function keyOf(name: Parameters<typeof objectKey>[0]): string | null {
    return objectKey(name, state.currentSchema);
  }
  function usesOf({ tree: whole }: LintStatement): { reads: Set<string>; writes: Set<string> } {
    const { reads, writes } = tableUses(whole);
    const keys = (names: Set<string>) =>
      new Set([...names].map((name) => dottedKey(name, state.currentSchema)));
    return { reads: keys(reads), writes: keys(writes) };
  }
  function loadOf(
    copy: Extract<LintStatement['tree'], { kind: 'copyIntoTable' }>,
  ): Pick<LoadState, 'target' | 'location'> {
    const location = copy.source.kind === 'query' ? statement.nodes.of('stage')[0]?.location : copy.source;
    return { target: keyOf(copy.target), location: locationKey(location, state.currentSchema) };
  }
}

/** A stage and the path in it, or an address. */
function locationKey(location: StageLocation | undefined, schema: string): string | null {
  switch (location?.kind) {
    case 'namedStage':
      return `@${keyOfParts(location.stage, schema)}/${location.path}`;
    case 'tableStage':
      return `@%${keyOfParts(location.table, schema)}/${location.path}`;
    case 'url':
      return location.url;
    default:
      return null;
  }
}

function createObject(
  state: WarehouseState,
  key: string,
  statement: LintStatement,
  tree: CreateObject,
): void {
  if (tree.type !== 'STAGE') return;
  const hasFileFormat = propertyOf(tree.properties, 'FILE_FORMAT') !== undefined;
  state.stages.set(key, { statement, node: tree.name, hasFileFormat });
}

const WRITES: readonly WriteKind[] = [
  'insert',
  'multiInsert',
  'update',
  'delete',
  'merge',
  'truncate',
  'copyIntoTable',
];

function countWrites(state: WarehouseState, { nodes }: LintStatement): void {
  for (const kind of WRITES) {
    for (const node of nodes.of(kind)) {
      const targets =
        node.kind === 'multiInsert'
          ? node.branches.flatMap(({ into }) => into.map(({ target }) => target))
          : [node.target];
      for (const target of targets) {
        const key = objectKey(target, state.currentSchema);
        if (key !== null) state.writes.set(key, (state.writes.get(key) ?? new Set()).add(kind));
      }
    }
  }
}

function drop(state: WarehouseState, tree: Drop, key: string | null): void {
  if (key === null) return;
  switch (tree.type) {
    case 'TABLE':
    case 'DYNAMIC TABLE':
      state.tables.delete(key);
      state.views.delete(key);
      state.grants.delete(key);
      return;
    case 'VIEW':
    case 'MATERIALIZED VIEW':
      state.views.delete(key);
      state.grants.delete(key);
      return;
    case 'STREAM':
      state.streams.delete(key);
      return;
    case 'TASK':
      state.tasks.delete(key);
      for (const task of state.tasks.values()) task.after.delete(key);
      return;
    case 'PIPE':
      state.pipes.delete(key);
      return;
    case 'STAGE':
      state.stages.delete(key);
      return;
    case 'SCHEMA': {
      const name = tree.name.kind === 'name' ? tree.name.parts.at(-1)?.name : undefined;
      if (name !== undefined) forgetSchema(state, name);
    }
  }
}

function forgetSchema(state: WarehouseState, schema: string): void {
  const { tables, views, streams, tasks, pipes, stages } = state;
  for (const objects of [tables, views, streams, tasks, pipes, stages])
    for (const key of objects.keys()) if (key.startsWith(`${schema}.`)) objects.delete(key);
}

function retentionOf(properties: readonly Property[]) {
  return {
    days: numberOf(propertyOf(properties, 'DATA_RETENTION_TIME_IN_DAYS')),
    extension: numberOf(propertyOf(properties, 'MAX_DATA_EXTENSION_TIME_IN_DAYS')),
  };
}

function isTrue(value: Property['value'] | undefined): boolean {
  return value?.kind === 'boolean' && value.value;
}
