import type { Definitions } from '../../migrate/drift/definitions.ts';
import { findDrift } from '../../migrate/drift/drift.ts';
import type { ColumnProfile, DataProfile } from './profile.ts';

/** An object that the change makes, drops or defines in another way. */
export interface SchemaChange {
  /** Type and SCHEMA.NAME. */
  object: string;
  change: 'added' | 'dropped' | 'changed';
  /** Lines of its definition that go (`-`), come (`+`) and stay (` `). */
  diff: string[];
}

/** A table or view whose content is another after the change. */
export interface DataChange {
  object: string;
  /** Null where the object does not exist. */
  rows: { before: number | null; after: number | null };
  columns: { name: string; before: ColumnProfile | null; after: ColumnProfile | null }[];
}

/** Objects are compared without the name of their database. */
export function schemaChanges(before: Definitions, after: Definitions): SchemaChange[] {
  return findDrift(before, after).map(({ object, state, diff }) => ({
    object: object.replace(/^((?:[A-Z]+ )+)(?:"(?:[^"]|"")+"|[^."]+)\./, '$1'),
    change: state === 'missing' ? 'dropped' : state === 'unexpected' ? 'added' : 'changed',
    diff,
  }));
}

export function dataChanges(before: DataProfile, after: DataProfile): DataChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((object) => {
    const [old, now] = [before.get(object), after.get(object)];
    const columns = [...new Set([...(old?.columns.keys() ?? []), ...(now?.columns.keys() ?? [])])]
      .map((name) => ({
        name,
        before: old?.columns.get(name) ?? null,
        after: now?.columns.get(name) ?? null,
      }))
      .filter((column) => !isSame(column.before, column.after));
    const rows = { before: old?.rows ?? null, after: now?.rows ?? null };
    return rows.before === rows.after && columns.length === 0 ? [] : [{ object, rows, columns }];
  });
}

function isSame(a: ColumnProfile | null, b: ColumnProfile | null): boolean {
  if (a === null || b === null) return a === b;
  return a.nulls === b.nulls && a.distinct === b.distinct && a.min === b.min && a.max === b.max;
}
