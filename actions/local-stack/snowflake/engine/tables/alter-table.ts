import type { AlterTable, AlterTableAction } from '../../../../shared/sql/ast.ts';
import {
  alreadyExists,
  notSupportedHere,
  SnowflakeError,
  unsupportedFeature,
} from '../../../../shared/sql/snowflake-error.ts';
import { plainError } from '../../bind/scope.ts';
import { typeFromName } from '../../bind/type-rules.ts';
import { requireExternalAction } from '../external-tables/external-action.ts';
import { FILE_COLUMNS } from '../external-tables/external-columns.ts';
import { findObject, formatName, requireSchema, resolveName } from '../names.ts';
import { stringProperty } from '../objects/properties.ts';
import { withoutTags, withTags } from '../objects/tag.ts';
import type { TableColumn, TableRecord } from '../objects.ts';
import {
  governedColumn,
  governedColumns,
  isGovernance,
  renamedInPolicies,
  requireNoPolicyArgument,
  withRowAccess,
} from '../policies/alter-governance.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { addColumn, changeType, dropColumn, requireColumn, setNotNull, withColumn } from './alter-columns.ts';
import { alterConstraints } from './alter-constraints.ts';
import { requireRowsPass, requireUnchecked } from './check-constraint.ts';
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
    if (table.dynamic !== undefined) requireDynamicAction(table, statement);
    if (table.external !== undefined) requireExternalAction(statement);
    const altered = await alter(table, statement.action, statement, session, run, transaction);
    await transaction.save(altered);
  });
  return statusResult(DONE);
}

/** A dynamic table's columns are those of its query. Source: docs.snowflake.com, ALTER DYNAMIC TABLE. */
function requireDynamicAction(table: TableRecord, { action, start }: AlterTable): void {
  const changes = action.kind === 'alterColumns' ? action.changes.map(({ change }) => change) : [];
  const shapes = ['addColumns', 'dropColumns', 'renameColumn', 'addConstraint', 'dropConstraint'];
  const governs = changes.every(
    (change) => isGovernance(change) || change.kind === 'comment' || change.kind === 'unsetComment',
  );
  if (!shapes.includes(action.kind) && governs) return;
  throw unsupportedFeature(`ALTER TABLE ${action.kind} on Dynamic Table ${table.name}`, start);
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
        requireNoPolicyArgument(altered, identifier.name);
        requireUnchecked(altered, identifier.name, 'DROP of a column');
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
      if (other.external !== undefined) throw unsupportedFeature('SWAP WITH an External Table', start);
      await transaction.save({ ...other, name: table.name, database: table.database, schema: table.schema });
      return { ...table, name: other.name, database: other.database, schema: other.schema };
    }
    case 'addConstraint':
    case 'dropConstraint':
    case 'renameConstraint':
    case 'alterConstraint': {
      const constraints = alterConstraints(table, action, session, run);
      if (action.kind === 'addConstraint')
        await requireRowsPass(table, constraints.slice(-1), session, run, transaction);
      return { ...table, constraints };
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
    case 'setTag':
      return withTags(table, action.tags, session, run);
    case 'unsetTag':
      return withoutTags(table, action.tags, session, run);
    case 'addRowAccessPolicy':
    case 'dropRowAccessPolicy':
    case 'dropAllRowAccessPolicies':
      return withRowAccess(table, action, session, run);
    case 'searchOptimization':
      return withProperty(table, 'SEARCH_OPTIMIZATION', action.on ? 'ON' : null);
    case 'suspendRecluster':
    case 'resumeRecluster':
      if (table.clusterBy === null)
        throw plainError('090076', '0A000', `Table '${table.name}' is not clustered.`, start);
      return withProperty(table, 'RECLUSTER', action.kind === 'suspendRecluster' ? 'SUSPENDED' : null);
    default:
      throw notSupportedHere(`ALTER TABLE … ${action.kind}`, start);
  }
}

function withProperty(table: TableRecord, name: string, value: string | null): TableRecord {
  const { [name]: _, ...others } = table.properties;
  return { ...table, properties: value === null ? others : { ...others, [name]: value } };
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
        altered = withProperty(altered, name, null);
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
    const sources = [...(altered.external === undefined ? [] : FILE_COLUMNS), ...altered.columns];
    const all = withComputedTypes(
      [...sources, built],
      [...sources.map(() => ({ ...definition, computed: null })), definition],
      session,
      run,
    );
    const [added] = governedColumns([all.at(-1)!], [definition], session, run);
    altered = await addColumn(altered, added!, session, run, transaction);
    const constraints = definition.constraints.map((constraint) =>
      buildConstraint(constraint, altered.columns, session, run),
    );
    await requireRowsPass(altered, constraints, session, run, transaction);
    altered = { ...altered, constraints: [...altered.constraints, ...constraints] };
  }
  return altered;
}

function renameColumn(table: TableRecord, column: TableColumn, name: string): TableRecord {
  requireUnchecked(table, column.name, 'RENAME of a column');
  const renamed = renamedInPolicies(withColumn(table, { ...column, name }), column.name, name);
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
  if (isGovernance(change))
    return withColumn(table, governedColumn(column, change, table.columns, session, run));
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
  }
}
