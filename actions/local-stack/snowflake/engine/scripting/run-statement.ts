import type { ScriptStatement } from '../../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { assign, assignAll } from './assign.ts';
import { runBranch, runCase } from './branch.ts';
import { closeCursor, fetchRow, openCursor, rowValues, tableOf } from './cursor.ts';
import { declare } from './declare.ts';
import { evaluate } from './evaluate.ts';
import { innerStatement } from './inner-tree.ts';
import { runForCursor, runForRange, runLoop } from './loops.ts';
import { awaitJobs, runAsync } from './resultset.ts';
import { type BlockContext, type Leave, runBlock } from './run-block.ts';
import { runInner } from './run-inner.ts';
import { severalRows } from './script-errors.ts';
import { exceptionFrom, raised } from './script-exception.ts';
import { textOfNode } from './script-run.ts';
import { findInScope } from './script-scope.ts';

/** Runs one statement of a block. Null: go on with the next. */
export async function runStatement(node: ScriptStatement, context: BlockContext): Promise<Leave | null> {
  const { scope, script } = context;
  switch (node.kind) {
    case 'block':
      return runBlock(node, context);
    case 'let':
      await declare(node.declaration, context);
      return null;
    case 'assign':
      await assign(node, context);
      return null;
    case 'if':
      return runBranch(node, context);
    case 'scriptCase':
      return runCase(node, context);
    case 'forRange':
      return runForRange(node, context);
    case 'forCursor':
      return runForCursor(node, context);
    case 'while':
    case 'repeat':
    case 'loop':
      return runLoop(node, context);
    case 'break':
    case 'continue':
      return { kind: node.kind, label: node.label?.name ?? null };
    case 'return':
      return { kind: 'return', returned: await returnedValue(node, context) };
    case 'raise':
      throw raise(node, context);
    case 'open':
      await openCursor(node, context);
      return null;
    case 'close':
      closeCursor(node, context);
      return null;
    case 'fetch':
      await fetchRow(node, context);
      return null;
    case 'selectInto':
      await selectInto(node, context);
      return null;
    case 'null':
      return null;
    case 'async':
      await runAsync(node.statement, context);
      return null;
    case 'await':
      awaitJobs(node, context);
      return null;
    case 'cancel':
      throw notSupportedHere('CANCEL of an ASYNC job', node.start);
    case 'callProcedure': {
      const result = await runInner(
        node,
        textOfNode(node, script),
        innerStatement(node, scope, script),
        scope,
        script,
      );
      if (node.into !== null) await assignAll([node.into], rowValues(result, 0).slice(0, 1), node, context);
      return null;
    }
    default:
      await runInner(node, textOfNode(node, script), innerStatement(node, scope, script), scope, script);
      return null;
  }
}

async function returnedValue(
  node: ScriptStatement & { kind: 'return' },
  context: BlockContext,
): Promise<Extract<Leave, { kind: 'return' }>['returned']> {
  const { value } = node;
  if (value === null) return null;
  if ('table' in value)
    return { kind: 'table', result: tableOf(node, value.table, value.fromCursor, context) };
  return { kind: 'scalar', value: await evaluate(value, context.scope, context.script) };
}

/** RAISE: a declared exception, or within a handler the one that it handles. */
function raise(node: ScriptStatement & { kind: 'raise' }, { scope, script }: BlockContext): unknown {
  if (node.name === null) return script.handled;
  const declared = findInScope(scope, node.name.name);
  return declared?.kind === 'exception' ? raised(declared, node.start) : undefined;
}

/** SELECT … INTO: one row; none leaves NULLs. Source: docs.snowflake.com, "Working with variables". */
async function selectInto(
  node: ScriptStatement & { kind: 'selectInto' },
  context: BlockContext,
): Promise<void> {
  const { scope, script } = context;
  const { query } = innerStatement(node, scope, script);
  const statement = { kind: 'select' as const, query, start: query.start, end: query.end };
  const result = await runInner(node, textOfNode(node, script), statement, scope, script);
  if (result.rows.length > 1)
    throw exceptionFrom(severalRows(result.rows.length), 'STATEMENT_ERROR', node.start);
  const values = rowValues(result, 0);
  await assignAll(node.into.slice(0, values.length), values.slice(0, node.into.length), node, context);
}
