import type { Expression } from '../../../../shared/sql/ast.ts';
import { tokenize } from '../../../../shared/sql/lexer.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { type AnyNode, walk } from '../../../../shared/sql/walk.ts';
import type { Bound } from '../../bind/bound.ts';
import { cast, coerceForComparison } from '../../bind/cast.ts';
import { bindExpression } from '../../bind/expression.ts';
import { findFunction } from '../../bind/functions/registry.ts';
import { BOOLEAN } from '../../bind/literal.ts';
import { createScope } from '../../bind/scope.ts';
import { type BindPreparation, createBindContext } from '../bind-context.ts';
import type { Run, Session } from '../session.ts';
import { prepareStages } from '../stages/stage-scan.ts';
import { statementError } from '../statement-error.ts';
import { variableLookup } from './block-variables.ts';
import { computeAll, type Query } from './convert.ts';
import { fold } from './fold.ts';
import { innerExpression } from './inner-tree.ts';
import { requireNoSessionVariable } from './procedure-scope.ts';
import { exceptionFrom } from './script-exception.ts';
import { type ScriptRun, textOfNode } from './script-run.ts';
import type { ScriptScope } from './script-scope.ts';
import { booleanValue, boundValue, type ScriptValue } from './script-value.ts';

/**
 * The value of an expression of a block, converted to `type` as an assignment does, or of its own type.
 * @throws ScriptException EXPRESSION_ERROR where the expression begins
 */
export async function evaluate(
  node: Expression,
  scope: ScriptScope,
  script: ScriptRun,
  type: SnowflakeType | null = null,
): Promise<ScriptValue> {
  return evaluateWith(node, scope, script, (bound) => (type === null ? bound : cast(bound, type)));
}

async function evaluateWith(
  node: Expression,
  scope: ScriptScope,
  script: ScriptRun,
  convert: (bound: Bound) => Bound,
): Promise<ScriptValue> {
  try {
    const run = {
      ...script.run,
      text: textOfNode(node, script),
      scriptVariable: variableLookup(scope, script),
    };
    const expression = innerExpression(node, scope, script);
    return await evaluateIn(expression, script.session, run, convert);
  } catch (error) {
    const known = statementError(error, script.session.engine.limits);
    throw exceptionFrom(known ?? error, 'EXPRESSION_ERROR', node.start);
  }
}

/**
 * Whether a condition holds: its value is TRUE, or reads as `true` or `1`. Anything else is not taken, and is no error.
 * The parentheses around it belong to the statement.
 */
export async function holds(node: Expression, scope: ScriptScope, script: ScriptRun): Promise<boolean> {
  const value = await evaluate(withoutParentheses(node, script), scope, script);
  if (value.text === null) return false;
  if (value.type.name === 'FLOAT') return Number(value.text) === 1;
  return value.text === '1' || value.text.toLowerCase() === 'true';
}

/** Whether a simple CASE's operand equals the value of a branch, compared as `=` does. */
export async function isEqual(
  operand: ScriptValue,
  node: Expression,
  scope: ScriptScope,
  script: ScriptRun,
): Promise<boolean> {
  const equal = await evaluateWith(node, scope, script, (bound) => {
    const [left, right] = coerceForComparison(boundValue(operand), bound);
    return { sql: `(${left.sql} = ${right.sql})`, type: BOOLEAN };
  });
  return equal.text === '1';
}

/** Conditions without the parentheses that the grammar of IF, WHILE and REPEAT wants. */
const conditions = new WeakMap<Expression, Expression>();

function withoutParentheses(node: Expression, script: ScriptRun): Expression {
  const known = conditions.get(node);
  if (known !== undefined) return known;
  const text = textOfNode(node, script);
  const inner = isInParentheses(text) && node.kind !== 'subquery' ? inside(node, text) : node;
  conditions.set(node, inner);
  return inner;
}

function inside(node: Expression, text: string): Expression {
  const lead = /^\(\s*/.exec(text)![0];
  const lines = lead.split('\n');
  const { offset, line, column } = node.start;
  const start = {
    offset: offset + lead.length,
    line: line + lines.length - 1,
    column: lines.length === 1 ? column + lead.length : lines.at(-1)!.length,
  };
  return { ...node, start, end: node.end - 1 };
}

/** Whether the text's first character is a parenthesis that its last one closes. */
function isInParentheses(text: string): boolean {
  if (!text.startsWith('(')) return false;
  let depth = 0;
  for (const token of tokenize(text)) {
    if (token.kind !== 'symbol') continue;
    if (token.value === '(') depth++;
    else if (token.value === ')' && --depth === 0) return token.end === text.length;
  }
  return false;
}

/** Binds, converts and computes an expression; a constant needs no database. */
export async function evaluateIn(
  expression: Expression,
  session: Session,
  run: Run,
  convert: (bound: Bound) => Bound,
): Promise<ScriptValue> {
  requireNoSessionVariable(expression, session);
  const bindIn = (preparation: BindPreparation): Bound =>
    convert(
      bindExpression(
        expression,
        createScope(createBindContext(session, run, preparation), { source: run.text }),
      ),
    );
  // Outside a transaction an expression without a query needs none of its own.
  if (session.transaction === null && !readsData(expression)) {
    const bound = bindIn({});
    return (
      constantOf(bound) ??
      foldedValue(expression, bound.type, run) ??
      compute(bound, async (sql) => (await session.connection.runAndReadAll(sql)).getRowsJS())
    );
  }
  return session.transact(async (transaction) => {
    const stages = await prepareStages(expression, session, run);
    const effects: NonNullable<BindPreparation['effects']> = [];
    const bound = bindIn({ transaction, stages, effects });
    const value = await compute(bound, (sql) => transaction.query(sql));
    for (const effect of effects) await effect(transaction);
    return value;
  });
}

function readsData(expression: AnyNode): boolean {
  let reads = false;
  walk(expression, (node) => {
    // What a function reads, or changes, only the engine knows.
    reads ||= node.kind === 'query' || (node.kind === 'call' && isEngineFunction(node));
    return !reads;
  });
  return reads;
}

function isEngineFunction(node: AnyNode): boolean {
  const { name } = node as Extract<Expression, { kind: 'call' }>;
  return name.length > 1 || name[0]!.name.startsWith('SYSTEM$') || findFunction(name[0]!.name) === undefined;
}

/** What needs no database: see fold.ts. */
function foldedValue(expression: Expression, type: SnowflakeType, run: Run): ScriptValue | undefined {
  const folded = fold(expression, (name) => run.scriptVariable?.(name)?.constant);
  if (folded === undefined) return undefined;
  if (folded === null) return { type, text: null };
  if (type.name === 'BOOLEAN') return typeof folded === 'boolean' ? booleanValue(folded) : undefined;
  if (typeof folded !== 'bigint' || type.name !== 'NUMBER' || type.scale !== 0) return undefined;
  const text = String(folded);
  return text.replace('-', '').length <= type.precision ? { type, text } : undefined;
}

function constantOf({ constant, type }: Bound): ScriptValue | undefined {
  if (constant === undefined) return undefined;
  if (constant === null) return { type, text: null };
  if (typeof constant === 'string' && type.name === 'VARCHAR') return { type, text: constant };
  if (typeof constant === 'bigint' && type.name === 'NUMBER' && type.scale === 0)
    return { type, text: String(constant) };
  return typeof constant === 'boolean' ? booleanValue(constant) : undefined;
}

async function compute(bound: Bound, query: Query): Promise<ScriptValue> {
  return (await computeAll([bound], query))[0]!;
}
