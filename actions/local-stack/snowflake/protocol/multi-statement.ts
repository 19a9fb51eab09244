import { parseStatement } from '../../../shared/sql/parse.ts';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import { type SplitStatement, splitStatements } from '../../../shared/sql/split.ts';
import { walk } from '../../../shared/sql/walk.ts';
import type { BindValue } from '../bind/context.ts';
import { cancelled } from '../engine/cancellation.ts';
import { newQueryId } from '../engine/engine.ts';
import { statementTypes } from '../engine/result.ts';
import type { Session } from '../engine/session.ts';
import { type Answer, success } from './answer.ts';
import type { Execution } from './executions.ts';

/**
 * The statements of a request, as many as MULTI_STATEMENT_COUNT announces (0: any number).
 * @throws SnowflakeError 000008 for another number. Source: docs.snowflake.com, MULTI_STATEMENT_COUNT
 */
export function announcedStatements(sql: string, count: number): SplitStatement[] {
  // One statement with no semicolon needs no splitting, and its own errors.
  if (count === 1 && !sql.includes(';')) return [];
  const statements = splitStatements(sql);
  if (count === 0 || statements.length === count) return statements;
  if (count === 1 && statements.length === 0) return [];
  throw new SnowflakeError(
    '000008',
    '0A000',
    `Actual statement count ${statements.length} did not match the desired statement count ${count}.`,
  );
}

/**
 * Runs several statements one after the other: each has its own query id, by which the driver fetches its result. One
 * that fails ends the request; what ran before it stays.
 */
export async function runSeveral(
  session: Session,
  execution: Execution,
  statements: SplitStatement[],
  binds: BindValue[],
  parameters: Record<string, string>,
): Promise<Answer> {
  const ids: string[] = [];
  const types: number[] = [];
  let next = 0;
  for (const { text } of statements) {
    if (execution.aborted) throw cancelled();
    const queryId = newQueryId();
    execution.running = queryId;
    const count = binds.length === 0 ? 0 : countBinds(text);
    const result = await session.execute(text, {
      queryId,
      binds: binds.slice(next, next + count),
      parameters,
      chunked: true,
    });
    next += count;
    ids.push(queryId);
    types.push(statementTypes[result.type]);
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
    queryId: execution.queryId,
    resultIds: ids.join(','),
    resultTypes: types.join(','),
    statementTypeId: 0xa000,
    version: 1,
    queryResultFormat: 'json',
  });
}

/** How many of the binds, which are numbered over all statements, are this one's. */
function countBinds(text: string): number {
  let count = 0;
  walk(parseStatement(text), (node) => {
    if (node.kind === 'bind' && 'index' in node && typeof node.index === 'number')
      count = Math.max(count, node.index + 1);
    return true;
  });
  return count;
}
