import type { Statement } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import { executeAlert } from './alerts/alert.ts';
import { executeChain } from './chain.ts';
import { copyIntoLocation } from './copy/copy-into-location.ts';
import { copyIntoTable } from './copy/copy-into-table.ts';
import { deleteRows, truncate } from './dml/delete.ts';
import { insert } from './dml/insert.ts';
import { merge } from './dml/merge.ts';
import { multiInsert } from './dml/multi-insert.ts';
import { update } from './dml/update.ts';
import { cloneDynamicTable } from './dynamic-tables/clone-dynamic-table.ts';
import { createExternalTable } from './external-tables/create-external-table.ts';
import { describe } from './metadata/describe.ts';
import { show } from './metadata/show.ts';
import { alterObject } from './objects/alter-object.ts';
import { comment } from './objects/comment.ts';
import { createContainer } from './objects/container.ts';
import { createObject } from './objects/create-object.ts';
import { drop, undrop } from './objects/drop.ts';
import { grant } from './objects/grant.ts';
import { createView } from './objects/view.ts';
import { alterPipe, createPipe } from './pipes/pipe.ts';
import { executeQuery } from './query.ts';
import { type StatementResult, statusResult } from './result.ts';
import { createFunction } from './routines/create-function.ts';
import { executeBlock } from './scripting/block.ts';
import { callProcedure } from './scripting/call.ts';
import { executeImmediate } from './scripting/execute-immediate.ts';
import { createProcedure } from './scripting/procedure.ts';
import type { Run, Session } from './session.ts';
import * as sessionStatements from './session-statements.ts';
import { listStage, removeFromStage } from './stages/list-files.ts';
import { get, put } from './stages/put-get.ts';
import { createStream } from './streams/stream.ts';
import { alterTable } from './tables/alter-table.ts';
import { createTable } from './tables/create-table.ts';
import { alterTask, createTask, executeTask } from './tasks/task.ts';
import { NameTakenError } from './transaction.ts';

/** Carries out one kind of statement. */
export type Handler<Kind extends Statement['kind']> = (
  statement: Extract<Statement, { kind: Kind }>,
  session: Session,
  run: Run,
) => Promise<StatementResult>;

/** Every statement kind and who carries it out. */
const handlers: { [Kind in Statement['kind']]?: Handler<Kind> } = {
  select: executeQuery,
  createContainer,
  createTask,
  alterTask,
  executeTask,
  executeAlert,
  createObject,
  alterObject,
  createTable,
  createExternalTable,
  createDynamicClone: cloneDynamicTable,
  alterTable,
  createView,
  createStream,
  createRoutine: (statement, session, run) => {
    const create = statement.type === 'PROCEDURE' ? createProcedure : createFunction;
    return create(statement, session, run);
  },
  drop,
  undrop,
  comment,
  insert,
  multiInsert,
  update,
  delete: deleteRows,
  merge,
  truncate,
  copyIntoTable,
  copyIntoLocation,
  createPipe,
  alterPipe,
  put,
  get,
  list: listStage,
  remove: removeFromStage,
  grant,
  show,
  describe,
  use: sessionStatements.use,
  set: sessionStatements.setVariables,
  unset: sessionStatements.unsetVariables,
  alterSession: sessionStatements.alterSession,
  transaction: sessionStatements.controlTransaction,
  block: executeBlock,
  callProcedure,
  executeImmediate,
  chain: executeChain,
};

/** Statements that know their columns without being carried out. */
const DESCRIBED: ReadonlySet<Statement['kind']> = new Set([
  'select',
  'insert',
  'multiInsert',
  'update',
  'delete',
  'merge',
  'show',
  'describe',
]);

/** Statements that begin a transaction when AUTOCOMMIT is FALSE. Source: docs.snowflake.com, AUTOCOMMIT: DML. */
const CHANGES_ROWS: ReadonlySet<Statement['kind']> = new Set([
  'insert',
  'multiInsert',
  'update',
  'delete',
  'merge',
  'copyIntoTable',
]);

/** @throws SnowflakeError */
export async function executeStatement(
  statement: Statement,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  if (statement.kind === 'elsewhere') throw notSupportedHere(statement.construct, statement.place);
  const handler = handlers[statement.kind] as Handler<Statement['kind']> | undefined;
  if (handler === undefined) throw notSupportedHere(`statement ${statement.kind}`, statement.start);
  if (run.bindRows !== undefined && statement.kind !== 'insert')
    throw notSupportedHere('rows of binds in a statement other than INSERT', statement.start);
  if (CHANGES_ROWS.has(statement.kind) && session.parameter('AUTOCOMMIT') === 'false' && !run.describeOnly)
    await session.begin(null);
  // Other statements answer their status alone, so there is nothing to compile for.
  if (run.describeOnly && !DESCRIBED.has(statement.kind)) return { ...statusResult(''), rows: [] };
  try {
    return await handler(statement as never, session, run);
  } catch (error) {
    if (!(error instanceof NameTakenError)) throw error;
    return handler(statement as never, session, run);
  }
}
