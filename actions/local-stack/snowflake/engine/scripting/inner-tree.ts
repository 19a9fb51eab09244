import type {
  ColumnReference,
  ExecuteImmediate,
  Expression,
  FunctionCall,
  Query,
  ScriptStatement,
  StageLocation,
  Statement,
} from '../../../../shared/sql/ast.ts';
import {
  parseExpressionText,
  parseScriptStatementText,
  parseStatement,
} from '../../../../shared/sql/parse.ts';
import type { Node } from '../../../../shared/sql/position.ts';
import { walk } from '../../../../shared/sql/walk.ts';
import { findFunction } from '../../bind/functions/registry.ts';
import { builtIn } from './block-variables.ts';
import { isBind, MARK } from './marked-bind.ts';
import { type ScriptRun, textOfNode } from './script-run.ts';
import { findInScope, type ScriptScope } from './script-scope.ts';

/**
 * A statement of the block, read from its own text: Snowflake counts the positions of its errors from there. `:name`
 * stands for the block's variables, a bare name never does.
 */
export function innerStatement<Kind extends ScriptStatement['kind']>(
  node: ScriptStatement & { kind: Kind },
  scope: ScriptScope,
  script: ScriptRun,
): ScriptStatement & { kind: Kind } {
  const read = part(node, script, () => {
    const statement = parseScriptStatementText(textOfNode(node, script));
    markBinds(statement, node);
    // The text of EXECUTE IMMEDIATE is an expression of the block.
    if (statement.kind === 'executeImmediate' && !isLocation(statement.source))
      markNames(statement.source, scope);
    return statement;
  });
  return read as ScriptStatement & { kind: Kind };
}

export function isLocation(source: ExecuteImmediate['source']): source is StageLocation {
  return ['namedStage', 'userStage', 'tableStage', 'url'].includes(source.kind);
}

/** The query of a cursor, likewise, as a statement; with `using` its `?` are the variables ?0, ?1 … */
export function innerQuery(node: Query, isBound: boolean, script: ScriptRun): Statement {
  const statement = parseStatement(textOfNode(node, script));
  if (isBound) {
    walk(statement, (one) => {
      if (isBind(one) && one.index !== null) Object.assign(one, { name: `?${one.index}`, index: null });
      return undefined;
    });
  }
  markBinds(statement, node);
  return statement;
}

/** An expression of the block, likewise; its bare names stand for variables but for those in its subqueries. */
export function innerExpression(node: Expression, scope: ScriptScope, script: ScriptRun): Expression {
  return part(node, script, () => {
    const expression = parseExpressionText(textOfNode(node, script));
    markBinds(expression, node);
    markNames(expression, scope);
    return expression;
  });
}

function part<T>(node: Node, script: ScriptRun, read: () => T): T {
  const known = script.parts.get(node);
  if (known !== undefined) return known as T;
  const fresh = read();
  script.parts.set(node, fresh);
  return fresh;
}

/** `:name` becomes a marked name; `?` gets back the place that it has in the whole of the text. */
function markBinds(tree: Node, original: Node): void {
  const places: number[] = [];
  walk(original, (node) => {
    if (isBind(node) && node.index !== null) places.push(node.index);
    return undefined;
  });
  walk(tree, (node) => {
    if (!isBind(node)) return undefined;
    if (node.name !== null) node.name = MARK + node.name;
    else node.index = places.shift() ?? node.index;
    return undefined;
  });
}

/** `x` and `row.field` outside subqueries become marked binds, but for those that say a date part. */
function markNames(tree: Expression, scope: ScriptScope): void {
  visitNames(tree, (node) => {
    const [first, field, more] = node.parts;
    if (more !== undefined || !isVariable(first!.name, field !== undefined, scope)) return;
    const name = node.parts.map((one) => MARK + one.name).join('');
    Object.assign(node, { kind: 'bind', index: null, name, parts: undefined });
  });
}

/** Every name of an expression that may stand for a variable: not those of its subqueries, nor date parts. */
export function visitNames(tree: Expression, visit: (node: ColumnReference) => void): void {
  const dateParts = new Set<Expression>();
  walk(tree, (node) => {
    if (node.kind === 'query' || node.kind === 'lambda') return false;
    if (node.kind === 'call') {
      const { name, args } = node as FunctionCall;
      const { partArgument } = findFunction(name.at(-1)!.name) ?? {};
      const said = partArgument === undefined ? undefined : args[partArgument];
      if (said !== undefined) dateParts.add(said);
    }
    if (node.kind === 'column' && !dateParts.has(node as ColumnReference)) visit(node as ColumnReference);
    return undefined;
  });
}

function isVariable(name: string, hasField: boolean, scope: ScriptScope): boolean {
  const found = findInScope(scope, name);
  if (hasField) return found?.kind === 'row';
  return found === undefined ? builtIn[name] !== undefined : found.kind === 'variable';
}
