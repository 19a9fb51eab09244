import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Session } from '../engine/session.ts';
import { type Answer, failure, resultAnswer, success } from './answer.ts';
import { readBinds } from './binds.ts';
import type { Execution } from './executions.ts';
import { announcedStatements, runSeveral } from './multi-statement.ts';
import type { ParsedRequest, ServerState } from './server.ts';

/** POST /queries/v1/query-request. A repeated request id gets the first one's answer: nothing runs twice. */
export async function requestQuery(request: ParsedRequest, state: ServerState): Promise<unknown> {
  const session = state.tokens.session(request.token);
  const execution = state.executions.ofRequest(session, request.query.get('requestId'), (started) =>
    run(session, started, request.body, state),
  );
  if (request.body.asyncExec === true) return inProgress(execution.queryId, '333334');
  return within(execution, state);
}

/** GET /queries/<id>/result: of what runs, or of what has run. */
export async function queryResult(request: ParsedRequest, state: ServerState): Promise<unknown> {
  const session = state.tokens.session(request.token);
  const queryId = request.query.get('id') ?? '';
  const execution = state.executions.byQuery(queryId, session.user);
  if (execution !== undefined) {
    const answer = await within(execution, state);
    // The rows of a success are the engine's from now on.
    if (execution.done && answer.success) state.executions.forget(execution);
    return answer;
  }
  const result = state.engine.results.get(queryId, session.user);
  if (result !== undefined) return resultAnswer(result, session, { queryId, url: state.url, binds: 0 });
  if (state.engine.queries.has(queryId))
    throw new SnowflakeError('000710', '02000', `Result for query ${queryId} has expired`);
  throw new SnowflakeError('000709', '02000', `Statement ${queryId} not found`);
}

/** GET /monitoring/queries/<id> */
export function queryStatus(request: ParsedRequest, state: ServerState): unknown {
  const session = state.tokens.session(request.token);
  const id = request.query.get('id') ?? '';
  const record = state.engine.queries.get(id);
  const execution = state.executions.byQuery(id, session.user);
  // Several statements, or one that waits for those before it, have no entry of their own in the history.
  if (record === undefined && execution === undefined) return success({ queries: [] });
  const isRunning = record === undefined ? execution?.done !== true : record.endedAt === null;
  const status = isRunning ? 'RUNNING' : record?.error == null ? 'SUCCESS' : 'FAILED_WITH_ERROR';
  return success({
    queries: [
      {
        id,
        status,
        state: isRunning ? 'RUNNING' : 'SUCCEEDED',
        errorCode: record?.error?.code ?? null,
        errorMessage: record?.error?.message ?? null,
        sqlText: record?.text ?? '',
        sessionId: Number(record?.sessionId ?? session.id),
        startTime: Math.floor((record?.startedAt ?? 0) / 1000),
        endTime: Math.floor((record?.endedAt ?? 0) / 1000),
        stats: { scanBytes: 0, producedRows: record?.rowsAffected ?? 0 },
      },
    ],
  });
}

/** POST /queries/v1/abort-request by request id, POST /queries/<id>/abort-request by query id. */
export function abortQuery(request: ParsedRequest, state: ServerState): unknown {
  const session = state.tokens.session(request.token);
  const queryId = request.query.get('id');
  const execution =
    queryId === null
      ? state.executions.byRequest(session, String(request.body.requestId))
      : state.executions.byQuery(queryId, session.user);
  if (execution === undefined || execution.done) {
    throw new SnowflakeError('000605', '02000', 'Identified SQL statement is not currently executing.');
  }
  execution.aborted = true;
  for (const each of state.engine.sessions) each.cancel(execution.running);
  return success(null);
}

async function run(
  session: Session,
  execution: Execution,
  body: Record<string, unknown>,
  state: ServerState,
): Promise<Answer> {
  const { queryId } = execution;
  try {
    const parameters = statementParameters(body.parameters);
    const sql = String(body.sqlText ?? '');
    const { binds, bindRows } = readBinds(body);
    const count = Number(parameters.MULTI_STATEMENT_COUNT ?? session.parameter('MULTI_STATEMENT_COUNT'));
    const statements = announcedStatements(sql, count);
    if (statements.length > 1) return await runSeveral(session, execution, statements, binds, parameters);
    const result = await session.execute(sql, {
      queryId,
      binds,
      ...(bindRows === undefined ? {} : { bindRows }),
      parameters,
      describeOnly: body.describeOnly === true,
      chunked: true,
    });
    return resultAnswer(result, session, { queryId, url: state.url, binds: binds.length });
  } catch (error) {
    if (!(error instanceof SnowflakeError))
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return failure(error, queryId);
  }
}

/** Parameters of this statement alone: its query tag, its time limit, how many statements it is. */
function statementParameters(given: unknown): Record<string, string> {
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name.toUpperCase(), String(value)]),
  );
}

/** The answer when it comes soon, else "in progress": the driver asks again for the result. */
async function within(execution: Execution, { answerWithinMs }: ServerState): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(inProgress(execution.queryId, '333333')), answerWithinMs);
  });
  try {
    return await Promise.race([execution.answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function inProgress(queryId: string, code: string): Answer {
  return success({ queryId, getResultUrl: `/queries/${queryId}/result`, queryAbortsAfterSecs: 300 }, code);
}
