import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import { splitStatements } from '../../../shared/sql/split.ts';
import type { BindValue } from '../bind/context.ts';
import { newQueryId } from '../engine/engine.ts';
import type { Session } from '../engine/session.ts';
import { type Answer, failure, resultAnswer, success } from './answer.ts';
import type { ParsedRequest, ServerState } from './server.ts';

/** After this many ms a running statement answers "in progress" and the driver comes back for the result. */
const ANSWER_WITHIN_MS = 30_000;
/** Answers kept per session, for drivers that ask again after a lost connection. */
const KEPT_ANSWERS = 100;

interface Execution {
  queryId: string;
  answer: Promise<Answer>;
  done: boolean;
}

const byRequest = new WeakMap<Session, Map<string, Execution>>();

/** POST /queries/v1/query-request. A repeated request id gets the first one's answer: nothing runs twice. */
export async function requestQuery(request: ParsedRequest, state: ServerState): Promise<unknown> {
  const session = state.tokens.session(request.token);
  const executions = executionsOf(session);
  const requestId = request.query.get('requestId') ?? newQueryId();
  let execution = executions.get(requestId);
  if (execution === undefined) {
    execution = start(session, request);
    executions.set(requestId, execution);
    const oldest = executions.keys().next().value;
    if (executions.size > KEPT_ANSWERS && oldest !== undefined) executions.delete(oldest);
  }
  if (request.body.asyncExec === true) return inProgress(execution.queryId, '333334');
  return within(execution);
}

/** GET /queries/<id>/result */
export async function queryResult(request: ParsedRequest, state: ServerState): Promise<unknown> {
  return within(findExecution(request, state));
}

/** GET /monitoring/queries/<id> */
export function queryStatus(request: ParsedRequest, state: ServerState): unknown {
  state.tokens.session(request.token);
  const record = state.engine.queries.get(request.query.get('id') ?? '');
  if (record === undefined) return success({ queries: [] });
  const status =
    record.endedAt === null ? 'RUNNING' : record.error === null ? 'SUCCESS' : 'FAILED_WITH_ERROR';
  return success({
    queries: [
      {
        id: record.queryId,
        status,
        state: record.endedAt === null ? 'RUNNING' : 'SUCCEEDED',
        errorCode: record.error?.code ?? null,
        errorMessage: record.error?.message ?? null,
        sqlText: record.text,
        sessionId: record.sessionId,
      },
    ],
  });
}

/** POST /queries/v1/abort-request */
export function abortQuery(request: ParsedRequest, state: ServerState): unknown {
  const session = state.tokens.session(request.token);
  const execution = executionsOf(session).get(String(request.body.requestId));
  if (execution === undefined || execution.done) {
    throw new SnowflakeError('000605', '02000', 'Identified SQL statement is not currently executing.');
  }
  session.cancel();
  return success(null);
}

function start(session: Session, request: ParsedRequest): Execution {
  const queryId = newQueryId();
  const sql = String(request.body.sqlText ?? '');
  const execution: Execution = {
    queryId,
    done: false,
    answer: run(session, sql, queryId, request.body).finally(() => {
      execution.done = true;
    }),
  };
  return execution;
}

async function run(
  session: Session,
  sql: string,
  queryId: string,
  body: Record<string, unknown>,
): Promise<Answer> {
  try {
    const parameters = (body.parameters ?? {}) as Record<string, unknown>;
    const wanted = Number(parameters.MULTI_STATEMENT_COUNT ?? session.parameter('MULTI_STATEMENT_COUNT'));
    if (wanted !== 1) return await runSeveral(session, sql, queryId, wanted);
    const result = await session.execute(sql, {
      queryId,
      binds: bindValues(body.bindings),
      describeOnly: body.describeOnly === true,
      ...(typeof parameters.QUERY_TAG === 'string' ? { queryTag: parameters.QUERY_TAG } : {}),
    });
    return resultAnswer(result, queryId, session);
  } catch (error) {
    if (!(error instanceof SnowflakeError))
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return failure(error, queryId);
  }
}

/** Several statements in one request: each has its own query id; the answer lists them for the driver to fetch. */
async function runSeveral(session: Session, sql: string, queryId: string, wanted: number): Promise<Answer> {
  const statements = splitStatements(sql);
  if (wanted !== 0 && statements.length !== wanted) {
    throw new SnowflakeError(
      '000008',
      '0A000',
      `Actual statement count ${statements.length} did not match the desired statement count ${wanted}.`,
    );
  }
  const ids: string[] = [];
  const types: number[] = [];
  for (const statement of statements) {
    const id = newQueryId();
    const result = await session.execute(statement.text, { queryId: id });
    const answer = resultAnswer(result, id, session);
    executionsOf(session).set(id, { queryId: id, done: true, answer: Promise.resolve(answer) });
    ids.push(id);
    types.push((answer.data as { statementTypeId: number }).statementTypeId);
  }
  return success({
    rowtype: [
      {
        name: 'multiple statement execution',
        type: 'text',
        nullable: true,
        length: 16_777_216,
        byteLength: null,
        precision: null,
        scale: null,
      },
    ],
    rowset: [['Multiple statements executed successfully.']],
    total: 1,
    returned: 1,
    parameters: [],
    queryId,
    resultIds: ids.join(','),
    resultTypes: types.join(','),
    statementTypeId: 0xa000,
    version: 1,
    queryResultFormat: 'json',
  });
}

/** Binds as the driver numbers them, "1" first. @throws SnowflakeError for array binds */
function bindValues(bindings: unknown): BindValue[] {
  if (typeof bindings !== 'object' || bindings === null) return [];
  return Object.entries(bindings as Record<string, { type: string; value: unknown }>)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, { type, value }]) => {
      if (Array.isArray(value)) {
        throw new SnowflakeError(
          '999001',
          '0A000',
          'Not supported by the local Snowflake: array binds. Insert with VALUES of several rows instead.',
        );
      }
      return { type, value: value === null ? null : String(value) };
    });
}

async function within(execution: Execution): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(inProgress(execution.queryId, '333333')), ANSWER_WITHIN_MS);
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

function findExecution(request: ParsedRequest, state: ServerState): Execution {
  const session = state.tokens.session(request.token);
  const id = request.query.get('id') ?? '';
  for (const execution of executionsOf(session).values()) if (execution.queryId === id) return execution;
  throw new SnowflakeError('000709', '02000', `Statement ${id} not found`);
}

function executionsOf(session: Session): Map<string, Execution> {
  const known = byRequest.get(session);
  if (known !== undefined) return known;
  const fresh = new Map<string, Execution>();
  byRequest.set(session, fresh);
  return fresh;
}
