import type { Expression, Identifier, ScriptBlock, ScriptStatement } from '../../../../shared/sql/ast.ts';
import type { Node, Position } from '../../../../shared/sql/position.ts';
import {
  invalidIdentifier,
  notSupportedHere,
  type SnowflakeError,
} from '../../../../shared/sql/snowflake-error.ts';
import { walk } from '../../../../shared/sql/walk.ts';
import { isStatement } from './assign.ts';
import { builtIn } from './block-variables.ts';
import { checkDeclaration } from './check-declaration.ts';
import { visitNames } from './inner-tree.ts';
import { COUNTER } from './loops.ts';
import { incompatibleReturn, misplacedJump } from './script-errors.ts';
import type { ScriptRun } from './script-run.ts';
import { findInScope, innerScope, type ScriptObject, type ScriptScope } from './script-scope.ts';
import { nullValue } from './script-value.ts';

/** What the check knows where it stands. Names have no values, only types. */
export interface CheckContext {
  scope: ScriptScope;
  script: ScriptRun;
  returns: 'scalar' | 'table' | null;
  /** Labels of the loops around, innermost last; null: without one. */
  loops: (string | null)[];
  inHandler: boolean;
}

/**
 * Finds what Snowflake refuses of a block before any of it runs: names that nothing declares, variables without a
 * type, RETURN of the other kind. Binds, targets and cursors come before the bare names of expressions.
 * @throws SnowflakeError with its place in the block's text
 */
export function checkBlock(
  block: ScriptBlock,
  around: ScriptScope,
  returns: CheckContext['returns'],
  script: ScriptRun,
): void {
  const scope = innerScope(around);
  const [first] = checkWithin(block, { scope, script, returns, loops: [], inHandler: false });
  if (first !== undefined) throw first;
}

/** The bare names that are unknown, in the order in which Snowflake looks at them. */
function checkWithin(block: ScriptBlock, context: CheckContext): SnowflakeError[] {
  const unknown: SnowflakeError[] = [];
  for (const declaration of block.declarations)
    unknown.push(...checkDeclaration(declaration, declaration.start, context));
  unknown.push(...checkBody(block.body, context));
  for (const handler of block.handlers) {
    for (const name of handler.names) requireException(name, context);
    const scope = innerScope(context.scope);
    unknown.push(...checkBody(handler.body, { ...context, scope, inHandler: true }));
  }
  return unknown;
}

function checkBody(body: ScriptStatement[], context: CheckContext): SnowflakeError[] {
  const declarations: SnowflakeError[] = [];
  const others: SnowflakeError[] = [];
  for (const statement of body)
    (statement.kind === 'let' ? declarations : others).push(...checkStatement(statement, context));
  return [...declarations, ...others];
}

function checkStatement(node: ScriptStatement, context: CheckContext): SnowflakeError[] {
  const inside = (body: ScriptStatement[], more: Partial<CheckContext> = {}, names: Names = {}) => {
    const scope = innerScope(context.scope);
    for (const [name, object] of Object.entries(names)) scope.names.set(name, object);
    return checkBody(body, { ...context, scope, ...more });
  };
  switch (node.kind) {
    case 'block':
      return checkWithin(node, { ...context, scope: innerScope(context.scope) });
    case 'let':
      return checkDeclaration(node.declaration, node.start, context);
    case 'assign': {
      // Told at the := sign.
      const target = findInScope(context.scope, node.name.name);
      if (target?.kind !== 'variable' && target?.kind !== 'resultset')
        throw invalidIdentifier(node.name.name, signAfter(node.name, context.script));
      if (target.kind === 'resultset' || isStatement(node.value)) {
        checkBinds(node.value, context);
        return [];
      }
      return checkExpression(node.value, context);
    }
    case 'if':
      return [
        ...node.branches.flatMap((one) => [...checkExpression(one.condition, context), ...inside(one.body)]),
        ...inside(node.otherwise),
      ];
    case 'scriptCase':
      return [
        ...(node.operand === null ? [] : checkExpression(node.operand, context)),
        ...node.branches.flatMap((one) => [...checkExpression(one.when, context), ...inside(one.body)]),
        ...inside(node.otherwise),
      ];
    case 'forRange': {
      const bounds = [...checkExpression(node.from, context), ...checkExpression(node.to, context)];
      const counter = { kind: 'variable' as const, type: COUNTER, value: nullValue(COUNTER) };
      return [...bounds, ...inside(node.body, loop(node.label, context), { [node.variable.name]: counter })];
    }
    case 'forCursor': {
      requireKind(node.cursor, ['cursor', 'resultset'], context);
      const row = { kind: 'row' as const, columns: new Map() };
      return inside(node.body, loop(node.label, context), { [node.variable.name]: row });
    }
    case 'while':
      return [...checkExpression(node.condition, context), ...inside(node.body, loop(node.label, context))];
    case 'repeat':
      return [...checkExpression(node.until, context), ...inside(node.body, loop(node.label, context))];
    case 'loop':
      return inside(node.body, loop(node.label, context));
    case 'break':
    case 'continue': {
      const known = node.label === null ? context.loops.length > 0 : context.loops.includes(node.label.name);
      if (!known) throw misplacedJump(node.kind.toUpperCase(), node.start);
      return [];
    }
    case 'return':
      return checkReturn(node, context);
    case 'raise':
      if (node.name !== null) requireKind(node.name, ['exception'], context);
      else if (!context.inHandler) throw misplacedJump('RAISE', node.start);
      return [];
    case 'open':
      requireKind(node.cursor, ['cursor'], context);
      return node.using.flatMap((one) => checkExpression(one, context));
    case 'close':
      requireKind(node.cursor, ['cursor'], context);
      return [];
    case 'fetch':
      requireKind(node.cursor, ['cursor'], context);
      for (const name of node.into) requireKind(name, ['variable'], context);
      return [];
    case 'selectInto':
      for (const name of node.into) requireKind(name, ['variable'], context);
      checkBinds(node.query, context);
      return [];
    case 'async':
      checkBinds(node.statement, context);
      return [];
    case 'await':
    case 'cancel':
      if (node.resultset !== null) requireKind(node.resultset, ['resultset'], context);
      return [];
    case 'null':
      return [];
    default:
      checkInnerStatement(node, context);
      return [];
  }
}

