import type { FunctionCall } from '../../../shared/sql/ast.ts';
import { parseObjectName } from '../../../shared/sql/parse.ts';
import { compilationError, doesNotExist, notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Bound } from '../bind/bound.ts';
import type { BindPreparation } from './bind-context.ts';
import { quote } from './database.ts';
import { text } from './dml/rows-relation.ts';
import { getDdl } from './metadata/get-ddl.ts';
import { formatName, fullName } from './names.ts';
import type { RecordKind, RecordOfKind } from './objects.ts';
import { abortTransaction } from './open-transactions.ts';
import { pipeStatus } from './pipes/pipe.ts';
import type { Run, Session } from './session.ts';
import { streamHasData } from './streams/stream.ts';
import { enableDependents } from './tasks/task.ts';

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
    case 'SYSTEM$PIPE_STATUS':
      return textConstant(pipeStatus(session.engine, objectNamed('PIPE', argument(0), session)));
    case 'LAST_QUERY_ID':
      return textConstant(lastQueryId(session, args.length === 0 ? -1 : Number(argument(0))));
    case 'SYSTEM$ABORT_TRANSACTION':
      return textConstant(abortTransaction(argument(0), session));
    case 'GET_DDL':
      return textConstant(getDdl(argument(0), argument(1), session));
    case 'SYSTEM$TASK_DEPENDENTS_ENABLE': {
      const root = objectNamed('TASK', argument(0), session);
      if (preparation.effects === undefined)
        throw notSupportedHere(`${name} outside of a SELECT`, call.start);
      preparation.effects.push((transaction) => enableDependents(root, session, transaction));
      return textConstant('Statement executed successfully.');
    }
    case 'SYSTEM$SET_RETURN_VALUE':
      requireTask(session, name).returnValue = argument(0);
      return textConstant('true');
    case 'SYSTEM$GET_TASK_GRAPH_CONFIG':
      return textConstant(
        configAt(requireTask(session, name).config, args.length === 0 ? null : argument(0)),
      );
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

function requireTask(session: Session, name: string): NonNullable<Session['task']> {
  if (session.task === null)
    throw compilationError('091093', '55000', `Function ${name} can only be called from a task.`);
  return session.task;
}

function configAt(config: string | null, path: string | null): string | null {
  if (config === null || path === null) return config;
  const value = path
    .split('.')
    .reduce<unknown>((object, key) => (object as Record<string, unknown> | null)?.[key], JSON.parse(config));
  return value === undefined || value === null
    ? null
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
}
