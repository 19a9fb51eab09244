import type { CallProcedure, ExecuteImmediate, ExecuteTask, FunctionCall } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseExpression } from './expression.ts';
import { parseArgument } from './function-call.ts';
import { parseObjectName } from './names.ts';
import type { Reader } from './reader.ts';
import { parseTargetVariable } from './select.ts';
import { parseStageLocation } from './stage-location.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/call */
export function parseCallProcedure(r: Reader): CallProcedure {
  const { start } = r.token;
  r.expectWords('CALL');
  const name = parseObjectName(r);
  const call: Pick<FunctionCall, 'args' | 'namedArgs'> = { args: [], namedArgs: [] };
  r.expectSymbol('(');
  if (!r.isSymbol(')')) r.list(() => parseArgument(r, call));
  r.expectSymbol(')');
  const into = r.skipWords('INTO') ? parseTargetVariable(r).name : null;
  return { kind: 'callProcedure', name, ...call, into, ...r.range(start) };
}

/** EXECUTE IMMEDIATE and EXECUTE TASK. */
export function parseExecute(r: Reader): ExecuteImmediate | ExecuteTask {
  const { start } = r.token;
  r.expectWords('EXECUTE');
  if (r.skipWords('TASK')) return parseExecuteTask(r, start);
  if (!r.isWord('IMMEDIATE')) throw notSupportedHere(`EXECUTE ${r.written}`, r.token.start);
  r.expectWords('IMMEDIATE');
  const source = r.skipWords('FROM') ? parseStageLocation(r) : parseExpression(r);
  const using = r.skipWords('USING') ? r.parenthesized(() => parseTargetVariable(r)) : [];
  return { kind: 'executeImmediate', source, using, ...r.range(start) };
}

/** https://docs.snowflake.com/en/sql-reference/sql/execute-task */
function parseExecuteTask(r: Reader, start: ExecuteTask['start']): ExecuteTask {
  const name = parseObjectName(r);
  if (r.isWords('RETRY', 'GRAPH'))
    throw notSupportedHere('EXECUTE TASK … RETRY GRAPH RUN GROUP', r.token.start);
  const retryLast = r.skipWords('RETRY', 'LAST');
  let config: string | null = null;
  if (r.skipWords('USING', 'CONFIG')) {
    r.expectSymbol('=');
    config = r.expectString();
  }
  return { kind: 'executeTask', name, retryLast, config, ...r.range(start) };
}
