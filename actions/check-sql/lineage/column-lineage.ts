import type {
  CopyIntoTable,
  Insert,
  Merge,
  Query,
  Statement,
  TableExpression,
} from '../../shared/sql/ast.ts';
import type { DefinedObjects } from '../data/defined-objects.ts';
import { objectKey } from '../lint/history/names.ts';
import {
  type Columns,
  expressionOrigin,
  type FindTable,
  type Origin,
  queryColumns,
  scopeOf,
} from './query-columns.ts';

/** A column of a table or view, and the columns from which one object computes it. */
export interface ColumnLineage extends Origin {
  /** SCHEMA.TABLE.COLUMN */
  column: string;
  /** SCHEMA.NAME of the view, task or pipe that computes it. */
  by: string;
}

/** Every column that a view, a task or a pipe of the migrations computes. */
export function columnLineage(objects: DefinedObjects): ColumnLineage[] {
  const find = tableFinder(objects);
  return [...objects].flatMap(([by, { tree, statement }]) => {
    const schema = by.split('.')[0] ?? '';
    const body = tree.kind === 'createTask' ? tree.body : tree.kind === 'createPipe' ? tree.copy : tree;
    if (body === null) return [];
    const { text } = statement;
    return written(body, text, schema, find(schema), by).flatMap(({ target, columns }) =>
      [...columns].map(([name, origin]) => ({ column: `${target}.${name}`, by, ...origin })),
    );
  });
}

function written(
  statement: Statement,
  text: string,
  schema: string,
  find: FindTable,
  by: string,
): { target: string; columns: Columns }[] {
  const to = (name: Parameters<typeof objectKey>[0], columns: Columns) => {
    const target = objectKey(name, schema);
    return target === null ? [] : [{ target, columns }];
  };
  switch (statement.kind) {
    case 'createView':
      return [
        {
          target: by,
          columns: named(
            statement.query,
            text,
            find,
            statement.columns.map(({ name }) => name),
          ),
        },
      ];
    case 'createTable':
      return statement.query === null
        ? []
        : [{ target: by, columns: queryColumns(statement.query, text, find) }];
    case 'insert':
      return to(statement.target, insertColumns(statement, text, find));
    case 'copyIntoTable':
      return to(statement.target, copyColumns(statement, text, find));
    case 'merge':
      return to(statement.target, mergeColumns(statement, text, find));
    default:
      return [];
  }
}

function named(query: Query, text: string, find: FindTable, names: readonly { name: string }[]): Columns {
  const columns = queryColumns(query, text, find);
  return new Map([...columns].map(([name, origin], index) => [names[index]?.name ?? name, origin]));
}

function insertColumns({ source, columns: names, target }: Insert, text: string, find: FindTable): Columns {
  const own = names.length > 0 ? names : [...(find(target)?.columns?.keys() ?? [])].map((name) => ({ name }));
  return named(source, text, find, own);
}

function copyColumns({ source, columns }: CopyIntoTable, text: string, find: FindTable): Columns {
  return source.kind === 'query' ? named(source, text, find, columns) : new Map();
}

function mergeColumns(merge: Merge, text: string, find: FindTable): Columns {
  const target: TableExpression = {
    kind: 'table',
    name: merge.target,
    timeTravel: null,
    changes: null,
    sample: null,
    alias: merge.alias === null ? null : { ...merge.alias, name: merge.alias, columns: [] },
    start: merge.start,
    end: merge.end,
  };
  const scope = scopeOf(merge.source, text, find);
  scope.relations.push(...scopeOf(target, text, find).relations);
  const columns: Columns = new Map();
  const add = (name: string | undefined, { from, mark }: Origin): void => {
    if (name === undefined) return;
    const old = columns.get(name);
    columns.set(name, { from: new Set([...(old?.from ?? []), ...from]), mark: `${old?.mark ?? ''}${mark}` });
  };
  for (const clause of merge.clauses) {
    if (clause.action === 'update')
      for (const { column, value } of clause.set) add(column.at(-1)?.name, expressionOrigin(value, scope));
    if (clause.action === 'insert')
      clause.values.forEach((value, index) => {
        add(clause.columns[index]?.name, expressionOrigin(value, scope));
      });
  }
  return columns;
}

/** What a table holds is its own: lineage goes one object at a time. A stream has its table's columns, under its name. */
function tableFinder(objects: DefinedObjects): (schema: string) => FindTable {
  const known = new Map<string, string[] | null>();
  const columnsOf = (key: string, schema: string): string[] | null => {
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    // A view that reads itself has no columns.
    known.set(key, null);
    const names = namesOf(key, schema);
    known.set(key, names);
    return names;
  };
  const namesOf = (key: string, schema: string): string[] | null => {
    const defined = objects.get(key);
    const tree = defined?.tree;
    if (tree?.kind === 'createStream') {
      const source = objectKey(tree.source, schema);
      const columns = source === null ? null : columnsOf(source, schema);
      return columns && [...columns, 'METADATA$ACTION', 'METADATA$ISUPDATE', 'METADATA$ROW_ID'];
    }
    if (tree?.kind === 'createTable' && tree.columns.length > 0)
      return tree.columns.map(({ name }) => name.name);
    if (tree?.kind === 'createView' && defined !== undefined) {
      const names = tree.columns.map(({ name }) => name);
      return [...named(tree.query, defined.statement.text, finderOf(schema), names).keys()];
    }
    return null;
  };
  const finderOf =
    (schema: string): FindTable =>
    (name) => {
      const key = objectKey(name, schema);
      if (key === null) return null;
      const names = columnsOf(key, key.split('.')[0] ?? schema);
      const columns = names?.map((column): [string, Origin] => [
        column,
        { from: new Set([`${key}.${column}`]), mark: `${key}.${column}` },
      ]);
      return { key, columns: columns === undefined ? null : new Map(columns) };
    };
  return finderOf;
}
