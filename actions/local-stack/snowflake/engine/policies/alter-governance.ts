import type { AlterColumnsAction, ColumnDefinition, RowAccessAction } from '../../../../shared/sql/ast.ts';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../../shared/sql/types.ts';
import { formatName, nameParts } from '../names.ts';
import { withoutTags, withTags } from '../objects/tag.ts';
import type { MaskingUse, RowAccessUse, TableRecord, ViewRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { findPolicy, maskingUse, policyIsSet, rowAccessUse } from './attach.ts';

type Change = AlterColumnsAction['changes'][number]['change'];
type GovernanceChange = Extract<
  Change,
  { kind: 'setMaskingPolicy' | 'unsetMaskingPolicy' | 'setTag' | 'unsetTag' }
>;
interface GovernedColumn extends Column {
  tags?: Record<string, string>;
  maskingPolicy?: MaskingUse;
}

export function isGovernance(change: Change): change is GovernanceChange {
  return ['setMaskingPolicy', 'unsetMaskingPolicy', 'setTag', 'unsetTag'].includes(change.kind);
}

/** ALTER … COLUMN c SET | UNSET MASKING POLICY | TAG, of a table's or a view's column. */
export function governedColumn<Item extends GovernedColumn>(
  column: Item,
  change: GovernanceChange,
  columns: readonly Column[],
  session: Session,
  run: Run,
): Item {
  switch (change.kind) {
    case 'setTag':
      return withTags(column, change.tags, session, run);
    case 'unsetTag':
      return withoutTags(column, change.tags, session, run);
    case 'unsetMaskingPolicy': {
      const { maskingPolicy: _, ...rest } = column;
      return rest as Item;
    }
    case 'setMaskingPolicy':
      if (column.maskingPolicy !== undefined && !change.force) throw maskingIsSet(column.name);
      return { ...column, maskingPolicy: maskingUse(change, column, columns, session, run) };
  }
}

/** The tags and masking policies that column definitions of CREATE give. */
export function governedColumns<Item extends GovernedColumn>(
  columns: Item[],
  definitions: readonly Pick<ColumnDefinition, 'maskingPolicy' | 'tags'>[],
  session: Session,
  run: Run,
): Item[] {
  return columns.map((column, index) => {
    const definition = definitions[index];
    if (definition === undefined) return column;
    const tagged = definition.tags.length === 0 ? column : withTags(column, definition.tags, session, run);
    if (definition.maskingPolicy === null) return tagged;
    return { ...tagged, maskingPolicy: maskingUse(definition.maskingPolicy, column, columns, session, run) };
  });
}

/** ADD and DROP ROW ACCESS POLICY: one at a time. Source: docs.snowflake.com, ALTER TABLE. */
export function withRowAccess<Item extends TableRecord | ViewRecord>(
  record: Item,
  action: RowAccessAction,
  session: Session,
  run: Run,
): Item {
  const { rowAccessPolicy: now, ...bare } = record;
  const free = bare as Item;
  const added = (
    policy: Extract<RowAccessAction, { kind: 'addRowAccessPolicy' }>['policy'],
    on: Parameters<typeof rowAccessUse>[1],
  ): Item => ({
    ...free,
    rowAccessPolicy: rowAccessUse(policy, on, record.columns, session, run),
  });
  switch (action.kind) {
    case 'dropAllRowAccessPolicies':
      return free;
    case 'addRowAccessPolicy':
      if (now !== undefined) throw policyIsSet(formatName(record));
      return added(action.policy, action.on);
    case 'dropRowAccessPolicy': {
      const policy = findPolicy(
        'ROW ACCESS POLICY',
        nameParts(action.policy, session, run),
        session,
        action.policy.start,
      );
      if (now?.id !== policy.id) throw policyNotSet(formatName(policy), formatName(record));
      return action.add === null ? free : added(action.add.policy, action.add.on);
    }
  }
}

/** A policy's argument columns cannot be dropped, and follow a rename. */
export function renamedInPolicies<Item extends TableRecord | ViewRecord>(
  record: Item,
  from: string,
  to: string,
): Item {
  const renamed = (names: string[]): string[] => names.map((name) => (name === from ? to : name));
  const rows: RowAccessUse | undefined = record.rowAccessPolicy;
  return {
    ...record,
    columns: record.columns.map((column) =>
      column.maskingPolicy === undefined
        ? column
        : {
            ...column,
            maskingPolicy: { ...column.maskingPolicy, using: renamed(column.maskingPolicy.using) },
          },
    ),
    ...(rows === undefined ? {} : { rowAccessPolicy: { ...rows, on: renamed(rows.on) } }),
  };
}

/** @throws SnowflakeError for a column that a policy of the relation takes as its argument */
export function requireNoPolicyArgument(record: TableRecord | ViewRecord, column: string): void {
  const masks = record.columns.some(
    (other) => other.name !== column && other.maskingPolicy?.using.includes(column),
  );
  if (!masks && !record.rowAccessPolicy?.on.includes(column)) return;
  throw new SnowflakeError(
    '003556',
    '42601',
    `SQL compilation error:\nColumn '${column}' cannot be dropped: a policy of '${formatName(record)}' uses it.`,
  );
}

function maskingIsSet(column: string): SnowflakeError {
  return new SnowflakeError(
    '003557',
    '42601',
    `SQL compilation error:\nSpecified column '${column}' already attached to another masking policy. A column cannot be attached to multiple masking policies. Please drop the current association in order to attach a new masking policy.`,
  );
}

function policyNotSet(policy: string, relation: string): SnowflakeError {
  return new SnowflakeError(
    '003558',
    '42601',
    `SQL compilation error:\nPolicy ${policy} is not attached to ${relation}.`,
  );
}
