import type {
  CallProcedure,
  ExecuteAlert,
  ExecuteImmediate,
  ExecuteTask,
  FunctionCall,
  ObjectName,
} from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseExecuteAlert } from './alert.ts';
import { parseRoutine } from './create-routine.ts';
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
  const into = r.skipWords('INTO') ? parseTargetVariable(r) : null;
  return { kind: 'callProcedure', anonymous: null, name, ...call, into, ...r.range(start) };
}

/** `WITH name AS PROCEDURE (…) … CALL name(…)`: https://docs.snowflake.com/en/sql-reference/sql/call-with */
export function parseCallWith(r: Reader): CallProcedure {
  const { start } = r.token;
  r.expectWords('WITH');
  const name: ObjectName = { kind: 'name', parts: [r.identifier()], ...r.range(start) };
  r.expectWords('AS', 'PROCEDURE');
  const head = { start, modifiers: new Set<string>(), orReplace: false, ifNotExists: false, orAlter: false };
  const anonymous = parseRoutine(r, head, 'PROCEDURE', name);
  if (r.isSymbol(',')) throw notSupportedHere('WITH … AS PROCEDURE with further elements', r.token.start);
  return { ...parseCallProcedure(r), anonymous, ...r.range(start) };
}

/** EXECUTE IMMEDIATE, EXECUTE TASK and EXECUTE ALERT. */
export function parseExecute(r: Reader): ExecuteImmediate | ExecuteTask | ExecuteAlert {
  const { start } = r.token;
  r.expectWords('EXECUTE');
  if (r.skipWords('TASK')) return parseExecuteTask(r, start);
  if (r.skipWords('ALERT')) return parseExecuteAlert(r, start);
  if (!r.isWord('IMMEDIATE')) throw notSupportedHere(`EXECUTE ${r.written}`, r.token.start);
  r.expectWords('IMMEDIATE');
  if (r.skipWords('FROM')) {
    const source = parseStageLocation(r);
    const template = r.skipWords('USING') ? r.parenthesized(() => parseTemplateVariable(r)) : [];
    return { kind: 'executeImmediate', source, using: [], template, ...r.range(start) };
  }
  const source = parseExpression(r);
  const using = r.skipWords('USING') ? r.parenthesized(() => parseTargetVariable(r)) : [];
  return { kind: 'executeImmediate', source, using, template: [], ...r.range(start) };
}

function parseTemplateVariable(r: Reader): ExecuteImmediate['template'][number] {
  const name = r.identifier();
  r.expectSymbol('=>');
  return { name, value: parseExpression(r) };
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
