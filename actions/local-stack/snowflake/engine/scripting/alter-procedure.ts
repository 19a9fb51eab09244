import type { AlterObject } from '../../../../shared/sql/ast.ts';
import { alreadyExists, doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { nameParts, requireSchema, resolveName } from '../names.ts';
import { findNamed } from '../objects/find-named.ts';
import { titleOf } from '../objects/object-kind.ts';
import { property, requireKnown, stringProperty } from '../objects/properties.ts';
import { withoutTagNames, withTagProperty } from '../objects/tag.ts';
import type { RoutineRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { sameSignature } from './signature.ts';

const DONE = 'Statement executed successfully.';

/**
 * ALTER PROCEDURE | FUNCTION p(types) RENAME TO | SET | UNSET | EXECUTE AS.
 * Source: docs.snowflake.com, ALTER PROCEDURE, ALTER FUNCTION.
 */
export async function alterRoutine(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const found = findNamed(statement.type, statement.name!, session, run, statement.argumentTypes);
  if (found === undefined) {
    if (statement.ifExists) return statusResult(DONE);
    throw doesNotExist(
      titleOf(statement.type),
      nameParts(statement.name!, session, run).join('.'),
      statement.name!.start,
    );
  }
  const altered = alter(found as RoutineRecord, statement, session, run);
  await session.define((transaction) => transaction.save(altered));
  return statusResult(DONE);
}

function alter(
  procedure: RoutineRecord,
  { action, start }: AlterObject,
  session: Session,
  run: Run,
): RoutineRecord {
  switch (action.kind) {
    case 'rename': {
      const to = resolveName(action.to, session, run);
      requireSchema(session, to);
      const taken = session.engine.catalog
        .list(procedure.kind, { database: to.database, schema: to.schema })
        .some((one) => one.name === to.name && sameSignature(one, procedure));
      if (taken) throw alreadyExists(to.name, action.to.start);
      return { ...procedure, ...to };
    }
    case 'executeAs':
      if (procedure.kind === 'FUNCTION') throw notSupportedHere('EXECUTE AS of a function', start);
      return { ...procedure, executeAs: action.rights };
    case 'setSecure':
    case 'unsetSecure':
      return { ...procedure, secure: action.kind === 'setSecure' };
    case 'set': {
      requireKnown(action.properties, ['COMMENT', 'TAG'], procedure.kind);
      const comment = stringProperty(action.properties, 'COMMENT') ?? procedure.comment;
      return withTagProperty({ ...procedure, comment }, property(action.properties, 'TAG'), session);
    }
    case 'unset': {
      const untagged = withoutTagNames(procedure, action.names, session);
      return action.names.includes('COMMENT') ? { ...untagged, comment: '' } : untagged;
    }
    default:
      throw notSupportedHere(`ALTER ${procedure.kind} … ${action.kind}`, start);
  }
}
