import type { Expression, Identifier, Statement } from '../../../../shared/sql/ast.ts';
import type { Node } from '../../../../shared/sql/position.ts';
import { invalidIdentifier, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { convertAll } from './convert.ts';
import { evaluate } from './evaluate.ts';
import { fill, runForResult } from './resultset.ts';
import type { BlockContext } from './run-block.ts';
import { exceptionFrom } from './script-exception.ts';
import { findInScope, type ScriptObject } from './script-scope.ts';
import type { ScriptValue } from './script-value.ts';

/** `name := value`: a variable takes the value as its type, a RESULTSET the statement's result. */
export async function assign(
  node: Node & { name: Identifier; value: Expression | Statement; async: boolean },
  context: BlockContext,
): Promise<void> {
  const { scope, script } = context;
  const target = findInScope(scope, node.name.name);
  if (target?.kind === 'resultset') {
    await fill(target, asStatement(node.value), node.async, context);
    return;
  }
  const variable = requireVariable(target, node.name);
  if (isStatement(node.value)) {
    const result = await runForResult(node.value, context);
    const [first] =
      result.rows.length === 0 ? [] : [{ type: result.columns[0]!.type, text: result.rows[0]![0]! }];
    await assignAll([node.name], [first ?? { type: variable.type, text: null }], node, context);
    return;
  }
  variable.value = await evaluate(node.value, scope, script, variable.type);
}

/** Several variables take values, each as its own type. @throws ScriptException EXPRESSION_ERROR at `node` */
export async function assignAll(
  names: Identifier[],
  values: ScriptValue[],
  node: Node,
  { scope, script }: BlockContext,
): Promise<void> {
  const variables = names.map((name) => requireVariable(findInScope(scope, name.name), name));
  try {
    const converted = await convertAll(
      values,
      variables.map((variable) => variable.type),
      script.session,
    );
    for (const [index, variable] of variables.entries()) variable.value = converted[index]!;
  } catch (error) {
    throw exceptionFrom(error, 'EXPRESSION_ERROR', node.start);
  }
}

type Variable = Extract<ScriptObject, { kind: 'variable' }>;

function requireVariable(target: ScriptObject | undefined, name: Identifier): Variable {
  if (target?.kind !== 'variable') throw invalidIdentifier(name.name, name.start);
  return target;
}

/** Kinds of trees that are statements and not expressions. */
const STATEMENTS = new Set([
  'callProcedure',
  'executeImmediate',
  'show',
  'describe',
  'insert',
  'update',
  'delete',
  'merge',
  'select',
  'multiInsert',
]);

export function isStatement(value: Expression | Statement): value is Statement {
  return STATEMENTS.has(value.kind);
}

/** `(SELECT …)` was read as a subquery. */
function asStatement(value: Expression | Statement): Statement {
  if (isStatement(value)) return value;
  if (value.kind !== 'subquery')
    throw notSupportedHere('a RESULTSET of something other than a statement', value.start);
  return { kind: 'select', query: value.query, start: value.query.start, end: value.query.end };
}
