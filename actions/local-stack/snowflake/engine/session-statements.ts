import type {
  AlterSession,
  Property,
  SetVariable,
  Transaction,
  UnsetVariable,
  Use,
} from '../../../shared/sql/ast.ts';
import type { Position } from '../../../shared/sql/position.ts';
import { compilationError, SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Bound } from '../bind/bound.ts';
import { bindExpression } from '../bind/expression.ts';
import { bindQuery } from '../bind/query.ts';
import { createScope } from '../bind/scope.ts';
import { createBindContext } from './bind-context.ts';
import { nameParts, requireDatabase, singleName } from './names.ts';
import { BUILT_IN_ROLES } from './objects/roles.ts';
import { defaultParameters } from './parameters.ts';
import { type StatementResult, statusResult } from './result.ts';
import type { Run, Session } from './session.ts';
import type { Transaction as EngineTransaction } from './transaction.ts';

const DONE = 'Statement executed successfully.';

/** USE DATABASE | SCHEMA | ROLE | WAREHOUSE | SECONDARY ROLES */
export async function use(statement: Use, session: Session, run: Run): Promise<StatementResult> {
  const { catalog } = session.engine;
  const { type, name } = statement;
  if (type === 'SCHEMA') {
    const parts = nameParts(name, session, run);
    const schema = parts.at(-1)!;
    const database = parts.at(-2) ?? requireDatabase(session);
    if (catalog.find(['SCHEMA'], database, null, schema) === undefined && schema !== 'INFORMATION_SCHEMA') {
      throw cannotUse(name.start);
    }
    session.database = database;
    session.schema = schema;
  } else if (type === 'DATABASE') {
    const database = nameParts(name, session, run);
    if (database.length === 2) return use({ ...statement, type: 'SCHEMA' }, session, run);
    if (catalog.find(['DATABASE'], null, null, database[0]!) === undefined) {
      throw cannotUse(name.start);
    }
    session.database = database[0]!;
    session.schema =
      catalog.find(['SCHEMA'], session.database, null, 'PUBLIC') === undefined ? null : 'PUBLIC';
  } else if (type !== 'SECONDARY ROLES') {
    const object = singleName(name, session, run);
    const builtIn = type === 'ROLE' && BUILT_IN_ROLES.includes(object);
    if (!builtIn && catalog.find([type], null, null, object) === undefined) throw cannotUse(name.start);
    if (type === 'ROLE') session.role = object;
    else session.warehouse = object;
  }
  return statusResult(DONE, 'SCL');
}

/** 002043: USE does not tell what of which name there is not. */
function cannotUse(position: Position): SnowflakeError {
  return new SnowflakeError(
    '002043',
    '02000',
    'SQL compilation error:\nObject does not exist, or operation cannot be performed.',
    { position },
  );
}

/** SET v = …, SET (a, b) = (…, …) */
export async function setVariables(
  statement: SetVariable,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  await session.transact(async (transaction) => {
    const context = createBindContext(session, run, { transaction });
    const scope = createScope(context);
    const [only] = statement.values;
    const several = statement.names.length > 1 && statement.values.length === 1;
    if (several && only?.kind === 'subquery') {
      const { sql, columns } = bindQuery(only.query, context, { source: run.text });
      const values = columns.map(({ type }, index) => ({ sql: `c${index + 1}`, type }));
      await setAll(statement, values, ` FROM (${sql})`, session, transaction);
    } else {
      const values = statement.values.map((value) => bindExpression(value, scope));
      await setAll(statement, values, '', session, transaction);
    }
  });
  return statusResult(DONE, 'SCL');
}

/** Gives the variables the values of one row. */
async function setAll(
  statement: SetVariable,
  values: Bound[],
  from: string,
  session: Session,
  transaction: EngineTransaction,
): Promise<void> {
  if (statement.names.length !== values.length)
    throw compilationError('001003', '42000', 'SET needs as many values as variables', statement.start);
  // A struct is not what its text is read back as.
  const texts = values.map(({ sql, type }) =>
    type.name === 'TIMESTAMP_TZ' ? `sf_zoned_text(${sql})` : `CAST(${sql} AS VARCHAR)`,
  );
  const [row] = await transaction.query(`SELECT ${texts.join(', ')}${from}`);
  for (const [index, identifier] of statement.names.entries()) {
    const value = row?.[index];
    session.variables.set(identifier.name, {
      value: value === null || value === undefined ? null : String(value),
      type: values[index]!.type,
    });
  }
}

export async function unsetVariables(statement: UnsetVariable, session: Session): Promise<StatementResult> {
  for (const identifier of statement.names) session.variables.delete(identifier.name);
  return statusResult(DONE, 'SCL');
}

/** ALTER SESSION SET | UNSET: only parameters that exist. */
export async function alterSession(statement: AlterSession, session: Session): Promise<StatementResult> {
  for (const property of statement.set) {
    await session.setParameter(property.name, parameterText(property));
  }
  const defaults = new Map(defaultParameters());
  for (const name of statement.unset) {
    await session.setParameter(name, defaults.get(name) ?? '');
  }
  return statusResult(DONE, 'SCL');
}

/** BEGIN, COMMIT, ROLLBACK */
export async function controlTransaction(statement: Transaction, session: Session): Promise<StatementResult> {
  if (statement.action === 'begin') await session.begin(statement.name);
  else if (statement.action === 'commit') await session.commit();
  else await session.rollback();
  return statusResult(DONE, 'TCL');
}

function parameterText(property: Property): string {
  const { value } = property;
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'number':
      return value.text;
    case 'boolean':
      return String(value.value);
    case 'word':
      return value.parts.map((part) => part.name).join('.');
    default:
      throw compilationError(
        '001003',
        '42000',
        `invalid value for parameter ${property.name}`,
        property.start,
      );
  }
}
