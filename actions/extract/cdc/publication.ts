import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import pg from 'pg';
import { messageOf, UserError } from '../../shared/errors.ts';
import type { SourceTable } from '../source-table.ts';

/** From this version on a publication can carry stored generated columns. */
const GENERATED_VERSION = 180_000;

/** The name of a table's slot and publication: readable, and its own per lake, source and table. */
export function slotName(lake: string, source: string, table: string): string {
  const readable = `${source}_${table}`.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const hash = createHash('sha256').update(`${lake}\0${source}\0${table}`).digest('hex').slice(0, 8);
  // PostgreSQL's names have 63 octets at most.
  return `globalmart_${readable.slice(0, 40)}_${hash}`;
}

/** Checks that the source can tell the table's changes. @throws UserError */
export async function requirePublishable(
  client: ClientBase,
  table: SourceTable,
  key: readonly string[],
  serverVersion: number,
): Promise<void> {
  if (!table.hasRowVersions) {
    throw new UserError(`table ${table.name} is a view or foreign table, which has no changes of its own`, {
      remedy: 'Use strategy: full for it, or extract the tables beneath.',
    });
  }
  refuseGeneratedColumns(table, serverVersion);
  await requireIdentity(client, table, key);
}

/** Makes the table's publication when there is none. @throws UserError */
export async function ensurePublication(
  client: ClientBase,
  table: SourceTable,
  name: string,
  serverVersion: number,
): Promise<void> {
  if (await publishes(client, table, name)) return;
  const options = ["publish = 'insert, update, delete, truncate'", 'publish_via_partition_root = true'];
  if (serverVersion >= GENERATED_VERSION) options.push('publish_generated_columns = stored');
  const sql = `CREATE PUBLICATION ${pg.escapeIdentifier(name)} FOR TABLE ${table.sql} WITH (${options.join(', ')})`;
  try {
    await client.query(sql);
  } catch (error) {
    throw new UserError(`table ${table.name}: its publication could not be made: ${messageOf(error)}`, {
      remedy: `Let the table's owner, who also needs CREATE on the database, run: ${sql}`,
      cause: error,
    });
  }
}

/** Whether the publication is there. @throws UserError when it does not hold the table */
async function publishes(client: ClientBase, table: SourceTable, name: string): Promise<boolean> {
  const { rows } = await client.query<{ holds: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_publication_rel r
                     WHERE r.prpubid = p.oid AND r.prrelid = $2::regclass) AS holds
       FROM pg_catalog.pg_publication p WHERE p.pubname::text = $1`,
    [name, table.sql],
  );
  if (rows[0]?.holds === false) {
    throw new UserError(
      `publication ${name} does not hold table ${table.name}: the table was dropped and created anew, its changes since are not in the slot`,
      { remedy: `DROP PUBLICATION ${name}; then run with full-refresh: true.` },
    );
  }
  return rows.length > 0;
}

function refuseGeneratedColumns(table: SourceTable, serverVersion: number): void {
  const missing = table.columns.filter(
    ({ generated }) => generated === 'v' || (generated === 's' && serverVersion < GENERATED_VERSION),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => `"${name}"`).join(', ');
  throw new UserError(`table ${table.name}: PostgreSQL does not publish its generated columns: ${names}`, {
    remedy: 'Use strategy: xmin for it. (Stored ones are published from version 18 on.)',
  });
}

/** A publication on a table without identity would make the source refuse its updates: that is seen before. */
async function requireIdentity(
  client: ClientBase,
  table: SourceTable,
  key: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ name: string; identity: string; columns: string[] }>(
    `SELECT c.oid::regclass::text AS name, c.relreplident AS identity,
            ARRAY(SELECT a.attname::text
                    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
                      ON a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                   WHERE i.indrelid = c.oid
                     AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END) AS columns
       FROM pg_catalog.pg_class c
      WHERE c.oid = $1::regclass AND c.relkind = 'r'
         OR c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree($1::regclass) WHERE isleaf) ORDER BY 1`,
    [table.sql],
  );
  for (const { name, identity, columns } of rows) {
    const missing = identity === 'f' ? [] : key.filter((column) => !columns.includes(column));
    if (missing.length === 0) continue;
    throw new UserError(
      `table ${table.name}: deletes in ${name} would not tell their key: its replica identity does not hold ${missing.map((column) => `"${column}"`).join(', ')}`,
      {
        remedy:
          'Name its primary key as "key" in the pipeline configuration, or ALTER TABLE … REPLICA IDENTITY USING INDEX / FULL.',
      },
    );
  }
}
