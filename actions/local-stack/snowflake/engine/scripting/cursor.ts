import type { Expression, Identifier } from '../../../../shared/sql/ast.ts';
import type { Node } from '../../../../shared/sql/position.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import type { StatementResult } from '../result.ts';
import { assignAll } from './assign.ts';
import { evaluate } from './evaluate.ts';
import { innerQuery } from './inner-tree.ts';
import { resultOf } from './resultset.ts';
import type { BlockContext } from './run-block.ts';
import { runInner } from './run-inner.ts';
import { cursorNotOpen } from './script-errors.ts';
import { exceptionFrom } from './script-exception.ts';
import { textOfNode } from './script-run.ts';
import { findInScope, innerScope, type ScriptCursor, type ScriptObject } from './script-scope.ts';
import { nullValue, type ScriptValue } from './script-value.ts';

/** OPEN: runs the cursor's query, with the values of USING for its `?`. Source: docs.snowflake.com, "Working with cursors". */
export async function openCursor(
  node: Node & { cursor: Identifier; using: Expression[] },
  context: BlockContext,
): Promise<void> {
  const cursor = cursorNamed(node.cursor, context);
  const values: ScriptValue[] = [];
  for (const expression of node.using) values.push(await evaluate(expression, context.scope, context.script));
  cursor.result = await runCursor(cursor, node, values, context);
  cursor.next = 0;
}

async function runCursor(
  cursor: ScriptCursor,
  node: Node,
  using: ScriptValue[],
  { script }: BlockContext,
): Promise<StatementResult> {
  const { source } = cursor;
  if ('resultset' in source) return resultOf(source.resultset, node);
  const scope = innerScope(source.scope);
  for (const [index, value] of using.entries())
    scope.names.set(`?${index}`, { kind: 'variable', type: value.type, value });
  const statement = innerQuery(source.query, using.length > 0, script);
  return runInner(node, textOfNode(source.query, script), statement, scope, script);
}

/** CLOSE */
export function closeCursor(node: Node & { cursor: Identifier }, context: BlockContext): void {
  const cursor = cursorNamed(node.cursor, context);
  openResult(cursor, node);
  cursor.result = null;
}

/**
 * FETCH: the next row into variables, NULLs after the last one. What has no counterpart among columns or variables is
 * left as it is. Source: same page.
 */
export async function fetchRow(
  node: Node & { cursor: Identifier; into: Identifier[] },
  context: BlockContext,
): Promise<void> {
  const cursor = cursorNamed(node.cursor, context);
  const result = openResult(cursor, node);
  const values = rowValues(result, cursor.next);
  cursor.next++;
  await assignAll(node.into.slice(0, values.length), values.slice(0, node.into.length), node, context);
}

/** A row of a result as values; NULLs beyond the last. */
export function rowValues(result: StatementResult, index: number): ScriptValue[] {
  const row = result.rows[index];
  return result.columns.map(({ type }, column) =>
    row === undefined ? nullValue(type) : { type, text: row[column]! },
  );
}

/** What FOR goes through: a RESULTSET's rows, or those of a cursor, which it opens unless it is open. */
export async function rowsToVisit(
  node: Node & { cursor: Identifier },
  context: BlockContext,
): Promise<StatementResult> {
  const found = findInScope(context.scope, node.cursor.name);
  if (found?.kind === 'resultset') return resultOf(found, node);
  const cursor = cursorNamed(node.cursor, context);
  return cursor.result ?? runCursor(cursor, node, [], context);
}

/** The rows of RETURN TABLE(…): all of them, however many FETCH has read. */
export function tableOf(
  node: Node,
  name: Identifier,
  fromCursor: boolean,
  context: BlockContext,
): StatementResult {
  const found = findInScope(context.scope, name.name);
  if (fromCursor) return openResult(cursorNamed(name, context), node);
  if (found?.kind === 'resultset') return resultOf(found, node);
  throw notA('RESULTSET', name);
}

function openResult(cursor: ScriptCursor, node: Node): StatementResult {
  if (cursor.result === null) throw exceptionFrom(cursorNotOpen(cursor.name), 'STATEMENT_ERROR', node.start);
  return cursor.result;
}

function cursorNamed(name: Identifier, { scope }: BlockContext): ScriptCursor {
  const found: ScriptObject | undefined = findInScope(scope, name.name);
  if (found?.kind !== 'cursor') throw notA('cursor', name);
  return found;
}

function notA(what: string, name: Identifier) {
  return compilationError('000904', '42000', `'${name.name}' is no ${what}`, name.start);
}
