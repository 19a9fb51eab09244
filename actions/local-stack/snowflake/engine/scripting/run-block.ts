import type { ScriptBlock, ScriptStatement } from '../../../../shared/sql/ast.ts';
import type { ProcedureReturn } from './call.ts';
import { declare } from './declare.ts';
import { runStatement } from './run-statement.ts';
import { ScriptException as Failure, type ScriptException } from './script-exception.ts';
import type { ScriptRun } from './script-run.ts';
import { findInScope, innerScope, type ScriptScope } from './script-scope.ts';
import { nullValue } from './script-value.ts';

/** How a statement ends other than by going on to the next. */
export type Leave =
  | { kind: 'break' | 'continue'; label: string | null }
  | { kind: 'return'; returned: ProcedureReturn | null };

/** Where statements run: the names they see and the handlers of the block around them. */
export interface BlockContext {
  scope: ScriptScope;
  script: ScriptRun;
  handlers: ScriptBlock['handlers'];
}

/** Runs a block with its exception handlers. Source: docs.snowflake.com, "Understanding blocks in Snowflake Scripting". */
export async function runBlock(block: ScriptBlock, around: BlockContext): Promise<Leave | null> {
  const context = { ...around, scope: innerScope(around.scope), handlers: block.handlers };
  try {
    for (const declaration of block.declarations) await declare(declaration, context);
    return await runBody(block.body, context);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const handler = handlerOf(error, context);
    if (handler === undefined) throw error;
    declareUnreached(block, context);
    return handle(error, handler, context);
  }
}

/** Runs statements in order. */
export async function runBody(body: ScriptStatement[], context: BlockContext): Promise<Leave | null> {
  for (const statement of body) {
    context.script.session.requireNotCancelled();
    let leave: Leave | null;
    try {
      leave = await runStatement(statement, context);
    } catch (error) {
      const handler = error instanceof Failure ? handlerOf(error, context) : undefined;
      if (handler?.continues !== true) throw error;
      leave = await handle(error as ScriptException, handler, context);
    }
    if (leave !== null) return leave;
  }
  return null;
}

type Handler = ScriptBlock['handlers'][number];

/** The first WHEN that names the exception. */
function handlerOf(failure: ScriptException, { scope, handlers }: BlockContext): Handler | undefined {
  return handlers.find((handler) =>
    handler.names.some(({ name }) => {
      const declared = findInScope(scope, name);
      if (declared?.kind === 'exception') return declared === failure.declaration;
      if (name === 'OTHER') return true;
      return failure.declaration === null && name === failure.type;
    }),
  );
}

/** Variables whose LET was not reached are NULL in the handler, which sees the names of the whole block. */
function declareUnreached({ body }: ScriptBlock, { scope, script }: BlockContext): void {
  for (const statement of body) {
    if (statement.kind !== 'let' || statement.declaration.kind !== 'variable') continue;
    const { name } = statement.declaration.name;
    const type = script.inferred.get(statement.declaration);
    if (type === undefined || scope.names.has(name)) continue;
    scope.names.set(name, { kind: 'variable', type, value: nullValue(type) });
  }
}

async function handle(
  failure: ScriptException,
  handler: Handler,
  context: BlockContext,
): Promise<Leave | null> {
  const { script } = context;
  const before = script.handled;
  script.handled = failure;
  try {
    // A failure within a handler is the enclosing block's.
    return await runBody(handler.body, { ...context, scope: innerScope(context.scope), handlers: [] });
  } finally {
    script.handled = before;
  }
}
