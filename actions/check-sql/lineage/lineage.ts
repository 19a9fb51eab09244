import { tableUses } from '../../migrate/table-uses.ts';
import { walk } from '../../shared/sql/walk.ts';
import { type DefinedObjects, definedObjects } from '../data/defined-objects.ts';
import { dottedKey, keyOfParts, objectKey } from '../lint/history/names.ts';
import type { ParsedStatement } from '../parse-migrations.ts';
import { type ColumnLineage, columnLineage } from './column-lineage.ts';

export type LineageKind = 'stage' | 'pipe' | 'table' | 'stream' | 'task' | 'view';

/** How data flows through the objects that migrations make. */
export interface Lineage {
  /** By SCHEMA.NAME. What the migrations read but do not make is a table. */
  nodes: { name: string; kind: LineageKind; isChanged: boolean }[];
  edges: { from: string; to: string }[];
  /** Columns that are computed otherwise than before, and from which they are now. */
  changedColumns: { column: string; by: string; from: string[] }[];
}

/** Of the migrations; compared with those of the previous release, where there are some. */
export function readLineage(
  statements: readonly ParsedStatement[],
  base?: readonly ParsedStatement[],
): Lineage {
  const objects = definedObjects(statements);
  const before = base === undefined ? undefined : definedObjects(base);
  const kinds = new Map<string, LineageKind>();
  const edges = new Map<string, { from: string; to: string }>();
  for (const [name, { tree }] of objects) kinds.set(name, kindOf(tree.kind));
  const add = (from: string, to: string): void => {
    for (const name of [from, to]) if (!kinds.has(name)) kinds.set(name, 'table');
    if (from !== to) edges.set(`${from}\n${to}`, { from, to });
  };
  for (const [name] of objects) addEdges(name, objects, add);
  const isChanged = (name: string): boolean =>
    before !== undefined &&
    objects.has(name) &&
    before.get(name)?.statement.text !== objects.get(name)?.statement.text;
  const linked = new Set([...edges.values()].flatMap(({ from, to }) => [from, to]));
  return {
    nodes: [...kinds]
      .map(([name, kind]) => ({ name, kind, isChanged: isChanged(name) }))
      .filter(({ name, kind, isChanged: changed }) => linked.has(name) || (changed && kind !== 'stage')),
    edges: [...edges.values()],
    changedColumns: before === undefined ? [] : changedColumns(columnLineage(before), columnLineage(objects)),
  };
}

function addEdges(name: string, objects: DefinedObjects, add: (from: string, to: string) => void): void {
  const tree = objects.get(name)?.tree;
  const schema = name.split('.')[0] ?? '';
  if (tree === undefined) return;
  if (tree.kind === 'createStream') {
    const source = objectKey(tree.source, schema);
    if (source !== null) add(source, name);
    return;
  }
  if (
    tree.kind !== 'createTask' &&
    tree.kind !== 'createPipe' &&
    tree.kind !== 'createView' &&
    tree.kind !== 'createTable'
  )
    return;
  const uses = tableUses(tree);
  for (const read of uses.reads) add(dottedKey(read, schema), name);
  for (const target of uses.writes) add(name, dottedKey(target, schema));
  walk(tree, (node) => {
    const { kind, stage } = node as { kind?: string; stage?: Parameters<typeof keyOfParts>[0] };
    if (kind === 'namedStage' && stage !== undefined) add(keyOfParts(stage, schema), name);
    return true;
  });
}

function kindOf(kind: string): LineageKind {
  if (kind === 'createObject') return 'stage';
  const kinds: Record<string, LineageKind> = {
    createPipe: 'pipe',
    createStream: 'stream',
    createTask: 'task',
    createView: 'view',
  };
  return kinds[kind] ?? 'table';
}

function changedColumns(before: readonly ColumnLineage[], after: readonly ColumnLineage[]) {
  const old = new Map(before.map((one) => [`${one.column}\n${one.by}`, one.mark]));
  return after
    .filter(({ column, by, mark }) => old.get(`${column}\n${by}`) !== mark)
    .map(({ column, by, from }) => ({ column, by, from: [...from].sort() }));
}
