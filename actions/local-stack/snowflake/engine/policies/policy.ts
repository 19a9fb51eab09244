import type { AlterObject, CreateObject } from '../../../../shared/sql/ast.ts';
import { parseExpressionText } from '../../../../shared/sql/parse.ts';
import {
  alreadyExists,
  doesNotExist,
  notSupportedHere,
  SnowflakeError,
} from '../../../../shared/sql/snowflake-error.ts';
import { duckType, formatType } from '../../../../shared/sql/types.ts';
import { bindExpression } from '../../bind/expression.ts';
import { createScope, plainError } from '../../bind/scope.ts';
import { typeFromName } from '../../bind/type-rules.ts';
import { createBindContext } from '../bind-context.ts';
import { type FullName, formatName, requireSchema, resolveName } from '../names.ts';
import { requireKnown, stringProperty } from '../objects/properties.ts';
import { withoutTagNames, withTagProperty } from '../objects/tag.ts';
import type { PolicyRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { policyUses } from './policy-uses.ts';

type PolicyType = PolicyRecord['kind'];

/**
 * CREATE MASKING POLICY, CREATE ROW ACCESS POLICY: the body is bound over its arguments now, for its errors.
 * Source: docs.snowflake.com, CREATE MASKING POLICY, CREATE ROW ACCESS POLICY.
 */
export async function createPolicy(
  statement: CreateObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const kind = statement.type as PolicyType;
  const policy = statement.policy!;
  const known = kind === 'MASKING POLICY' ? ['EXEMPT_OTHER_POLICIES', 'TAG'] : ['TAG'];
  requireKnown(statement.properties, known, kind);
  const exempt = statement.properties.find((property) => property.name === 'EXEMPT_OTHER_POLICIES');
  if (exempt !== undefined) throw notSupportedHere('EXEMPT_OTHER_POLICIES', exempt.start);
  if (statement.orAlter) throw notSupportedHere(`CREATE OR ALTER ${kind}`, statement.start);
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  const { catalog } = session.engine;
  const existing = catalog.find([kind], name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists)
    return statusResult(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !statement.orReplace)
    throw alreadyExists(formatName(name), statement.name.start);
  if (existing !== undefined) requireUnused(existing as PolicyRecord, session);
  const untagged: PolicyRecord = {
    kind,
    id: catalog.nextId(),
    ...name,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    parameters: policy.parameters.map((parameter) => ({
      name: parameter.name.name,
      type: typeFromName(parameter.type),
    })),
    returns: typeFromName(policy.returns),
    bodyText: policy.bodyText,
  };
  const tag = statement.properties.find((property) => property.name === 'TAG');
  const record = withTagProperty(untagged, tag, session);
  requireSignature(record, statement);
  requireBody(record, session, run);
  await session.define(async (transaction) => {
    if (existing !== undefined) await transaction.save({ ...existing, droppedAt: session.engine.now() });
    await transaction.save(record);
  });
  const word = kind === 'MASKING POLICY' ? 'Masking policy' : 'Row access policy';
  return statusResult(`${word} ${name.name} successfully created.`);
}

/** ALTER MASKING | ROW ACCESS POLICY … SET BODY | RENAME | SET | UNSET COMMENT, TAG */
export async function alterPolicy(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const kind = statement.type as PolicyType;
  const name = resolveName(statement.name!, session, run);
  const found = session.engine.catalog.find([kind], name.database, name.schema, name.name);
  if (found === undefined) {
    if (statement.ifExists) return statusResult('Statement executed successfully.');
    throw doesNotExist('Policy', formatName(name), statement.name!.start);
  }
  const record = alteredPolicy(found as PolicyRecord, statement, session, run);
  await session.define((transaction) => transaction.save(record));
  return statusResult('Statement executed successfully.');
}

function alteredPolicy(
  record: PolicyRecord,
  statement: AlterObject,
  session: Session,
  run: Run,
): PolicyRecord {
  const { action, type } = statement;
  switch (action.kind) {
    case 'setBody': {
      const altered = { ...record, bodyText: action.bodyText };
      requireBody(altered, session, run);
      return altered;
    }
    case 'rename': {
      const to: FullName = resolveName(action.to, session, run);
      requireSchema(session, to);
      if (session.engine.catalog.find([record.kind], to.database, to.schema, to.name) !== undefined)
        throw alreadyExists(formatName(to), action.to.start);
      return { ...record, ...to };
    }
    case 'set': {
      requireKnown(action.properties, ['COMMENT', 'TAG'], type);
      const tag = action.properties.find((property) => property.name === 'TAG');
      const comment = stringProperty(action.properties, 'COMMENT') ?? record.comment;
      return withTagProperty({ ...record, comment }, tag, session);
    }
    case 'unset': {
      const other = action.names.find((name) => name !== 'COMMENT' && !name.startsWith('TAG '));
      if (other !== undefined) throw notSupportedHere(`ALTER ${type} … UNSET ${other}`, statement.start);
      const untagged = withoutTagNames(record, action.names, session);
      return action.names.includes('COMMENT') ? { ...untagged, comment: '' } : untagged;
    }
    default:
      throw notSupportedHere(`ALTER ${type} … ${action.kind}`, statement.start);
  }
}

/** A masking policy returns the type of its first argument, a row access policy BOOLEAN. */
function requireSignature(record: PolicyRecord, statement: CreateObject): void {
  const { start } = statement.policy!.returns;
  if (record.kind === 'ROW ACCESS POLICY') {
    if (record.returns.name === 'BOOLEAN') return;
    throw plainError('003551', '42601', 'The return type of a row access policy must be BOOLEAN.', start);
  }
  const [first] = record.parameters;
  if (first === undefined || duckType(first.type) !== duckType(record.returns)) {
    const types = `argument ${first === undefined ? 'none' : formatType(first.type)} and return ${formatType(record.returns)}`;
    throw plainError(
      '003551',
      '42601',
      `Masking policy function ${types} type must be the same as the column's.`,
      start,
    );
  }
}

/** The body over arguments of the declared types, in the policy's own schema. */
function requireBody(record: PolicyRecord, session: Session, run: Run): void {
  const context = createBindContext(session, run).within(record.database!, record.schema!);
  const scope = createScope(context, { source: record.bodyText });
  for (const { name, type } of record.parameters)
    scope.parameters.set(name, { sql: `CAST(NULL AS ${duckType(type)})`, type });
  bindExpression(parseExpressionText(record.bodyText), scope);
}

/** @throws SnowflakeError 003551 for a policy that something still uses: it can neither be dropped nor replaced */
export function requireUnused(record: PolicyRecord, session: Session): void {
  if (policyUses(record.id, session).length === 0) return;
  throw new SnowflakeError(
    '003531',
    '42601',
    `SQL compilation error:\nPolicy ${formatName(record)} cannot be dropped/replaced as it is associated with one or more entities.`,
  );
}
