import type { SessionVariable, Statement } from '../../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { type AnyNode, walk } from '../../../../shared/sql/walk.ts';
import type { RoutineRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import {
  nestedTooDeep,
  transactionLeftOpen,
  transactionOfAnotherScope,
  unsupportedStatement,
  variableNotAllowed,
} from './script-errors.ts';

/** A procedure on its way, as far as its statements must know. */
export interface ProcedureScope {
  ownersRights: boolean;
  /** The transaction that was open when it was called: it may neither end it nor begin another within it. */
  outer: Transaction | null;
}

/** Calls within calls. Not documented; far below what this process's stack holds. */
const DEEPEST = 16;

/**
 * Runs a procedure's body with its rights and its scope of transactions. With owner's rights it has the owner's role
 * and the database and schema that it lies in. Source: docs.snowflake.com, "Understanding caller's rights and owner's
 * rights stored procedures"; "Transactions", Scoped transactions.
 */
export async function withinProcedure<T>(
  procedure: RoutineRecord,
  session: Session,
  body: () => Promise<T>,
): Promise<T> {
  if (session.procedures.length >= DEEPEST) throw nestedTooDeep(DEEPEST);
  const { role, database, schema } = session;
  const ownersRights = procedure.executeAs === 'OWNER';
  const outer = session.transaction;
  session.procedures.push({ ownersRights, outer });
  if (ownersRights) {
    session.role = procedure.owner;
    session.database = procedure.database ?? database;
    session.schema = procedure.schema ?? schema;
  }
  try {
    const returned = await body();
    if (session.transaction !== outer && session.transaction !== null) throw transactionLeftOpen();
    return returned;
  } catch (error) {
    if (session.transaction !== outer && session.transaction !== null) await session.rollback();
    throw error;
  } finally {
    session.procedures.pop();
    if (ownersRights) Object.assign(session, { role, database, schema });
  }
}

/** What a procedure's statement may not be. @throws SnowflakeError */
export function requireAllowedInProcedure(statement: Statement, session: Session): void {
  const scope = session.procedures.at(-1);
  if (scope === undefined) return;
  if (statement.kind === 'transaction' && scope.outer !== null) {
    if (statement.action !== 'begin' && session.transaction === scope.outer)
      throw transactionOfAnotherScope();
    if (statement.action === 'begin')
      throw notSupportedHere('a transaction of a procedure within that of its caller', statement.start);
  }
  if (!scope.ownersRights) return;
  const refused = REFUSED[statement.kind];
  if (refused !== undefined) throw unsupportedStatement(refused);
  requireNoSessionVariable(statement, session);
}

/** With owner's rights `$name` cannot be read. @throws SnowflakeError */
export function requireNoSessionVariable(tree: AnyNode, session: Session): void {
  if (session.procedures.at(-1)?.ownersRights !== true) return;
  walk(tree, (node) => {
    if (node.kind === 'variable') throw variableNotAllowed((node as SessionVariable).name);
    return undefined;
  });
}

/** Statements about the session that owner's rights exclude, as Snowflake names them. */
const REFUSED: Partial<Record<Statement['kind'], string>> = {
  use: 'USE',
  alterSession: 'ALTER_SESSION',
  set: 'SET',
  unset: 'UNSET',
};
