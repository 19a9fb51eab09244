import type { FunctionCall } from '../../../shared/sql/ast.ts';
import { parseObjectName } from '../../../shared/sql/parse.ts';
import { compilationError, doesNotExist, notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Bound } from '../bind/bound.ts';
import { BOOLEAN } from '../bind/literal.ts';
import { localSupport } from '../support/support.ts';
import type { BindPreparation } from './bind-context.ts';
import { abortSession, cancelAllQueries, cancelQuery, wait } from './control-functions.ts';
import { quote } from './database.ts';
import { text } from './dml/rows-relation.ts';
import { getDdl } from './metadata/get-ddl.ts';
import { tagValue } from './metadata/tag-references.ts';
import { formatName, fullName } from './names.ts';
import type { RecordKind, RecordOfKind } from './objects.ts';
import { abortTransaction } from './open-transactions.ts';
import { forceResume } from './pipes/pipe.ts';
import { pipeStatus } from './pipes/pipe-status.ts';
import type { Run, Session } from './session.ts';
import { absolutePath, relativePath, stageFileUrl, stageUrl } from './stages/stage-urls.ts';
import { streamHasData } from './streams/stream-read.ts';
import { cancelTask } from './tasks/running-tasks.ts';
import { enableDependents } from './tasks/task.ts';
import {
  completionState,
  graphConfig,
  predecessorReturnValue,
  predecessorsState,
  runtimeInfo,
  setReturnValue,
} from './tasks/task-functions.ts';

/** Functions whose answer is the engine's state. Undefined: not one of them. */
export function engineFunction(
  call: FunctionCall,
  args: Bound[],
  session: Session,
  run: Run,
  preparation: BindPreparation,
): Bound | undefined {
  const name = call.name.map((part) => part.name).join('.');
  const argument = (index: number): string => constantText(call, args, index);
  switch (name) {
    case 'SYSTEM$STREAM_HAS_DATA':
      return streamHasData(objectNamed('STREAM', argument(0), session), session, run, preparation);
    case 'BUILD_STAGE_FILE_URL':
      return textConstant(stageFileUrl(argument(0), argument(1), session));
    case 'GET_STAGE_LOCATION':
      return textConstant(stageUrl(argument(0), session));
    case 'GET_ABSOLUTE_PATH':
      return textConstant(absolutePath(argument(0), argument(1), session));
    case 'GET_RELATIVE_PATH':
      return textConstant(relativePath(argument(0), argument(1), session));
    case 'BUILD_SCOPED_FILE_URL':
    case 'GET_PRESIGNED_URL':
      throw notSupportedHere(`${name}: no server answers to such a URL here`, call.start);
    case 'SYSTEM$PIPE_STATUS':
      return textConstant(pipeStatus(session.engine, objectNamed('PIPE', argument(0), session)));
    case 'SYSTEM$PIPE_FORCE_RESUME': {
      const pipe = objectNamed('PIPE', argument(0), session);
      if (preparation.effects === undefined)
        throw notSupportedHere(`${name} outside of a SELECT`, call.start);
      preparation.effects.push((transaction) => forceResume(pipe, session, transaction));
      return textConstant('Pipe resumed.');
    }
    case 'SYSTEM$LOCAL_SUPPORT':
      return textConstant(localSupport());
    case 'LAST_QUERY_ID':
      return textConstant(lastQueryId(session, args.length === 0 ? -1 : Number(argument(0))));
    case 'SYSTEM$WAIT': {
      const { answer, work } = wait(Number(argument(0)), args.length > 1 ? argument(1) : 'SECONDS', session);
      if (preparation.effects === undefined)
        throw notSupportedHere(`${name} outside of a SELECT`, call.start);
      preparation.effects.push(work);
      return textConstant(answer);
    }
    case 'SYSTEM$CANCEL_QUERY':
      return textConstant(cancelQuery(argument(0), session.engine));
    case 'SYSTEM$CANCEL_ALL_QUERIES':
      return textConstant(cancelAllQueries(argument(0), session));
    case 'SYSTEM$ABORT_SESSION':
      return textConstant(abortSession(argument(0), session));
    case 'SYSTEM$ABORT_TRANSACTION':
      return textConstant(abortTransaction(argument(0), session));
    case 'GET_DDL':
      return textConstant(getDdl(argument(0), argument(1), args[2]?.constant === true, session));
    case 'SYSTEM$GET_TAG':
      return textConstant(tagValue(argument(0), argument(1), argument(2), session));
    case 'SYSTEM$TASK_DEPENDENTS_ENABLE': {
      const root = objectNamed('TASK', argument(0), session);
      if (preparation.effects === undefined)
        throw notSupportedHere(`${name} outside of a SELECT`, call.start);
      preparation.effects.push((transaction) => enableDependents(root, session, transaction));
      return textConstant('Statement executed successfully.');
    }
    case 'SYSTEM$USER_TASK_CANCEL_ONGOING_EXECUTIONS': {
      const task = objectNamed('TASK', argument(0), session);
      if (preparation.effects === undefined)
        throw notSupportedHere(`${name} outside of a SELECT`, call.start);
      preparation.effects.push(async () => {
        cancelTask(session.engine, task.id);
      });
      return textConstant(`Ongoing executions of task ${task.name} are cancelled.`);
    }
    case 'SYSTEM$SET_RETURN_VALUE':
      return textConstant(setReturnValue(argument(0), session));
    case 'SYSTEM$GET_PREDECESSOR_RETURN_VALUE':
      return textConstant(predecessorReturnValue(args.length === 0 ? null : argument(0), session));
    case 'SYSTEM$GET_TASK_GRAPH_CONFIG':
      return textConstant(graphConfig(args.length === 0 ? null : argument(0), session));
    case 'SYSTEM$TASK_RUNTIME_INFO':
      return textConstant(runtimeInfo(argument(0), session));
    case 'SYSTEM$CURRENT_USER_TASK_NAME':
      return textConstant(session.task === null ? null : runtimeInfo('CURRENT_TASK_NAME', session));
    case 'SYSTEM$PREDECESSORS_STATE':
      return { sql: String(predecessorsState(argument(0), session)), type: BOOLEAN };
    case 'SYSTEM$TASK_COMPLETION_STATE':
      return textConstant(completionState(argument(0), session));
    default:
      return undefined;
  }
}

/** A live object by the text of its name, as functions take it. */
export function objectNamed<Kind extends RecordKind>(
  kind: Kind,
  name: string,
  session: Session,
): RecordOfKind<Kind> {
  const full = fullName(
    parseObjectName(name).map((part) => part.name),
    session,
  );
  const found = session.engine.catalog.find([kind], full.database, full.schema, full.name);
  if (found === undefined) throw doesNotExist(kind.charAt(0) + kind.slice(1).toLowerCase(), formatName(full));
  return found;
}

function constantText(call: FunctionCall, args: Bound[], index: number): string {
  const value = args[index]?.constant;
  if (value === undefined || value === null) {
    const name = call.name.map((part) => part.name).join('.');
    throw compilationError(
      '001015',
      '22023',
      `argument ${index + 1} to function ${name} needs to be constant`,
      call.start,
    );
  }
  return String(value);
}

function textConstant(value: string | null): Bound {
  return { sql: value === null ? 'CAST(NULL AS VARCHAR)' : quote(value), type: text, constant: value };
}

/** -1 is the last statement of the session, 1 the first. */
function lastQueryId(session: Session, index: number): string | null {
  return session.queryIds.at(index > 0 ? index - 1 : index) ?? null;
}
