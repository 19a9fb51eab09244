import type { AlterTableAction } from '../../../../shared/sql/ast.ts';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { TableConstraint, TableRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { buildConstraint } from './column-definition.ts';

type ConstraintAction = Extract<
  AlterTableAction,
  { kind: 'addConstraint' | 'dropConstraint' | 'renameConstraint' | 'alterConstraint' }
>;

/** ADD, DROP, RENAME and ALTER of constraints, which are recorded. Source: docs.snowflake.com, ALTER TABLE. */
export function alterConstraints(
  table: TableRecord,
  action: ConstraintAction,
  session: Session,
  run: Run,
): TableConstraint[] {
  const { constraints } = table;
  switch (action.kind) {
    case 'addConstraint': {
      const added = buildConstraint(action.constraint, table.columns, session, run);
      if (added.type === 'PRIMARY KEY' && constraints.some((other) => other.type === 'PRIMARY KEY'))
        throw constraintError('002200', `primary key already exists for table '${table.name}'`);
      if (constraints.some((other) => other.name === added.name)) throw alreadyNamed(added.name);
      return [...constraints, added];
    }
    case 'dropConstraint': {
      const dropped = named(table, action);
      return constraints.filter((constraint) => !dropped.includes(constraint));
    }
    case 'renameConstraint': {
      const [renamed] = named(table, { name: action.from, type: null, columns: [] });
      const { name } = action.to;
      if (constraints.some((other) => other.name === name)) throw alreadyNamed(name);
      return constraints.map((constraint) => (constraint === renamed ? { ...constraint, name } : constraint));
    }
    case 'alterConstraint': {
      const altered = named(table, { ...action, columns: [] });
      return constraints.map((constraint) =>
        altered.includes(constraint)
          ? { ...constraint, properties: withProperties(constraint.properties ?? [], action.properties) }
          : constraint,
      );
    }
  }
}

/** The constraints that a name, or a type with columns, means. @throws SnowflakeError 002201 when there is none */
function named(
  table: TableRecord,
  wanted: Pick<Extract<ConstraintAction, { kind: 'dropConstraint' }>, 'name' | 'type' | 'columns'>,
): TableConstraint[] {
  const columns = wanted.columns.map((column) => column.name).join();
  const found = table.constraints.filter((constraint) => {
    if (wanted.name !== null) return constraint.name === wanted.name.name;
    return constraint.type === wanted.type && (columns === '' || constraint.columns.join() === columns);
  });
  if (found.length > 0) return found;
  throw constraintError('002201', `Constraint '${wanted.name?.name ?? wanted.type}' does not exist.`);
}

/** RELY takes the place of NORELY, and the like. */
function withProperties(now: string[], given: string[]): string[] {
  const opposite = (property: string): string => property.replace(/^(NO |NOT |NO)/, '');
  const kept = now.filter((property) => !given.some((other) => opposite(other) === opposite(property)));
  return [...kept, ...given];
}

function alreadyNamed(name: string): SnowflakeError {
  return constraintError('002202', `Constraint '${name}' already exists.`);
}

function constraintError(code: string, what: string): SnowflakeError {
  return new SnowflakeError(code, '42601', `SQL compilation error:\n${what}`);
}
