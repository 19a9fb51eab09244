import type {
  AlterColumnsAction,
  AlterObject,
  AlterTable,
  ColumnDefinition,
  CreateTable,
} from '../../../shared/sql/ast.ts';
import { numberOf, propertyOf } from '../properties.ts';
import type { LintStatement } from '../sources.ts';
import { objectKey } from './names.ts';
import type { ColumnState, TableState, WarehouseState } from './state.ts';

export function createTable(
  state: WarehouseState,
  key: string,
  statement: LintStatement,
  tree: CreateTable,
): void {
  if (tree.ifNotExists && state.tables.has(key)) return;
  if (tree.orReplace && !tree.copyGrants) state.grants.delete(key);
  const like = tree.like ?? tree.clone?.source;
  const model =
    like === undefined || like === null
      ? undefined
      : state.tables.get(objectKey(like, state.currentSchema) ?? '');
  const listed = tree.columns.length > 0 && tree.query === null;
  const keys = [...tree.constraints, ...tree.columns.flatMap(({ constraints }) => constraints)];
  const owners = tree.columns.filter(({ constraints }) =>
    constraints.some(({ type }) => type === 'PRIMARY KEY'),
  );
  const table: TableState = {
    statement,
    node: tree.name,
    columns: listed ? columnsOf(tree.columns) : model?.columns ? new Map(model.columns) : null,
    primaryKey: [
      ...owners.map(({ name }) => name.name),
      ...keys.flatMap(({ type, columns }) => (type === 'PRIMARY KEY' ? columns.map(({ name }) => name) : [])),
    ],
    retention: {
      days: numberOf(propertyOf(tree.properties, 'DATA_RETENTION_TIME_IN_DAYS')),
      extension: numberOf(propertyOf(tree.properties, 'MAX_DATA_EXTENSION_TIME_IN_DAYS')),
    },
    policies: new Map(
      tree.columns.flatMap(({ name, maskingPolicy }) =>
        maskingPolicy === null ? [] : [[name.name, policyName(maskingPolicy.name)]],
      ),
    ),
  };
  if (table.primaryKey.length === 0 && model !== undefined) table.primaryKey = model.primaryKey;
  state.tables.set(key, table);
}

export function alterTable(
  state: WarehouseState,
  key: string,
  statement: LintStatement,
  tree: AlterTable,
): void {
  const table = state.tables.get(key);
  const { action } = tree;
  if (table === undefined) return;
  switch (action.kind) {
    case 'addColumns':
      for (const [name, column] of columnsOf(action.columns)) table.columns?.set(name, column);
      return;
    case 'dropColumns':
      for (const { name } of action.columns) table.columns?.delete(name);
      return;
    case 'renameColumn': {
      const column = table.columns?.get(action.from.name);
      if (column === undefined) return;
      table.columns?.delete(action.from.name);
      table.columns?.set(action.to.name, column);
      return;
    }
    case 'alterColumns':
      alterColumns(table, action);
      return;
    case 'rename': {
      const to = objectKey(action.to, state.currentSchema);
      state.tables.delete(key);
      if (to !== null) state.tables.set(to, { ...table, statement });
      for (const stream of state.streams.values()) if (stream.source === key) stream.source = to;
      return;
    }
    case 'swap': {
      const other = objectKey(action.with, state.currentSchema) ?? '';
      const theirs = state.tables.get(other);
      state.tables.set(other, table);
      if (theirs !== undefined) state.tables.set(key, theirs);
      return;
    }
    case 'set':
      table.retention.days =
        numberOf(propertyOf(action.properties, 'DATA_RETENTION_TIME_IN_DAYS')) ?? table.retention.days;
      table.retention.extension =
        numberOf(propertyOf(action.properties, 'MAX_DATA_EXTENSION_TIME_IN_DAYS')) ??
        table.retention.extension;
      return;
    case 'addRowAccessPolicy':
      table.policies.set('', policyName(action.policy));
      return;
    case 'dropRowAccessPolicy':
    case 'dropAllRowAccessPolicies':
      table.policies.delete('');
  }
}

export function alterView(
  state: WarehouseState,
  key: string,
  statement: LintStatement,
  tree: AlterObject,
): void {
  const view = state.views.get(key);
  if (view === undefined || tree.action.kind !== 'rename') return;
  const to = objectKey(tree.action.to, state.currentSchema);
  state.views.delete(key);
  if (to !== null) state.views.set(to, { ...view, statement });
}

function alterColumns(table: TableState, action: AlterColumnsAction): void {
  for (const { column, change } of action.changes) {
    const known: ColumnState | undefined = table.columns?.get(column.name);
    switch (change.kind) {
      case 'type':
        if (known !== undefined) known.type = change.type;
        break;
      case 'setNotNull':
      case 'dropNotNull':
        if (known !== undefined) known.notNull = change.kind === 'setNotNull';
        break;
      case 'setMaskingPolicy':
        table.policies.set(column.name, policyName(change.name));
        break;
      case 'unsetMaskingPolicy':
        table.policies.delete(column.name);
    }
  }
}

function columnsOf(columns: readonly ColumnDefinition[]): Map<string, ColumnState> {
  return new Map(columns.map(({ name, type, notNull }) => [name.name, { type, notNull }]));
}

function policyName(name: Parameters<typeof objectKey>[0]): string {
  return objectKey(name, '')?.replace(/^\./, '') ?? 'a policy';
}
