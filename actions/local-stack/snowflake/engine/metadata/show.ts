import type { Show } from '../../../../shared/sql/ast.ts';
import { compilationError, doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../../shared/sql/types.ts';
import { type Cell, rowsRelation } from '../dml/rows-relation.ts';
import { nameParts } from '../names.ts';
import { fetchEncoded } from '../query.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { listings, type Place } from './show-listings.ts';

/** SHOW <objects> [LIKE] [IN] [STARTS WITH] [LIMIT]. Column names are lower case. */
export async function show(statement: Show, session: Session, run: Run): Promise<StatementResult> {
  const listing = listings[statement.type];
  if (listing === undefined || statement.history || statement.grants !== null) {
    throw notSupportedHere(`SHOW ${statement.type}${statement.history ? ' HISTORY' : ''}`, statement.start);
  }
  let rows = listing.rows(session, placeOf(statement, session, run));
  if (statement.like !== null) {
    const pattern = likePattern(statement.like);
    rows = rows.filter(({ name }) => pattern.test(name));
  }
  if (statement.startsWith !== null) rows = rows.filter(({ name }) => name.startsWith(statement.startsWith!));
  if (statement.limit !== null) {
    const from = statement.limit.from;
    if (from !== null) rows = rows.filter(({ name }) => name > from);
    rows = rows.slice(0, statement.limit.rows);
  }
  return resultOfRows(
    listing.columns,
    rows.map(({ row }) => row),
    session,
    run,
  );
}

/** Rows of the engine as a statement's result. */
export async function resultOfRows(
  header: Column[],
  rows: Cell[][],
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const relation = rowsRelation(header, rows);
  if (relation.kind !== 'relation') throw new Error('rowsRelation makes relations');
  const encoded = await session.transact((transaction) =>
    fetchEncoded({ sql: `SELECT * FROM ${relation.sql}`, columns: header }, transaction, run),
  );
  return { columns: header, rows: encoded, type: 'SELECT', rowsAffected: 0 };
}

function placeOf(statement: Show, session: Session, run: Run): Place {
  if (statement.in === null) {
    return session.database === null
      ? {}
      : { database: session.database, ...(session.schema === null ? {} : { schema: session.schema }) };
  }
  const { type, name } = statement.in;
  if (type === 'ACCOUNT') return {};
  const parts = name === null ? [] : nameParts(name, session, run);
  const { catalog } = session.engine;
  if (type === 'DATABASE') {
    const database = parts[0] ?? session.database ?? '';
    if (catalog.find(['DATABASE'], null, null, database) === undefined)
      throw doesNotExist('Database', database, statement.start);
    return { database };
  }
  if (type === 'TABLE' || type === 'VIEW') throw notSupportedHere(`SHOW … IN ${type}`, statement.start);
  if (
    type === null &&
    parts.length === 1 &&
    catalog.find(['SCHEMA'], session.database, null, parts[0]!) === undefined
  ) {
    if (catalog.find(['DATABASE'], null, null, parts[0]!) === undefined)
      throw doesNotExist('Object', parts[0]!, statement.start);
    return { database: parts[0]! };
  }
  const schema = parts.at(-1) ?? session.schema ?? '';
  const database = parts.at(-2) ?? session.database;
  if (database === null)
    throw compilationError(
      '090105',
      '22000',
      'Cannot perform SHOW. This session does not have a current database.',
    );
  if (catalog.find(['SCHEMA'], database, null, schema) === undefined)
    throw doesNotExist('Schema', `${database}.${schema}`, statement.start);
  return { database, schema };
}

/** LIKE of SHOW: case-insensitive, % and _. */
function likePattern(like: string): RegExp {
  const source = like
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 'is');
}
