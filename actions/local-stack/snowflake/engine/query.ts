import { randomBytes } from 'node:crypto';
import type { Query, QueryStatement } from '../../../shared/sql/ast.ts';
import { localLimit } from '../../../shared/sql/snowflake-error.ts';
import type { BoundQuery } from '../bind/bound.ts';
import { bindQuery } from '../bind/query.ts';
import { type BindPreparation, createBindContext } from './bind-context.ts';
import { encodeColumn, encodeRows } from './encode.ts';
import { preparePivots } from './pivot-values.ts';
import type { StatementResult } from './result.ts';
import { ChunkWriter } from './result-chunks.ts';
import type { Run, Session } from './session.ts';
import { prepareStages } from './stages/stage-scan.ts';
import type { Transaction } from './transaction.ts';

/** SELECT: bind, run, encode. */
export async function executeQuery(
  statement: QueryStatement,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  return session.read(async (transaction) => {
    const effects: NonNullable<BindPreparation['effects']> = [];
    const bound = await bindInEngine(statement.query, session, run, transaction, effects);
    const isOneRow = statement.query.body.kind === 'select' && statement.query.body.from === null;
    const fetched = await fetchResult(bound, transaction, session, run, isOneRow);
    if (!run.describeOnly) for (const effect of effects) await effect(transaction);
    return { columns: bound.columns, ...fetched, type: 'SELECT', rowsAffected: 0 };
  });
}

/** Binds a query with everything that the engine knows; staged files that it reads are fetched first. */
async function bindInEngine(
  query: Query,
  session: Session,
  run: Run,
  transaction: Transaction,
  effects: NonNullable<BindPreparation['effects']>,
): Promise<BoundQuery> {
  const stages = await prepareStages(query, session, run);
  const pivots = await preparePivots(query, session, run, { transaction, stages });
  return bindQuery(query, createBindContext(session, run, { transaction, stages, pivots, effects }), {
    source: run.text,
  });
}

/** Of a large result for a client, so much text is answered at once; the rest is fetched in chunks. */
const ANSWERED_BYTES = 1024 ** 2;

/**
 * Runs a bound query. A statement of a client keeps no more of its rows in memory than are answered at once: the
 * others go to files that the client fetches.
 */
async function fetchResult(
  bound: BoundQuery,
  transaction: Transaction,
  session: Session,
  run: Run,
  isOneRow: boolean,
): Promise<Pick<StatementResult, 'rows' | 'chunks' | 'chunkKey'>> {
  if (run.chunked !== true || run.describeOnly) return { rows: await fetchEncoded(bound, transaction, run) };
  const limit = Number(session.parameter('ROWS_PER_RESULTSET')) || null;
  const { limits, results } = transaction.engine;
  const rows: StatementResult['rows'] = [];
  let size = 0;
  const writer = new ChunkWriter(results.directoryOf(run.queryId), limits.resultBytes);
  try {
    const sql = encodingQuery(bound, limit);
    const blocks = isOneRow ? [await transaction.lastFewRows(sql)] : transaction.lastQuery(sql);
    for await (const block of blocks) {
      const encoded = encodeRows(block, bound.columns);
      if (size >= ANSWERED_BYTES) await writer.add(encoded);
      else {
        size += textSize(encoded);
        for (const row of encoded) rows.push(row);
      }
    }
    const chunks = await writer.end();
    return chunks.length === 0 ? { rows } : { rows, chunks, chunkKey: randomBytes(32).toString('base64url') };
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/**
 * Runs a bound query and returns all its rows in the row set encoding.
 * @throws SnowflakeError 999002 for more than may be kept in memory
 */
export async function fetchEncoded(
  bound: BoundQuery,
  transaction: Transaction,
  run: Run,
): Promise<StatementResult['rows']> {
  const { memoryResultBytes } = transaction.engine.limits;
  const rows: StatementResult['rows'] = [];
  let size = 0;
  for await (const block of transaction.lastQuery(encodingQuery(bound, run.describeOnly ? 0 : null))) {
    const encoded = encodeRows(block, bound.columns);
    size += textSize(encoded);
    if (size > memoryResultBytes) {
      throw localLimit(
        `a result in memory may hold ${memoryResultBytes} bytes of text (memoryResultBytes). Select fewer rows or columns.`,
      );
    }
    for (const row of encoded) rows.push(row);
  }
  return rows;
}

function encodingQuery(bound: BoundQuery, limit: number | null): string {
  const select = bound.columns.map((column, index) => encodeColumn(`c${index + 1}`, column.type)).join(', ');
  return `SELECT ${select} FROM (${bound.sql}) AS result${limit === null ? '' : ` LIMIT ${limit}`}`;
}

function textSize(rows: StatementResult['rows']): number {
  let size = 0;
  for (const row of rows) for (const value of row) size += 3 + (value?.length ?? 4);
  return size;
}
