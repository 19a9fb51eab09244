import type { ScriptStatement } from '../../../../shared/sql/ast.ts';
import { evaluate, holds, isEqual } from './evaluate.ts';
import { type BlockContext, type Leave, runBody } from './run-block.ts';
import { innerScope } from './script-scope.ts';

/** IF, ELSEIF, ELSE. Source: docs.snowflake.com, "Working with conditional logic". */
export async function runBranch(
  node: ScriptStatement & { kind: 'if' },
  context: BlockContext,
): Promise<Leave | null> {
  for (const branch of node.branches)
    if (await holds(branch.condition, context.scope, context.script)) return runInside(branch.body, context);
  return runInside(node.otherwise, context);
}

/** CASE with an operand, whose branches are values, or without one, whose branches are conditions. Source: same page. */
export async function runCase(
  node: ScriptStatement & { kind: 'scriptCase' },
  context: BlockContext,
): Promise<Leave | null> {
  const { scope, script } = context;
  const operand = node.operand === null ? null : await evaluate(node.operand, scope, script);
  for (const branch of node.branches) {
    const taken =
      operand === null
        ? await holds(branch.when, scope, script)
        : await isEqual(operand, branch.when, scope, script);
    if (taken) return runInside(branch.body, context);
  }
  return runInside(node.otherwise, context);
}

/** A branch's LETs are its own. */
function runInside(body: ScriptStatement[], context: BlockContext): Promise<Leave | null> {
  return runBody(body, { ...context, scope: innerScope(context.scope) });
}
