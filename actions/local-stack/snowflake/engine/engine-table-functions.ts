import type { FunctionCall } from '../../../shared/sql/ast.ts';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Bound, RelationSource } from '../bind/bound.ts';
import { copyHistoryRelation, validatePipeLoadRelation } from './copy/copy-history.ts';
import { columns, instant, integer, rowsRelation, text } from './dml/rows-relation.ts';
import type { QueryRecord } from './engine.ts';
import { objectNamed } from './engine-functions.ts';
import { resultRelation } from './result-scan.ts';
import type { Run, Session } from './session.ts';
import { dependents } from './tasks/task-graph.ts';
import { taskHistoryRelation, taskUuid } from './tasks/task-history.ts';

/** TABLE(fn(…)) over the engine's own records. Undefined: not one of them. */
export function engineTableFunction(
  call: FunctionCall,
  args: Bound[],
  named: Map<string, Bound>,
  session: Session,
  run: Run,
): RelationSource | undefined {
  switch (call.name.at(-1)!.name) {
    case 'TASK_HISTORY':
      return taskHistoryRelation(session.engine, named);
    case 'COPY_HISTORY':
      return copyHistoryRelation(named, session, run);
    case 'VALIDATE_PIPE_LOAD':
      return validatePipeLoadRelation(named, session);
    case 'TASK_DEPENDENTS':
      return taskDependents(String((args[0] ?? named.get('TASK_NAME'))?.constant ?? ''), session);
    case 'QUERY_HISTORY':
      return queryHistory(named, session, () => true);
    case 'QUERY_HISTORY_BY_SESSION': {
      const id = String(named.get('SESSION_ID')?.constant ?? session.id);
      return queryHistory(named, session, (record) => record.sessionId === id);
    }
    case 'QUERY_HISTORY_BY_USER': {
      const user = String(named.get('USER_NAME')?.constant ?? session.user);
      return queryHistory(named, session, (record) => record.user === user);
    }
    case 'RESULT_SCAN':
      return resultScan(String(args[0]?.constant ?? ''), session);
    default:
      return undefined;
  }
}

function resultScan(queryId: string, session: Session): RelationSource {
  const result = session.results.get(queryId);
  if (result === undefined) throw new SnowflakeError('000709', '02000', `Statement ${queryId} not found`);
  return resultRelation(result);
}

function taskDependents(name: string, session: Session): RelationSource {
  const root = objectNamed('TASK', name, session);
  const header = columns({
    CREATED_ON: instant,
    NAME: text,
    ID: text,
    DATABASE_NAME: text,
    SCHEMA_NAME: text,
    STATE: text,
    DEFINITION: text,
  });
  return rowsRelation(
    header,
    [root, ...dependents(session.engine.catalog, root)].map((task) => [
      task.createdAt,
      task.name,
      taskUuid(task.id),
      task.database,
      task.schema,
      task.state,
      task.bodyText,
    ]),
  );
}

const queryHeader = columns({
  QUERY_ID: text,
  QUERY_TEXT: text,
  SESSION_ID: text,
  USER_NAME: text,
  QUERY_TAG: text,
  EXECUTION_STATUS: text,
  ERROR_CODE: text,
  ERROR_MESSAGE: text,
  START_TIME: instant,
  END_TIME: instant,
  TOTAL_ELAPSED_TIME: integer,
  ROWS_PRODUCED: integer,
});

function queryHistory(
  named: Map<string, Bound>,
  session: Session,
  belongs: (record: QueryRecord) => boolean,
): RelationSource {
  const limit = Number(named.get('RESULT_LIMIT')?.constant ?? 100);
  const records = [...session.engine.queries.values()].filter(belongs).reverse().slice(0, limit);
  return rowsRelation(
    queryHeader,
    records.map((record) => [
      record.queryId,
      record.text,
      record.sessionId,
      record.user,
      record.queryTag,
      record.endedAt === null ? 'RUNNING' : record.error === null ? 'SUCCESS' : 'FAILED_WITH_ERROR',
      record.error?.code ?? null,
      record.error?.message ?? null,
      record.startedAt,
      record.endedAt,
      record.endedAt === null ? 0 : Math.round((record.endedAt - record.startedAt) / 1000),
      record.rowsAffected,
    ]),
  );
}
