import type { Statement } from '../../shared/sql/ast.ts';
import type { MigrationFile, MigrationStatement } from '../migration-files.ts';
import type { PendingMigration } from '../plan.ts';
import { type NameScope, nameParts, qualify, scopeAfter } from './name-scope.ts';
import type { LiveStream, LiveTask } from './pipeline-objects.ts';
import { type EffectKind, effectOf, treeOf } from './statement-effect.ts';

/** A statement of a pending migration and what it means. */
export interface PlannedStatement {
  migration: MigrationFile;
  statement: MigrationStatement;
  tree: Statement | null;
  /** Where the names in it are looked up. */
  scope: NameScope;
  kind: EffectKind;
  /** Names are whole, quoted where SQL needs it. */
  objects: { type: string; name: string }[];
  /** What is lost, a phrase each. */
  destroys: string[];
}

/** A stream that a statement breaks and the tasks that consume it. */
export interface BrokenStream {
  stream: string;
  consumers: string[];
}

/**
 * Every statement that is to run with what it means, each parsed once. What a migration drops or replaces after it has
 * created it itself is no loss. `database` is folded.
 */
export function planStatements(pending: readonly PendingMigration[], database: string): PlannedStatement[] {
  return pending.flatMap(({ migration, from }) => {
    let scope: NameScope = { database, schema: 'PUBLIC' };
    const own = new Set<string>();
    const planned: PlannedStatement[] = [];
    for (const statement of migration.statements) {
      const tree = treeOf(statement.text);
      const { kind, objects, destroys } = effectOf(tree, statement.text);
      const here = scope;
      const named = objects.map(({ type, name }) => ({ type, name: qualify(here, name, type) }));
      scope = scopeAfter(scope, tree);
      const isOwn = named.length > 0 && named.every((object) => own.has(keyOf(object)));
      if (kind === 'create' && !isConditional(tree)) for (const object of named) own.add(keyOf(object));
      if (statement.number < from) continue;
      planned.push({
        migration,
        statement,
        tree,
        scope: here,
        kind,
        objects: named,
        destroys: isOwn ? [] : destroys,
      });
    }
    return planned;
  });
}

/** It may find what was there before. */
function isConditional(tree: Statement | null): boolean {
  return tree !== null && 'ifNotExists' in tree && tree.ifNotExists;
}

function keyOf({ type, name }: { type: string; name: string }): string {
  return `${type} ${name}`;
}

/** Whether any of them could break a stream: then it is worth asking which there are. */
export function mayBreakStreams(statements: readonly PlannedStatement[]): boolean {
  return statements.some(
    ({ kind, objects }) => isBreaking(kind) && objects.some(({ type }) => SOURCES.has(type)),
  );
}

/** What streams are on, or what holds such things. */
const SOURCES: ReadonlySet<string> = new Set([
  'TABLE',
  'VIEW',
  'MATERIALIZED VIEW',
  'DYNAMIC TABLE',
  'EXTERNAL TABLE',
  'STAGE',
  'SCHEMA',
]);

/**
 * Streams that a statement makes useless: its source is replaced or dropped. A rename does not break a stream.
 * Source: docs.snowflake.com, "CREATE STREAM", usage notes. Streams that pending statements make and drop count too.
 */
export function brokenStreams(
  statements: readonly PlannedStatement[],
  live: { streams: readonly LiveStream[]; tasks: readonly LiveTask[] },
): Map<PlannedStatement, BrokenStream[]> {
  const sources = new Map(live.streams.map(({ name, source }) => [name, source]));
  const broken = new Map<PlannedStatement, BrokenStream[]>();
  for (const planned of statements) {
    const { tree, kind, objects, scope } = planned;
    if (isBreaking(kind)) {
      const hit = [...sources].filter(([stream, source]) =>
        objects.some(
          ({ type, name }) =>
            SOURCES.has(type) &&
            (type === 'SCHEMA'
              ? source.startsWith(`${name}.`) && !stream.startsWith(`${name}.`)
              : source === name),
        ),
      );
      if (hit.length > 0)
        broken.set(
          planned,
          hit.map(([stream]) => ({ stream, consumers: consumersOf(stream, live.tasks) })),
        );
    }
    for (const { type, name } of objects) {
      if (kind === 'drop' && type === 'STREAM') sources.delete(name);
      if (tree?.kind === 'createStream' && tree.source.kind === 'name')
        sources.set(
          name,
          qualify(
            scope,
            tree.source.parts.map((part) => part.name),
          ),
        );
    }
  }
  return broken;
}

function isBreaking(kind: EffectKind): boolean {
  return kind === 'replace' || kind === 'drop';
}

/** Tasks whose condition or body has the stream's name in it. */
function consumersOf(stream: string, tasks: readonly LiveTask[]): string[] {
  const last = nameParts(stream).at(-1) ?? '';
  const word = new RegExp(`(?<![\\w$])${last.replace(/[$^*+?.()|[\]{}\\]/g, '\\$&')}(?![\\w$])`, 'i');
  return tasks.filter(({ text }) => word.test(text)).map(({ name }) => name);
}
