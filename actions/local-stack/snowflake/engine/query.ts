import type { Query, QueryStatement } from '../../../shared/sql/ast.ts';
import type { BoundQuery } from '../bind/bound.ts';
import { bindQuery } from '../bind/query.ts';
import { type BindPreparation, createBindContext } from './bind-context.ts';
import { encodeColumn, encodeRows } from './encode.ts';
import type { StatementResult } from './result.ts';
import type { Run, Session } from './session.ts';
import { prepareStages } from './stages/stage-scan.ts';
import type { Transaction } from './transaction.ts';

/** SELECT: bind, run, encode. */
export async function executeQuery(
  statement: QueryStatement,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  return session.transact(async (transaction) => {
    const effects: NonNullable<BindPreparation['effects']> = [];
    const bound = await bindInEngine(statement.query, session, run, transaction, effects);
    const rows = await fetchEncoded(bound, transaction, run);
    if (!run.describeOnly) for (const effect of effects) await effect(transaction);
    return { columns: bound.columns, rows, type: 'SELECT', rowsAffected: 0 };
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
  return bindQuery(query, createBindContext(session, run, { transaction, stages, effects }), {
    source: run.text,
  });
}

/** Runs a bound query and returns its rows in the row set encoding. */
export async function fetchEncoded(
  bound: BoundQuery,
  transaction: Transaction,
  run: Run,
): Promise<(string | null)[][]> {
  const select = bound.columns.map((column, index) => encodeColumn(`c${index + 1}`, column.type)).join(', ');
  const limit = run.describeOnly ? ' LIMIT 0' : '';
  const rows = await transaction.query(`SELECT ${select} FROM (${bound.sql}) AS result${limit}`);
  return encodeRows(rows, bound.columns);
}
