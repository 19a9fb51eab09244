import type { CreateFlags, Statement } from '../ast.ts';
import type { Position } from '../position.ts';
import { notSupportedHere, SnowflakeError } from '../snowflake-error.ts';
import { parseCreateContainer } from './create-container.ts';
import { parseCreateDynamicTable } from './create-dynamic-table.ts';
import { parseCreateExternalTable } from './create-external-table.ts';
import { parseCreateObject } from './create-object.ts';
import { parseCreatePipe } from './create-pipe.ts';
import { parseCreateRoutine } from './create-routine.ts';
import { parseCreateStream } from './create-stream.ts';
import { parseCreateTable } from './create-table.ts';
import { parseCreateTask } from './create-task.ts';
import { parseCreateView } from './create-view.ts';
import { parseObjectType } from './object-types.ts';
import type { Reader } from './reader.ts';

/** What stands before the name in a CREATE statement. */
export interface CreateHead extends CreateFlags {
  start: Position;
  /** TRANSIENT, TEMPORARY, SECURE, … */
  modifiers: ReadonlySet<string>;
}

const modifierWords = new Set([
  'TRANSIENT',
  'TEMPORARY',
  'TEMP',
  'VOLATILE',
  'LOCAL',
  'GLOBAL',
  'SECURE',
  'RECURSIVE',
  'MATERIALIZED',
]);

/** Which modifiers a kind of object takes. */
const allowed: Record<string, string[]> = {
  TABLE: ['TRANSIENT', 'TEMPORARY'],
  'DYNAMIC TABLE': ['TRANSIENT'],
  VIEW: ['TEMPORARY', 'SECURE', 'RECURSIVE', 'MATERIALIZED'],
  DATABASE: ['TRANSIENT'],
  SCHEMA: ['TRANSIENT'],
  STAGE: ['TEMPORARY'],
  'FILE FORMAT': ['TEMPORARY'],
  FUNCTION: ['TEMPORARY', 'SECURE'],
  PROCEDURE: ['TEMPORARY', 'SECURE'],
};

/** `CREATE [OR REPLACE | OR ALTER] … [IF NOT EXISTS] name …` */
export function parseCreate(r: Reader): Statement {
  const { start } = r.token;
  r.expectWords('CREATE');
  const orReplace = r.skipWords('OR', 'REPLACE');
  const orAlter = !orReplace && r.skipWords('OR', 'ALTER');
  const modifiers = new Set<string>();
  while (r.token.kind === 'word' && modifierWords.has(r.token.value)) {
    const { value } = r.take();
    if (value === 'TEMP' || value === 'VOLATILE') modifiers.add('TEMPORARY');
    else if (value !== 'LOCAL' && value !== 'GLOBAL') modifiers.add(value);
  }
  const typeToken = r.token;
  const type = parseObjectType(r, 'CREATE');
  for (const modifier of modifiers) if (!allowed[type]?.includes(modifier)) throw r.unexpected(typeToken);
  const ifNotExists = r.skipWords('IF', 'NOT', 'EXISTS');
  if (ifNotExists && (orReplace || orAlter)) throw incompatible(orReplace ? 'OR REPLACE' : 'OR ALTER', start);
  const head: CreateHead = { start, orReplace, orAlter, ifNotExists, modifiers };
  switch (type) {
    case 'TABLE':
      return parseCreateTable(r, head);
    case 'VIEW':
      return parseCreateView(r, head, null);
    case 'DYNAMIC TABLE':
      return parseCreateDynamicTable(r, head);
    case 'EXTERNAL TABLE':
      return parseCreateExternalTable(r, head);
    case 'DATABASE':
    case 'SCHEMA':
      return parseCreateContainer(r, head, type);
    case 'STREAM':
      return parseCreateStream(r, head);
    case 'TASK':
      return parseCreateTask(r, head);
    case 'PIPE':
      return parseCreatePipe(r, head);
    case 'FUNCTION':
    case 'PROCEDURE':
      return parseCreateRoutine(r, head, type);
    case 'MATERIALIZED VIEW':
    case 'ACCOUNT':
      throw notSupportedHere(`CREATE ${type}`, start);
    default:
      return parseCreateObject(r, head, type);
  }
}

/** 001004 */
function incompatible(option: string, position: Position): SnowflakeError {
  return new SnowflakeError(
    '001004',
    '0A000',
    `SQL compilation error:\noptions IF NOT EXISTS and ${option} are incompatible.`,
    { position },
  );
}
