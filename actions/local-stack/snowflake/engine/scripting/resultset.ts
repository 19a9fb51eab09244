import type { Identifier, Statement } from '../../../../shared/sql/ast.ts';
import type { Node } from '../../../../shared/sql/position.ts';
import type { StatementResult } from '../result.ts';
import { innerStatement } from './inner-tree.ts';
import type { BlockContext } from './run-block.ts';
import { runInner } from './run-inner.ts';
import { needsAwait, noResult } from './script-errors.ts';
import { exceptionFrom, ScriptException } from './script-exception.ts';
import { textOfNode } from './script-run.ts';
import { type AsyncJob, findInScope, type ScriptResultset } from './script-scope.ts';

/** Runs the statement whose result a RESULTSET keeps. */
export async function fill(
  resultset: ScriptResultset,
  statement: Statement,
  isAsync: boolean,
  context: BlockContext,
): Promise<void> {
  resultset.result = null;
  resultset.job = isAsync ? await runAsync(statement, context) : null;
  if (!isAsync) resultset.result = await runForResult(statement, context);
}

export function runForResult(node: Statement, { scope, script }: BlockContext): Promise<StatementResult> {
  return runInner(node, textOfNode(node, script), innerStatement(node, scope, script), scope, script);
}

/**
 * ASYNC (statement). Here it has run when the next statement begins, which is one of the orders that Snowflake may
 * choose; its failure is told by AWAIT. Source: docs.snowflake.com, "Working with asynchronous child jobs".
 */
export async function runAsync(statement: Statement, context: BlockContext): Promise<AsyncJob> {
  let job: AsyncJob;
  try {
    job = { result: await runForResult(statement, context) };
  } catch (failure) {
    // What no handler may hide is not kept for AWAIT either.
    if (!(failure instanceof ScriptException)) throw failure;
    job = { failure };
  }
  context.script.jobs.push(job);
  return job;
}

/** AWAIT of a RESULTSET, or of all jobs of the block: fails as the first of them that has failed. */
export function awaitJobs(
  node: Node & { resultset: Identifier | null },
  { scope, script }: BlockContext,
): void {
  const found = node.resultset === null ? undefined : findInScope(scope, node.resultset.name);
  const awaited =
    found?.kind === 'resultset' ? (found.job === null ? [] : [found.job]) : script.jobs.splice(0);
  for (const job of awaited) {
    if ('failure' in job) {
      const { failure } = job as { failure: ScriptException };
      throw new ScriptException({ ...failure, position: node.start }, failure);
    }
    if (found?.kind === 'resultset') found.result = job.result;
  }
  if (found?.kind === 'resultset') found.job = null;
}

/** @throws ScriptException when there is none, or AWAIT has not been said */
export function resultOf(resultset: ScriptResultset, node: Node): StatementResult {
  if (resultset.result !== null) return resultset.result;
  const error = resultset.job === null ? noResult(resultset.name) : needsAwait(resultset.name);
  throw exceptionFrom(error, 'STATEMENT_ERROR', node.start);
}
