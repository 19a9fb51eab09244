import type { Identifier, ObjectName, Statement } from '../../../../shared/sql/ast.ts';
import { SnowflakeError, unsupportedFeature } from '../../../../shared/sql/snowflake-error.ts';
import type { BindContext } from '../../bind/context.ts';
import { INTEGER } from '../../bind/literal.ts';
import { createBindContext } from '../bind-context.ts';
import { findObject, formatName } from '../names.ts';
import type { TableRecord } from '../objects.ts';
import { preparePivots } from '../pivot-values.ts';
import type { StatementResult, StatementType } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { prepareStages } from '../stages/stage-scan.ts';
import { consumeStream } from '../streams/stream-read.ts';
import type { Transaction } from '../transaction.ts';

/**
 * Binds a statement that changes tables, holding the locks of the tables it writes and of the streams it reads: what
 * was committed while it waited is in view, and no other statement consumes the same changes. The streams' offsets
 * move when the transaction commits.
 */
export async function bindAndLock<Bound extends { writes: TableRecord[] }>(
  node: Statement,
  transaction: Transaction,
  session: Session,
  run: Run,
  bind: (context: BindContext) => Bound,
): Promise<Bound> {
  const stages = await prepareStages(node, session, run);
  const pivots = await preparePivots(node, session, run, { transaction, stages });
  for (;;) {
    const streams = new Set<number>();
    const bound = bind(
      createBindContext(session, run, { transaction, stages, pivots, onStreamRead: (id) => streams.add(id) }),
    );
    if (run.describeOnly) return bound;
    const { restarts } = transaction;
    const tables = new Set(bound.writes.map((table) => table.id));
    // In order of their ids, so that two statements do not wait for each other.
    for (const id of [...tables, ...streams].sort((a, b) => a - b)) {
      if (!tables.has(id)) await transaction.lock(id);
      else session.engine.queries.get(run.queryId)?.versions.set(id, await transaction.lockTable(id));
    }
    // What was consumed while waiting is not consumed again.
    const renewed = [...streams].filter((id) => transaction.renewStream(id));
    if (transaction.restarts !== restarts || renewed.length > 0) continue;
    for (const id of streams) consumeStream(id, session.engine, transaction);
    return bound;
  }
}

/** The table that a statement writes. @throws doesNotExist */
export function targetTable(name: ObjectName, session: Session, run: Run): TableRecord {
  const table = findObject(['TABLE'], name, session, run);
  if (table.external !== undefined)
    throw unsupportedFeature(`DML on External Table ${formatName(table)}`, name.start);
  if (table.dynamic === undefined) return table;
  // Only a refresh changes its rows. Source: docs.snowflake.com, "Dynamic table limitations".
  throw new SnowflakeError(
    '002717',
    '42601',
    `SQL compilation error:\nInvalid operation: DML on Dynamic Table '${formatName(table)}' is not allowed.`,
    { position: name.start },
  );
}

/** The name that a target goes by in its statement: its alias, else its own. */
export function targetName(table: TableRecord, alias: Identifier | null): { name: string; path: string[] } {
  return alias === null
    ? { name: table.name, path: [table.database!, table.schema!] }
    : { name: alias.name, path: [] };
}

/** The one row of counts that DML answers, e.g. `number of rows inserted`. */
export function countsResult(
  counts: Record<string, number>,
  type: StatementType,
  rowsAffected: number,
): StatementResult {
  return {
    columns: Object.keys(counts).map((name) => ({ name, type: INTEGER, nullable: false })),
    rows: [Object.values(counts).map(String)],
    type,
    rowsAffected,
  };
}
