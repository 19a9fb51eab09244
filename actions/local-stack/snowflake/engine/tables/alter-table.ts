import type { AlterTable, AlterTableAction } from '../../../../shared/sql/ast.ts';
import { alreadyExists, notSupportedHere, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { plainError } from '../../bind/scope.ts';
import { typeFromName } from '../../bind/type-rules.ts';
import { findObject, formatName, requireSchema, resolveName } from '../names.ts';
import { stringProperty } from '../objects/properties.ts';
import type { TableColumn, TableRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import {
  addColumn,
  changeType,
  dropColumn,
  requireColumn,
  setNotNull,
  unsupportedFeature,
  withColumn,
} from './alter-columns.ts';
import {
  buildColumn,
  buildConstraint,
  requireUniqueNames,
  textOf,
  timestampMapping,
  withComputedTypes,
} from './column-definition.ts';
import { tableSettings } from './table-settings.ts';

const DONE = 'Statement executed successfully.';

/** ALTER TABLE: every action of the tree. Source: docs.snowflake.com, ALTER TABLE. */
export async function alterTable(
  statement: AlterTable,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  if (statement.ifExists) {
    const name = resolveName(statement.name, session, run);
    const { catalog } = session.engine;
    if (catalog.find(['TABLE'], name.database, name.schema, name.name, session.id) === undefined)
      return statusResult(DONE);
  }
  await session.define(async (transaction) => {
    const { id } = findObject(['TABLE'], statement.name, session, run);
    await transaction.lockTable(id);
    const table = findObject(['TABLE'], statement.name, session, run);
    const altered = await alter(table, statement.action, statement, session, run, transaction);
    await transaction.save(altered);
  });
  return statusResult(DONE);
}

async function alter(
  table: TableRecord,
  action: AlterTableAction,
  { start }: AlterTable,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<TableRecord> {
  switch (action.kind) {
    case 'addColumns':
      return addColumns(table, action, session, run, transaction);
    case 'dropColumns': {
      let altered = table;
      for (const identifier of action.columns) {
        if (action.ifExists && !table.columns.some((column) => column.name === identifier.name)) continue;
        altered = await dropColumn(altered, requireColumn(altered, identifier), transaction);
      }
      if (altered.columns.length === 0)
        throw plainError('002271', '42601', `Cannot drop the only column of table '${table.name}'.`, start);
      return altered;
    }
    case 'renameColumn':
      return renameColumn(table, requireColumn(table, action.from), action.to.name);
    case 'alterColumns': {
      let altered = table;
      for (const { column, change } of action.changes)
        altered = await alterColumn(
          altered,
          requireColumn(altered, column),
          change,
          column,
          session,
          run,
          transaction,
        );
      return altered;
    }
    case 'rename': {
      const name = resolveName(action.to, session, run);
      requireSchema(session, name);
      if (session.engine.catalog.occupant('TABLE', name.database, name.schema, name.name) !== undefined)
        throw alreadyExists(formatName(name), action.to.start);
      return { ...table, ...name };
    }
    case 'swap': {
      const other = findObject(['TABLE'], action.with, session, run);
      await transaction.save({ ...other, name: table.name, database: table.database, schema: table.schema });
      return { ...table, name: other.name, database: other.database, schema: other.schema };
    }
    case 'addConstraint': {
      const constraint = buildConstraint(action.constraint, table.columns, session, run);
      if (
        constraint.type === 'PRIMARY KEY' &&
        table.constraints.some((other) => other.type === 'PRIMARY KEY')
      ) {
        throw new SnowflakeError(
          '002200',
          '42601',
          `SQL compilation error:\nprimary key already exists for table '${table.name}'`,
        );
      }
      return { ...table, constraints: [...table.constraints, constraint] };
    }
    case 'dropConstraint': {
      const dropped = table.constraints.filter((constraint) =>
        action.name === null ? constraint.type === action.type : constraint.name === action.name.name,
      );
      if (dropped.length === 0) {
        throw new SnowflakeError(
          '002201',
          '42601',
          `SQL compilation error:\nConstraint '${action.name?.name ?? action.type}' does not exist.`,
        );
      }
      return {
        ...table,
        constraints: table.constraints.filter((constraint) => !dropped.includes(constraint)),
      };
    }
    case 'clusterBy':
      return {
        ...table,
        clusterBy: action.expressions.map((expression) => textOf(expression, run)).join(', '),
      };
    case 'dropClusteringKey':
      return { ...table, clusterBy: null };
    case 'set': {
      const { COMMENT: comment, others } = splitComment(action.properties);
      const given = others.map((property) => property.name);
      const settings = tableSettings(others, table.lifetime);
      return {
        ...table,
        comment: comment ?? table.comment,
        properties: { ...table.properties, ...settings.properties },
        ...(given.includes('DATA_RETENTION_TIME_IN_DAYS') ? { retentionDays: settings.retentionDays } : {}),
        ...(given.includes('CHANGE_TRACKING') ? { changeTracking: settings.changeTracking } : {}),
      };
    }
    case 'unset':
      return unset(table, action.names);
    default:
      throw notSupportedHere(`ALTER TABLE … ${action.kind}`, start);
  }
}

function splitComment(properties: Extract<AlterTableAction, { kind: 'set' }>['properties']): {
  COMMENT: string | undefined;
  others: Extract<AlterTableAction, { kind: 'set' }>['properties'];
} {
  return {
    COMMENT: stringProperty(properties, 'COMMENT'),
    others: properties.filter((property) => property.name !== 'COMMENT'),
  };
}

function unset(table: TableRecord, names: string[]): TableRecord {
  let altered = table;
  for (const name of names) {
    switch (name) {
      case 'COMMENT':
        altered = { ...altered, comment: '' };
        break;
      case 'DATA_RETENTION_TIME_IN_DAYS':
        altered = { ...altered, retentionDays: null };
        break;
      case 'CHANGE_TRACKING':
        altered = { ...altered, changeTracking: false };
        break;
      case 'MAX_DATA_EXTENSION_TIME_IN_DAYS':
        altered = { ...altered, properties: {} };
        break;
      default:
        throw new SnowflakeError(
          '001420',
          '22023',
          `SQL compilation error:\ninvalid property '${name}' for 'TABLE'`,
        );
    }
  }
  return altered;
}

async function addColumns(
  table: TableRecord,
  action: Extract<AlterTableAction, { kind: 'addColumns' }>,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<TableRecord> {
  let altered = table;
  for (const definition of action.columns) {
    if (action.ifNotExists && table.columns.some((column) => column.name === definition.name.name)) continue;
    const built = buildColumn(definition, altered.nextColumnId, session, run);
    const all = withComputedTypes(
      [...altered.columns, built],
      [...altered.columns.map(() => ({ ...definition, computed: null })), definition],
      session,
      run,
    );
    altered = await addColumn(altered, all.at(-1)!, session, run, transaction);
    const constraints = definition.constraints.map((constraint) =>
      buildConstraint(constraint, altered.columns, session, run),
    );
    altered = { ...altered, constraints: [...altered.constraints, ...constraints] };
  }
  return altered;
}

function renameColumn(table: TableRecord, column: TableColumn, name: string): TableRecord {
  const renamed = withColumn(table, { ...column, name });
  requireUniqueNames(renamed.columns);
  return {
    ...renamed,
    constraints: table.constraints.map((constraint) => ({
      ...constraint,
      columns: constraint.columns.map((other) => (other === column.name ? name : other)),
    })),
  };
}

type ColumnChange = Extract<AlterTableAction, { kind: 'alterColumns' }>['changes'][number];

async function alterColumn(
  table: TableRecord,
  column: TableColumn,
  change: ColumnChange['change'],
  { start }: ColumnChange['column'],
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<TableRecord> {
  switch (change.kind) {
    case 'type':
      return changeType(table, column, typeFromName(change.type, timestampMapping(session)), transaction);
    case 'setNotNull':
      return setNotNull(table, column, transaction);
    case 'dropNotNull':
      return withColumn(table, { ...column, nullable: true });
    case 'setDefault': {
      // Only a sequence may take the place of a sequence.
      const text = textOf(change.value, run);
      const isSequence = (expression: string | null): boolean => /\.\s*nextval$/i.test(expression ?? '');
      if (!isSequence(text) || !isSequence(column.default))
        throw unsupportedFeature('Alter Column Set Default', start);
      return withColumn(table, { ...column, default: text });
    }
    case 'dropDefault':
      return withColumn(table, { ...column, default: null });
    case 'comment':
      return withColumn(table, { ...column, comment: change.text });
    case 'unsetComment':
      return withColumn(table, { ...column, comment: '' });
    case 'setMaskingPolicy':
    case 'unsetMaskingPolicy':
      throw notSupportedHere('MASKING POLICY', start);
  }
}
