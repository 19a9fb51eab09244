import type { CreateRoutine } from '../../../../shared/sql/ast.ts';
import { compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { typeFromName } from '../../bind/cast.ts';
import { requireSchema, resolveName } from '../names.ts';
import { copyGrants } from '../objects/grant.ts';
import { plainValue, property } from '../objects/properties.ts';
import type { RoutineRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import { requireJavaScriptTypes } from '../routines/check-function.ts';
import type { Run, Session } from '../session.ts';
import { isCarriedOut } from './call.ts';
import { sameSignature, signatureOf } from './signature.ts';
import { readBody } from './sql-procedure.ts';

/**
 * CREATE [OR REPLACE] PROCEDURE: one of a name for each list of argument types. The body is read now, so that a
 * mistake in its syntax shows; its names are looked up when it is called. Source: docs.snowflake.com, CREATE PROCEDURE.
 */
export async function createProcedure(
  statement: CreateRoutine,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  if (statement.temporary) throw notSupportedHere('TEMPORARY procedures', statement.start);
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  const { catalog } = session.engine;
  const record: RoutineRecord = {
    ...procedureRecord(statement, session, run),
    ...name,
    id: catalog.nextId(),
  };
  const existing = catalog
    .list('PROCEDURE', { database: name.database, schema: name.schema })
    .find((one) => one.name === name.name && sameSignature(one, record));
  if (existing !== undefined && statement.ifNotExists)
    return statusResult(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !statement.orReplace) {
    throw compilationError('002002', '42710', `Object '${signatureOf(record)}' already exists.`);
  }
  await session.define(async (transaction) => {
    if (existing !== undefined) await transaction.save({ ...existing, droppedAt: session.engine.now() });
    await transaction.save(record);
    if (existing !== undefined && property(statement.properties, 'COPY GRANTS') !== undefined)
      await copyGrants(existing, record, session, transaction);
  });
  return statusResult(`Function ${name.name} successfully created.`);
}

/** What the catalog keeps of a procedure, without its place. WITH … AS PROCEDURE has one that no catalog keeps. */
export function procedureRecord(statement: CreateRoutine, session: Session, run: Run): RoutineRecord {
  if (!isCarriedOut(statement.language))
    throw notSupportedHere(`procedures in ${statement.language}`, statement.start);
  if (statement.language === 'SQL') readBody(statement.body);
  else if (statement.parameters.some((one) => one.out))
    throw notSupportedHere(`OUT arguments in ${statement.language}`, statement.start);
  const record = routineRecord(statement, session, run);
  if (record.language === 'JAVASCRIPT') requireJavaScriptTypes(record);
  return record;
}

/** What a procedure or function is as CREATE gives it, without its place. */
export function routineRecord(statement: CreateRoutine, session: Session, run: Run): RoutineRecord {
  const mapping = session.parameter('TIMESTAMP_TYPE_MAPPING');
  const { returns, properties } = statement;
  return {
    kind: statement.type,
    id: 0,
    name: '',
    database: null,
    schema: null,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    secure: statement.secure,
    parameters: statement.parameters.map((one) => ({
      name: one.name.name,
      type: typeFromName(one.type, mapping),
      ...(one.out ? { out: true as const } : {}),
      ...(one.default === null ? {} : { default: run.text.slice(one.default.start.offset, one.default.end) }),
    })),
    returns:
      'table' in returns
        ? {
            table: returns.table.map((column) => ({
              name: column.name.name,
              type: typeFromName(column.type, mapping),
              nullable: true,
            })),
          }
        : typeFromName(returns, mapping),
    returnsNotNull: property(properties, 'NOT NULL') !== undefined,
    language: statement.language,
    executeAs: statement.executeAs ?? 'OWNER',
    body: statement.body,
    properties: Object.fromEntries(
      properties.filter((one) => one.name !== 'COPY GRANTS').map((one) => [one.name, plainValue(one.value)]),
    ),
  };
}
