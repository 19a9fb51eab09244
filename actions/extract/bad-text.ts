import { isUtf8 } from 'node:buffer';
import pg from 'pg';
import { UserError } from '../shared/errors.ts';
import { codeOf } from './database.ts';
import type { PlannedLoad } from './load-table.ts';

/** Rows that are looked at together; their values may be large. */
const FETCH_ROWS = 100;

/** Whether PostgreSQL refused to send a value because its bytes are no text: 22021 or 22P05. */
export function isBadText(error: unknown): error is UserError {
  return error instanceof UserError && ['22021', '22P05'].includes(codeOf(error.cause) ?? '');
}

/**
 * Finds the row that PostgreSQL could not send, whose error only has the bytes: a database of encoding SQL_ASCII takes
 * any. Reads the load's rows again, unconverted, up to that row.
 * @param client a connection of its own
 * @returns the error with column and key; as it was where the row is not found any more
 */
export async function nameBadText(
  client: pg.Client,
  { config, source, increment, range }: PlannedLoad,
  error: UserError,
): Promise<UserError> {
  const texts = source.columns.filter(({ type }) => type.category === 'S' || type.name === 'json');
  const list = [
    ...config.key.map((name) => `${pg.escapeIdentifier(name)}::text`),
    ...texts.map(({ name }) => `textsend(${pg.escapeIdentifier(name)}::text)`),
  ];
  const conditions = [increment.condition, range].filter((condition) => condition !== undefined);
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  await client.query(`BEGIN TRANSACTION READ ONLY; SET LOCAL client_encoding = 'SQL_ASCII';
    DECLARE rows NO SCROLL CURSOR FOR SELECT ${list.join(', ')} FROM ${source.sql}${where}`);
  for (;;) {
    const { rows } = await client.query<(string | Buffer | null)[]>({
      text: `FETCH ${FETCH_ROWS} FROM rows`,
      rowMode: 'array',
    });
    if (rows.length === 0) return error;
    for (const row of rows) {
      const values = row.slice(config.key.length);
      const bad = values.findIndex((value) => Buffer.isBuffer(value) && !isUtf8(value));
      if (bad < 0) continue;
      const key = config.key.map((name, index) => `${name} = ${row[index]}`).join(', ');
      return new UserError(`${error.message}, in column "${texts[bad]!.name}" of the row with ${key}`, {
        remedy: 'Correct the value at the source (its bytes are no UTF-8), then run again.',
        cause: error,
      });
    }
  }
}
