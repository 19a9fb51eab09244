import { BOOLEAN } from '../../bind/literal.ts';
import type { StreamRecord, TableRecord } from '../objects.ts';
import { physicalName, type Relation, rowsAt, storedColumns } from './storage.ts';

/**
 * The net changes of a table after one version up to another (SQL expressions), as a stream or CHANGES shows them:
 * its columns, then METADATA$ACTION, METADATA$ISUPDATE, METADATA$ROW_ID. A row that was born and ended in between
 * does not show; of several images only the oldest (DELETE) and the newest (INSERT) do.
 * Source: docs.snowflake.com, "Introduction to streams".
 */
export function changesRelation(
  table: TableRecord,
  mode: StreamRecord['mode'],
  from: string,
  upTo: string,
): Relation {
  const sql = mode === 'DEFAULT' ? netChanges(table, from, upTo) : insertedRows(table, mode, from, upTo);
  return changeShape(table, sql);
}

/** The rows of a version shown as if they were all inserted: SHOW_INITIAL_ROWS before the first consumption. */
export function initialRelation(table: TableRecord, version: string): Relation {
  return changeShape(table, `SELECT ${values(table)}${insertedMark(table)} FROM (${rowsAt(table, version)})`);
}

function changeShape(table: TableRecord, sql: string): Relation {
  return {
    kind: 'relation',
    sql: `(${sql})`,
    columns: [
      ...storedColumns(table).map((column) => ({ ...column, sql: physicalName(column) })),
      { name: 'METADATA$ACTION', type: { name: 'VARCHAR', length: 6 }, nullable: false, sql: '_action' },
      { name: 'METADATA$ISUPDATE', type: BOOLEAN, nullable: false, sql: '_isupdate' },
      { name: 'METADATA$ROW_ID', type: { name: 'VARCHAR', length: 40 }, nullable: false, sql: '_id' },
    ],
  };
}

function netChanges(table: TableRecord, from: string, upTo: string): string {
  const [current, old] = [`data.t${table.id}`, `data.h${table.id}`];
  const columns = values(table);
  const isNew = `_since > ${from} AND _since <= ${upTo}`;
  const isOldNew = `${isNew} AND _until > ${upTo}`;
  const inserted = `SELECT ${columns}'INSERT' AS _action, _born <= ${from} AS _isupdate, ${rowId(table)} AS _id`;
  // Twice in the text rather than in a WITH, which DuckDB would write out with all columns.
  const updated = `SELECT _row FROM ${current} WHERE ${isNew} AND _born <= ${from} UNION ALL SELECT _row FROM ${old} WHERE ${isOldNew} AND _born <= ${from}`;
  const ended = `SELECT ${columns}'DELETE' AS _action, _row IN (${updated}) AS _isupdate, ${rowId(table)} AS _id FROM ${old} WHERE _since <= ${from} AND _until > ${from} AND _until <= ${upTo}`;
  return `${ended} UNION ALL ${inserted} FROM ${current} WHERE ${isNew} UNION ALL ${inserted} FROM ${old} WHERE ${isOldNew}`;
}

/**
 * Each row inserted in between, as it was first; later changes of it are ignored. INSERT_ONLY shows those that are
 * still there: files that have gone cannot be read. Source: docs.snowflake.com, "Introduction to streams".
 */
function insertedRows(table: TableRecord, mode: StreamRecord['mode'], from: string, upTo: string): string {
  const select = `SELECT ${values(table)}${insertedMark(table)}`;
  const first = `_born > ${from} AND _born <= ${upTo} AND _since = _born`;
  const isThere = mode === 'INSERT_ONLY' ? ` AND _until > ${upTo}` : '';
  return `${select} FROM data.t${table.id} WHERE ${first} UNION ALL ${select} FROM data.h${table.id} WHERE ${first}${isThere}`;
}

function insertedMark(table: TableRecord): string {
  return `'INSERT' AS _action, false AS _isupdate, ${rowId(table)} AS _id`;
}

/** The stored columns, each followed by a comma. */
function values(table: TableRecord): string {
  return storedColumns(table)
    .map((column) => `${physicalName(column)}, `)
    .join('');
}

function rowId(table: TableRecord): string {
  return `sha1('${table.id}.' || _row)`;
}
