import { notSupportedHere } from '../errors.ts';
import type { Statement } from '../sql/ast.ts';
import { alterObject } from './alter-object.ts';
import { alterTable } from './alter-table.ts';
import { comment } from './comment.ts';
import { createContainer } from './container.ts';
import { copyIntoLocation } from './copy-into-location.ts';
import { copyIntoTable } from './copy-into-table.ts';
import { createObject } from './create-object.ts';
import { createTable } from './create-table.ts';
import { deleteRows, truncate } from './delete.ts';
import { describe } from './describe.ts';
import { drop, undrop } from './drop.ts';
import { insert } from './insert.ts';
import { listStage, removeFromStage } from './list-files.ts';
import { merge } from './merge.ts';
import { multiInsert } from './multi-insert.ts';
import { alterPipe, createPipe } from './pipe.ts';
import { get, put } from './put-get.ts';
import { executeQuery } from './query.ts';
import { grant } from './recorded-object.ts';
import { type StatementResult, statusResult } from './result.ts';
import type { Run, Session } from './session.ts';
import * as sessionStatements from './session-statements.ts';
import { show } from './show.ts';
import { createStream } from './stream.ts';
import { alterTask, createTask, executeTask } from './task.ts';
import { update } from './update.ts';
import { createView } from './view.ts';

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
  createObject,
  alterObject,
  createTable,
  alterTable,
  createView,
  createStream,
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

/** @throws SnowflakeError */
export async function executeStatement(
  statement: Statement,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const handler = handlers[statement.kind] as Handler<Statement['kind']> | undefined;
  if (handler === undefined) throw notSupportedHere(`statement ${statement.kind}`, statement.start);
  // Other statements answer their status alone, so there is nothing to compile for.
  if (run.describeOnly && !DESCRIBED.has(statement.kind)) return { ...statusResult(''), rows: [] };
  return handler(statement as never, session, run);
}
