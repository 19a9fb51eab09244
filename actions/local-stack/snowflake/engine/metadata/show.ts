import type { Show } from '../../../../shared/sql/ast.ts';
import { compilationError, doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../../shared/sql/types.ts';
import { type Cell, columns, instant, rowsRelation } from '../dml/rows-relation.ts';
import { findObject, nameParts } from '../names.ts';
import { fetchEncoded } from '../query.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import type { ListedRow, Place } from './listing.ts';
import { showGrants } from './show-grants.ts';
import { listings } from './show-listings.ts';

/** SHOW [TERSE] <objects> [HISTORY] [LIKE] [IN] [STARTS WITH] [LIMIT [FROM]]. Column names are lower case. */
export async function show(statement: Show, session: Session, run: Run): Promise<StatementResult> {
  if (statement.type.endsWith('GRANTS')) {
    const { columns, rows } = showGrants(statement, session, run);
    return resultOfRows(columns, rows, session, run);
  }
  const listing = listings[statement.type];
  const { terse, history } = statement;
  const unknown = (words: string): Error => notSupportedHere(`SHOW ${words}`, statement.start);
  if (listing === undefined) throw unknown(statement.type);
  if (history && !listing.hasHistory) throw unknown(`${statement.type} HISTORY`);
  if (terse && listing.terse === null) throw unknown(`TERSE ${statement.type}`);
  if (statement.type === 'PARAMETERS') requireSessionParameters(statement);
  const rows = filtered(statement, listing.rows(session, placeOf(statement, session, run), history));
  const header = terse ? listing.terse! : listing.columns;
  return resultOfRows(
    history ? [...header, ...columns({ dropped_on: instant })] : header,
    rows.map((one) => [...(terse ? one.terse : one.row), ...(history ? [one.droppedAt] : [])]),
    session,
    run,
  );
}

/** LIKE regards no case, STARTS WITH does; LIMIT … FROM continues behind a name. */
function filtered({ like, startsWith, limit }: Show, rows: ListedRow[]): ListedRow[] {
  let found = rows;
  if (like !== null) {
    const pattern = likePattern(like);
    found = found.filter(({ name }) => pattern.test(name));
  }
  if (startsWith !== null) found = found.filter(({ name }) => name.startsWith(startsWith));
  if (limit !== null) {
    const { from } = limit;
    if (from !== null) found = found.filter(({ name }) => name > from);
    found = found.slice(0, limit.rows);
  }
  return found;
}

/** Parameters of other levels are not kept here. */
function requireSessionParameters({ in: within, start }: Show): void {
  if (within !== null && within.type !== 'SESSION')
    throw notSupportedHere(`SHOW PARAMETERS IN ${within.type ?? 'an object'}`, start);
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
  if (type === 'ACCOUNT' || type === 'SESSION') return {};
  const parts = name === null ? [] : nameParts(name, session, run);
  const { catalog } = session.engine;
  if (type === 'DATABASE') {
    const database = parts[0] ?? session.database ?? '';
    if (catalog.find(['DATABASE'], null, null, database) === undefined)
      throw doesNotExist('Database', database, statement.start);
    return { database };
  }
  if (type === 'TABLE' || type === 'VIEW') {
    if (name === null) return placeOf({ ...statement, in: null }, session, run);
    return { relation: findObject(['TABLE', 'VIEW'], name, session, run).id };
  }
  if (type !== null && type !== 'SCHEMA') throw notSupportedHere(`SHOW … IN ${type}`, statement.start);
  // SHOW COLUMNS IN t: a bare name is a table's.
  if (type === null && OF_RELATIONS.includes(statement.type) && name !== null)
    return { relation: findObject(['TABLE', 'VIEW'], name, session, run).id };
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

const OF_RELATIONS = ['COLUMNS', 'PRIMARY KEYS', 'UNIQUE KEYS', 'IMPORTED KEYS', 'EXPORTED KEYS'];

/** LIKE of SHOW: case-insensitive, % and _. */
function likePattern(like: string): RegExp {
  const source = like
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 'is');
}
