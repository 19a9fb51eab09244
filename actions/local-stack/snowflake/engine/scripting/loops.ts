import type { ScriptStatement } from '../../../../shared/sql/ast.ts';
import { number } from '../../bind/literal.ts';
import { rowsToVisit, rowValues } from './cursor.ts';
import { evaluate, holds } from './evaluate.ts';
import { type BlockContext, type Leave, runBody } from './run-block.ts';
import { innerScope, type ScriptObject } from './script-scope.ts';

type Loop<Kind extends ScriptStatement['kind']> = ScriptStatement & { kind: Kind };

/** The type of a FOR loop's counter. */
export const COUNTER = number(9, 0);

/** WHILE, REPEAT and LOOP. Source: docs.snowflake.com, "Working with loops". */
export async function runLoop(
  node: Loop<'while' | 'repeat' | 'loop'>,
  context: BlockContext,
): Promise<Leave | null> {
  const { scope, script } = context;
  for (let turn = 1; ; turn++) {
    if (node.kind === 'while' && !(await holds(node.condition, scope, script))) return null;
    const leave = await runTurn(node, {}, context, turn);
    if (leave === 'end') return null;
    if (leave !== null) return leave;
    if (node.kind === 'repeat' && (await holds(node.until, scope, script))) return null;
  }
}

/** FOR … IN [REVERSE] from TO to: bounds are rounded and computed once; the counter is the loop's own. Source: same page. */
export async function runForRange(node: Loop<'forRange'>, context: BlockContext): Promise<Leave | null> {
  const { scope, script } = context;
  const { reverse } = node;
  const from = await evaluate(node.from, scope, script, reverse ? number(38, 0) : COUNTER);
  const to = await evaluate(node.to, scope, script, reverse ? COUNTER : number(38, 0));
  if (from.text === null || to.text === null) return null;
  const [low, high] = [BigInt(from.text), BigInt(to.text)];
  const step = reverse ? -1n : 1n;
  let turn = 0;
  for (let at = reverse ? high : low; reverse ? at >= low : at <= high; at += step) {
    const value = { type: COUNTER, text: String(at) };
    turn++;
    const leave = await runTurn(
      node,
      { [node.variable.name]: { kind: 'variable', type: COUNTER, value } },
      context,
      turn,
    );
    if (leave === 'end') return null;
    if (leave !== null) return leave;
  }
  return null;
}

/** FOR … IN a cursor or RESULTSET: the variable is the row. Source: same page. */
export async function runForCursor(node: Loop<'forCursor'>, context: BlockContext): Promise<Leave | null> {
  const result = await rowsToVisit(node, context);
  for (const index of result.rows.keys()) {
    const values = rowValues(result, index);
    const columns = new Map(result.columns.map((column, at) => [column.name, values[at]!]));
    const leave = await runTurn(node, { [node.variable.name]: { kind: 'row', columns } }, context, index + 1);
    if (leave === 'end') return null;
    if (leave !== null) return leave;
  }
  return null;
}

/** Turns after which other sessions get their turn, even if the loop waits for nothing. */
const BREATH = 64;

/** One turn. Null: go on with the next; 'end': the loop is over. */
async function runTurn(
  node: { body: ScriptStatement[]; label: { name: string } | null },
  names: Record<string, ScriptObject>,
  context: BlockContext,
  turn: number,
): Promise<Leave | 'end' | null> {
  context.script.session.requireNotCancelled();
  if (turn % BREATH === 0) await new Promise((resume) => setImmediate(resume));
  const scope = innerScope(context.scope);
  for (const [name, object] of Object.entries(names)) scope.names.set(name, object);
  const leave = await runBody(node.body, { ...context, scope });
  if (leave === null || leave.kind === 'return') return leave;
  if (leave.label !== null && leave.label !== node.label?.name) return leave;
  return leave.kind === 'break' ? 'end' : null;
}
