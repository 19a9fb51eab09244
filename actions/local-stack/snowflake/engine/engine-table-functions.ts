import type { FunctionCall } from '../../../shared/sql/ast.ts';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Bound, RelationSource } from '../bind/bound.ts';
import { copyHistoryRelation, pipeUsageRelation, validatePipeLoadRelation } from './copy/copy-history.ts';
import { validateRelation } from './copy/copy-jobs.ts';
import { columns, instant, integer, rowsRelation, text } from './dml/rows-relation.ts';
import { refreshHistoryRelation } from './dynamic-tables/refresh-history.ts';
import type { QueryRecord } from './engine.ts';
import { objectNamed } from './engine-functions.ts';
import { externalTableFiles } from './metadata/external-tables.ts';
import { policyReferences } from './metadata/policy-references.ts';
import { columnTagReferences, tagReferences } from './metadata/tag-references.ts';
import { resultRelation } from './result-scan.ts';
import type { Run, Session } from './session.ts';
import { taskDependents } from './tasks/task-dependents.ts';
import { completeTaskGraphs, currentTaskGraphs } from './tasks/task-graph-history.ts';
import { taskHistoryRelation } from './tasks/task-history.ts';
import { nextDue } from './tasks/task-scheduler.ts';

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
      return taskHistoryRelation(session.engine, named, (task) => nextDue(session.engine, task));
    case 'CURRENT_TASK_GRAPHS':
      return currentTaskGraphs(session.engine, named);
    case 'COMPLETE_TASK_GRAPHS':
      return completeTaskGraphs(session.engine, named);
    case 'COPY_HISTORY':
      return copyHistoryRelation(named, session, run);
    case 'VALIDATE':
      return validateRelation(
        objectNamed('TABLE', String(args[0]?.constant ?? ''), session),
        String((args[1] ?? named.get('JOB_ID'))?.constant ?? ''),
        session,
      );
    case 'VALIDATE_PIPE_LOAD':
      return validatePipeLoadRelation(named, session, run);
    case 'PIPE_USAGE_HISTORY':
      return pipeUsageRelation(named, session, run);
    case 'TASK_DEPENDENTS':
      return taskDependents(
        objectNamed('TASK', String((args[0] ?? named.get('TASK_NAME'))?.constant ?? ''), session),
        (args[1] ?? named.get('RECURSIVE'))?.constant !== false,
        session,
      );
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
    case 'DYNAMIC_TABLE_REFRESH_HISTORY':
      return refreshHistoryRelation(session.engine, named);
    case 'EXTERNAL_TABLE_FILES':
      return externalTableFiles(named, session);
    case 'TAG_REFERENCES':
      return tagReferences(args, named, session);
    case 'TAG_REFERENCES_ALL_COLUMNS':
      return columnTagReferences(args, named, session);
    case 'POLICY_REFERENCES':
      return policyReferences(named, session);
    case 'RESULT_SCAN':
      return resultScan(String(args[0]?.constant ?? ''), session);
    default:
      return undefined;
  }
}

function resultScan(queryId: string, session: Session): RelationSource {
  const result = session.engine.results.get(queryId, session.user);
  if (result === undefined) throw new SnowflakeError('000709', '02000', `Statement ${queryId} not found`);
  return resultRelation(result);
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

/** Statements that belong, newest first. */
export function queryHistory(
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
