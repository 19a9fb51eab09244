import type { ColumnDefinition, Identifier, ObjectName, Property } from '../../../../shared/sql/ast.ts';
import { doesNotExist, invalidIdentifier, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { type Column, duckType, formatType } from '../../../../shared/sql/types.ts';
import { plainError } from '../../bind/scope.ts';
import { formatName, fullName, nameParts } from '../names.ts';
import type { MaskingUse, PolicyRecord, RowAccessUse } from '../objects.ts';
import type { Run, Session } from '../session.ts';

/**
 * A masking policy for a column: the policy must take the column's type and as many arguments as USING names.
 * Source: docs.snowflake.com, "Understanding Column-level Security".
 */
export function maskingUse(
  given: NonNullable<ColumnDefinition['maskingPolicy']>,
  column: Column,
  columns: readonly Column[],
  session: Session,
  run: Run,
): MaskingUse {
  const policy = findPolicy('MASKING POLICY', nameParts(given.name, session, run), session, given.name.start);
  const using = argumentColumns(given.using, columns);
  if (using.length > 0 && using[0] !== column.name)
    throw plainError(
      '003552',
      '42601',
      `The first column of USING must be the masked column '${column.name}'.`,
      given.using[0]!.start,
    );
  requireArguments(policy, using.length === 0 ? [column.name] : using, columns, given.name.start);
  return { id: policy.id, using };
}

/** A row access policy on some columns of a table or view. */
export function rowAccessUse(
  policy: ObjectName,
  on: Identifier[],
  columns: readonly Column[],
  session: Session,
  run: Run,
): RowAccessUse {
  return accessUse(nameParts(policy, session, run), on, columns, session, policy.start);
}

/** The property `ROW ACCESS POLICY` that the grammar makes of the clause in CREATE. */
export function rowAccessFromProperty(
  property: Property | undefined,
  columns: readonly Column[],
  session: Session,
): RowAccessUse | undefined {
  if (property?.value.kind !== 'properties') return undefined;
  const [policy, on] = property.value.properties.map((one) => one.value);
  if (policy?.kind !== 'word' || on?.kind !== 'list') return undefined;
  const names = on.items.flatMap((item) => (item.kind === 'word' ? item.parts : []));
  const parts = policy.parts.map((part) => part.name);
  return accessUse(parts, names, columns, session, property.start);
}

function accessUse(
  parts: string[],
  on: Identifier[],
  columns: readonly Column[],
  session: Session,
  position: Property['start'],
): RowAccessUse {
  const policy = findPolicy('ROW ACCESS POLICY', parts, session, position);
  const names = argumentColumns(on, columns);
  requireArguments(policy, names, columns, position);
  return { id: policy.id, on: names };
}

/** 003553: another policy is there already. */
export function policyIsSet(relation: string): SnowflakeError {
  return new SnowflakeError(
    '003553',
    '42601',
    `SQL compilation error:\nObject ${relation} already has a ROW_ACCESS_POLICY. Only one ROW_ACCESS_POLICY is allowed at a time.`,
  );
}

/** @throws doesNotExist */
export function findPolicy(
  kind: PolicyRecord['kind'],
  parts: string[],
  session: Session,
  position: Property['start'],
): PolicyRecord {
  const full = fullName(parts, session);
  const found = session.engine.catalog.find([kind], full.database, full.schema, full.name);
  if (found === undefined) throw doesNotExist('Policy', formatName(full), position);
  return found as PolicyRecord;
}

function argumentColumns(names: Identifier[], columns: readonly Column[]): string[] {
  for (const { name, start } of names)
    if (!columns.some((column) => column.name === name)) throw invalidIdentifier(name, start);
  return names.map(({ name }) => name);
}

function requireArguments(
  policy: PolicyRecord,
  names: string[],
  columns: readonly Column[],
  position: Property['start'],
): void {
  if (names.length !== policy.parameters.length)
    throw plainError(
      '003554',
      '42601',
      `Policy ${formatName(policy)} takes ${policy.parameters.length} argument(s), but ${names.length} column(s) are given.`,
      position,
    );
  for (const [index, { name, type }] of policy.parameters.entries()) {
    const column = columns.find((candidate) => candidate.name === names[index])!;
    if (family(duckType(type)) === family(duckType(column.type))) continue;
    throw plainError(
      '003555',
      '42601',
      `Column '${column.name}' of type ${formatType(column.type)} does not fit argument '${name}' of type ${formatType(type)} of policy ${formatName(policy)}.`,
      position,
    );
  }
}

/** Numbers of any precision are one type to a policy. */
function family(duck: string): string {
  return duck.replace(/\(.*/, '');
}
