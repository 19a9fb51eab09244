import type { FunctionCall, Query } from '../../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../../shared/sql/parse.ts';
import type { Position } from '../../../../shared/sql/position.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import { walk } from '../../../../shared/sql/walk.ts';
import type { Session } from '../session.ts';

/** Functions that WHEN may call. Source: docs.snowflake.com, CREATE TASK (WHEN), SYSTEM$PREDECESSORS_STATE. */
const ALLOWED = [
  'SYSTEM$STREAM_HAS_DATA',
  'SYSTEM$GET_PREDECESSOR_RETURN_VALUE',
  'SYSTEM$GET_TASK_GRAPH_CONFIG',
  'SYSTEM$PREDECESSORS_STATE',
  'SYSTEM$TASK_COMPLETION_STATE',
];
/** Those that make the condition decide about predecessors that have not succeeded. */
const BRANCHING = ['SYSTEM$PREDECESSORS_STATE', 'SYSTEM$TASK_COMPLETION_STATE'];

/** @throws SnowflakeError for a condition that calls anything but what WHEN knows */
export function checkCondition(whenText: string, position: Position): void {
  const query = conditionQuery(whenText);
  walk(query, (node) => {
    const name =
      node.kind === 'call' ? nameOf(node as FunctionCall) : node.kind === 'subquery' ? 'SELECT' : '';
    if (name === '' || ALLOWED.includes(name)) return undefined;
    throw compilationError(
      '002217',
      '42601',
      `Invalid expression for task condition expression: ${name}. WHEN may call ${ALLOWED.join(', ')}.`,
      position,
    );
  });
}

/** Whether the condition says itself which outcomes of predecessors the task runs after. */
export function decidesOnPredecessors(whenText: string | null): boolean {
  return whenText !== null && callsIn(whenText).some((call) => BRANCHING.includes(nameOf(call)));
}

/** The streams whose data the condition asks for, as written. */
export function conditionStreams(whenText: string): string[] {
  return callsIn(whenText).flatMap((call) => {
    const [argument] = call.args;
    const isStream = nameOf(call) === 'SYSTEM$STREAM_HAS_DATA' && argument?.kind === 'string';
    return isStream ? [argument.value] : [];
  });
}

/** Evaluates WHEN in a task's session. */
export async function conditionHolds(whenText: string, session: Session): Promise<boolean> {
  // Parsed first, so that the condition can be nothing but an expression.
  conditionQuery(whenText);
  const result = await session.execute(`SELECT ${whenText}`);
  return result.rows[0]?.[0] === '1';
}

function conditionQuery(whenText: string): Query {
  return parseQueryText(`SELECT ${whenText}`);
}

function callsIn(whenText: string): FunctionCall[] {
  const calls: FunctionCall[] = [];
  walk(conditionQuery(whenText), (node) => {
    if (node.kind === 'call') calls.push(node as FunctionCall);
    return undefined;
  });
  return calls;
}

function nameOf(call: FunctionCall): string {
  return call.name.at(-1)!.name;
}