type Names = Record<string, ScriptObject>;

function loop(label: Identifier | null, context: CheckContext): Partial<CheckContext> {
  return { loops: [...context.loops, label?.name ?? null] };
}

function checkInnerStatement(node: ScriptStatement, context: CheckContext): void {
  // What a view, task or procedure is made of is not run here.
  if (node.kind === 'createTask' || node.kind === 'createRoutine') return;
  if (node.kind === 'callProcedure' && node.into !== null) requireKind(node.into, ['variable'], context);
  if (node.kind === 'executeImmediate')
    for (const name of node.using) requireKind(name, ['variable'], context);
  if (node.kind === 'createView' || node.kind === 'createPipe') refuseBinds(node);
  checkBinds(node, context);
}

/** The text is kept and read again later, when no variable is there. */
function refuseBinds(node: ScriptStatement): void {
  walk(node, (one) => {
    if (one.kind === 'bind') throw notSupportedHere('a variable in the text of a view or pipe', one.start);
    return undefined;
  });
}

function checkReturn(node: ScriptStatement & { kind: 'return' }, context: CheckContext): SnowflakeError[] {
  const { value } = node;
  const isTable = value !== null && 'table' in value;
  if (context.returns === 'table' && value !== null && !isTable)
    throw incompatibleReturn('TABLE', 'SCALAR', node.start);
  if (context.returns === 'scalar' && isTable) throw incompatibleReturn('SCALAR', 'TABLE', node.start);
  if (value === null) return [];
  if (!isTable) return checkExpression(value, context);
  requireKind(value.table, value.fromCursor ? ['cursor'] : ['resultset'], context, node.start);
  return [];
}

/** Throws for a bind that nothing declares; answers the bare names that nothing declares. */
export function checkExpression(node: Expression, context: CheckContext): SnowflakeError[] {
  checkBinds(node, context);
  const unknown: SnowflakeError[] = [];
  visitNames(node, ({ parts, start }) => {
    const [first, field] = parts;
    const found = findInScope(context.scope, first!.name);
    if (field !== undefined ? found?.kind === 'row' || field.name === 'NEXTVAL' : isValue(found, first!.name))
      return;
    unknown.push(invalidIdentifier(parts.map((part) => part.name).join('.'), start));
  });
  return unknown;
}

function isValue(found: ScriptObject | undefined, name: string): boolean {
  return found === undefined ? builtIn[name] !== undefined : found.kind === 'variable';
}

export function checkBinds(tree: Node, { scope, script }: CheckContext): void {
  walk(tree, (node) => {
    if (node.kind !== 'bind') return undefined;
    const { name, start, end } = node as Extract<Expression, { kind: 'bind' }>;
    if (name === null || isValue(findInScope(scope, name), name)) return undefined;
    throw invalidIdentifier(script.source.slice(start.offset + 1, end), start);
  });
}

export function requireKind(
  name: Identifier,
  kinds: ScriptObject['kind'][],
  { scope }: CheckContext,
  position: Position = name.start,
): ScriptObject {
  const found = findInScope(scope, name.name);
  if (found === undefined || !kinds.includes(found.kind)) throw invalidIdentifier(name.name, position);
  return found;
}

const CAUGHT = new Set(['OTHER', 'STATEMENT_ERROR', 'EXPRESSION_ERROR']);

function requireException(name: Identifier, context: CheckContext): void {
  if (findInScope(context.scope, name.name)?.kind === 'exception' || CAUGHT.has(name.name)) return;
  throw invalidIdentifier(name.name, name.start);
}

/** Where the := behind a name stands. */
function signAfter(name: Identifier, script: ScriptRun): Position {
  const between = /^[\s\S]*?(?=:=)/.exec(script.source.slice(name.end))?.[0] ?? '';
  const lines = script.source.slice(name.start.offset, name.end + between.length).split('\n');
  const offset = name.end + between.length;
  const last = lines.at(-1)!.length;
  return {
    offset,
    line: name.start.line + lines.length - 1,
    column: lines.length === 1 ? name.start.column + last : last,
  };
}
