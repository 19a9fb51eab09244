import { randomUUID } from 'node:crypto';
import type { ColumnDefinition, Constraint, Expression } from '../../../../shared/sql/ast.ts';
import { invalidIdentifier, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { bindExpression } from '../../bind/expression.ts';
import { addRelation, createScope, plainError } from '../../bind/scope.ts';
import { typeFromName } from '../../bind/type-rules.ts';
import { createBindContext } from '../bind-context.ts';
import { assign } from '../dml/assign.ts';
import { findObject, formatName } from '../names.ts';
import type { TableColumn, TableConstraint } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { checkCondition, checkedColumns } from './check-constraint.ts';
import { physicalName } from './storage.ts';

/** A column as the catalog records it. `id` is its physical number; `type` is given for CTAS columns without one. */
export function buildColumn(
  definition: ColumnDefinition,
  id: number,
  session: Session,
  run: Run,
  type: TableColumn['type'] | null = null,
): TableColumn {
  if (definition.collate !== null) throw notSupportedHere('COLLATE', definition.start);
  const written = definition.type === null ? type : typeFromName(definition.type, timestampMapping(session));
  const isKey = definition.constraints.some((constraint) => constraint.type === 'PRIMARY KEY');
  const column: TableColumn = {
    id,
    name: definition.name.name,
    // A virtual column may leave its type to its expression: see `withComputedTypes`.
    type: written ?? { name: 'NULL' },
    nullable: !definition.notNull && !isKey,
    default: definition.default === null ? null : textOf(definition.default, run),
    identity:
      definition.identity === null
        ? null
        : { ...definition.identity, order: definition.identity.order ?? false },
    computed: definition.computed === null ? null : textOf(definition.computed, run),
    comment: definition.comment ?? '',
  };
  if (column.default !== null && column.identity !== null) {
    throw plainError(
      '002263',
      '42601',
      `Column '${column.name}' has both DEFAULT and AUTOINCREMENT.`,
      definition.start,
    );
  }
  if (column.identity?.increment === 0) {
    throw plainError(
      '002264',
      '42601',
      `Increment of column '${column.name}' must not be 0.`,
      definition.start,
    );
  }
  if (definition.default !== null) requireDefault(definition.default, column, session, run);
  return column;
}

/** A default is an expression over no columns, of a type that the column takes. */
function requireDefault(node: Expression, column: TableColumn, session: Session, run: Run): void {
  const bound = bindExpression(node, createScope(createBindContext(session, run), { source: run.text }));
  assign(bound, column);
}

/** Virtual columns with their expressions bound over the other columns: errors show, and a missing type is known. */
export function withComputedTypes(
  columns: TableColumn[],
  definitions: ColumnDefinition[],
  session: Session,
  run: Run,
): TableColumn[] {
  return columns.map((column, index) => {
    const computed = definitions[index]?.computed ?? null;
    if (computed === null) return column;
    const scope = createScope(createBindContext(session, run), { source: run.text });
    addRelation(scope, null, {
      kind: 'relation',
      sql: 'this',
      columns: columns
        .filter((other) => other.computed === null)
        .map((other) => ({ ...other, sql: physicalName(other) })),
    });
    const bound = bindExpression(computed, scope);
    if (column.type.name === 'NULL') return { ...column, type: bound.type };
    assign(bound, column);
    return column;
  });
}

export function timestampMapping(session: Session): string {
  return session.parameter('TIMESTAMP_TYPE_MAPPING');
}

/** A piece of the statement as it was written. */
export function textOf(node: { start: { offset: number }; end: number }, run: Run): string {
  return run.text.slice(node.start.offset, node.end);
}

/** @throws SnowflakeError 002025 for two columns of one name */
export function requireUniqueNames(columns: readonly { name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) throw plainError('002025', '42S21', `duplicate column name '${name}'`);
    seen.add(name);
  }
}

/** Constraints are recorded and shown, not enforced (NOT NULL and CHECK are). Source: docs.snowflake.com, "Constraints". */
export function buildConstraint(
  constraint: Constraint,
  columns: readonly TableColumn[],
  session: Session,
  run: Run,
): TableConstraint {
  if (constraint.check !== null) return buildCheck(constraint, constraint.check, columns, session, run);
  for (const { name, start } of constraint.columns) {
    if (!columns.some((column) => column.name === name)) throw invalidIdentifier(name, start);
  }
  const { references } = constraint;
  // Here nothing is checked when rows come: one that must be would be a silent difference.
  if (constraint.properties.includes('ENFORCED'))
    throw notSupportedHere('ENFORCED constraints', constraint.start);
  return {
    name: constraint.name?.name ?? `SYS_CONSTRAINT_${randomUUID()}`,
    type: constraint.type,
    columns: constraint.columns.map((column) => column.name),
    references:
      references === null
        ? null
        : {
            table: formatName(findObject(['TABLE'], references.table, session, run)),
            columns: references.columns.map((column) => column.name),
          },
    properties: constraint.properties,
    ...(constraint.comment === null ? {} : { comment: constraint.comment }),
    createdAt: run.startedAt,
  };
}

/** @throws SnowflakeError where the condition is none over these columns */
function buildCheck(
  constraint: Constraint,
  condition: Expression,
  columns: readonly TableColumn[],
  session: Session,
  run: Run,
): TableConstraint {
  if (constraint.properties.includes('NOT ENFORCED'))
    throw notSupportedHere('NOT ENFORCED CHECK constraints', constraint.start);
  const check = textOf(condition, run);
  const read = checkedColumns(condition);
  checkCondition(condition, run.text, columns, createBindContext(session, run));
  return {
    name: constraint.name?.name ?? `SYS_CONSTRAINT_${randomUUID()}`,
    type: 'CHECK',
    columns: read,
    references: null,
    check,
    properties: constraint.properties,
    ...(constraint.comment === null ? {} : { comment: constraint.comment }),
    createdAt: run.startedAt,
  };
}
