import type { CreateRoutine } from '../../../../shared/sql/ast.ts';
import { compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { findFunction as findBuiltIn } from '../../bind/functions/registry.ts';
import { plainError } from '../../bind/scope.ts';
import { requireSchema, resolveName } from '../names.ts';
import { copyGrants } from '../objects/grant.ts';
import { property, requireKnown } from '../objects/properties.ts';
import { withTagProperty } from '../objects/tag.ts';
import type { RoutineRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import { routineRecord } from '../scripting/procedure.ts';
import { sameTypes, signatureText, typesOf } from '../scripting/signature.ts';
import type { Run, Session } from '../session.ts';
import { requireFunctionBody, requireJavaScriptTypes } from './check-function.ts';

const CLAUSES = [
  'NULL',
  'NOT NULL',
  'CALLED ON NULL INPUT',
  'RETURNS NULL ON NULL INPUT',
  'STRICT',
  'VOLATILE',
  'IMMUTABLE',
  'MEMOIZABLE',
  'COPY GRANTS',
  'TAG',
];

/**
 * CREATE [OR REPLACE] FUNCTION in SQL or JavaScript: one of a name for each list of argument types. A body in SQL is
 * bound now, for its errors; code in JavaScript is looked at when it is called. MEMOIZABLE, VOLATILE and IMMUTABLE
 * change no result. Source: docs.snowflake.com, CREATE FUNCTION.
 */
export async function createFunction(
  statement: CreateRoutine,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  requireCarriedOut(statement);
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  if (findBuiltIn(name.name) !== undefined) {
    throw plainError(
      '002134',
      '42601',
      `Function name '${name.name}' is that of a system-defined function.`,
      statement.name.start,
    );
  }
  const { catalog } = session.engine;
  const untagged: RoutineRecord = {
    ...routineRecord(statement, session, run),
    ...name,
    id: catalog.nextId(),
    ...(statement.temporary ? { sessionId: session.id } : {}),
  };
  const record = withTagProperty(untagged, property(statement.properties, 'TAG'), session);
  requireParameters(record, statement);
  const existing = catalog
    .list('FUNCTION', { database: name.database, schema: name.schema })
    .find(
      (one) =>
        one.name === name.name &&
        one.sessionId === record.sessionId &&
        sameTypes(typesOf(one), typesOf(record)),
    );
  if (existing !== undefined && statement.ifNotExists)
    return statusResult(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !statement.orReplace) {
    throw compilationError(
      '002002',
      '42710',
      `Object '${record.name}${signatureText(record)}' already exists.`,
    );
  }
  if (record.language === 'JAVASCRIPT') requireJavaScriptTypes(record);
  else requireFunctionBody(record, session, run);
  await session.define(async (transaction) => {
    if (existing !== undefined) await transaction.save({ ...existing, droppedAt: session.engine.now() });
    await transaction.save(record);
    if (existing !== undefined && property(statement.properties, 'COPY GRANTS') !== undefined)
      await copyGrants(existing, record, session, transaction);
  });
  return statusResult(`Function ${name.name} successfully created.`);
}

function requireCarriedOut(statement: CreateRoutine): void {
  const { language, start } = statement;
  if (language !== 'SQL' && language !== 'JAVASCRIPT')
    throw notSupportedHere(`functions in ${language}`, start);
  if (statement.orAlter) throw notSupportedHere('CREATE OR ALTER FUNCTION', start);
  if (statement.executeAs !== null)
    throw notSupportedHere(`EXECUTE AS ${statement.executeAs} of a function`, start);
  requireKnown(statement.properties, CLAUSES, 'FUNCTION');
}

/** Arguments with a default stand last; two of one name are an error. */
function requireParameters({ parameters }: RoutineRecord, statement: CreateRoutine): void {
  const names = new Set<string>();
  let optional = false;
  for (const [index, { name, default: otherwise }] of parameters.entries()) {
    const { start } = statement.parameters[index]!.name;
    if (names.has(name)) throw plainError('002025', '42S21', `duplicate argument name '${name}'`, start);
    names.add(name);
    if (optional && otherwise === undefined)
      throw plainError(
        '002133',
        '42601',
        `Required argument '${name}' must not follow an optional argument.`,
        start,
      );
    optional ||= otherwise !== undefined;
  }
}
