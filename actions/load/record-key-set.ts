import { UserError } from '../shared/errors.ts';
import { READ_AT } from '../shared/key-tables.ts';
import { segment } from '../shared/lake.ts';
import type { Manifest } from '../shared/manifest.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';
import { run } from './statement.ts';

/**
 * Records that bronze has a whole key set, which must have been proven: silver marks deleted rows by recorded sets
 * alone. A repeated call changes nothing.
 * @param target SCHEMA.NAME of the table of keys; KEY_SETS lies in the same schema
 */
export async function recordKeySet(
  session: SnowflakeSession,
  database: string,
  target: string,
  manifest: Manifest,
): Promise<void> {
  const { source, table, loadId, ingestDate, rows, watermark } = manifest;
  if (watermark?.column !== READ_AT) {
    throw new UserError(
      `the manifest of ${source}/${table}, load ${loadId}, does not say when the keys were read`,
      {
        remedy: 'It was not written by the action extract: restore it from a previous version of the object.',
      },
    );
  }
  const sets = `${database}.${target.split('.')[0]}.KEY_SETS`;
  await run(
    session,
    `MERGE INTO ${sets} AS recorded
     USING (SELECT ? AS TARGET, ? AS LOAD_ID, ?::DATE AS INGEST_DATE, ? AS READ_AT, ?::NUMBER(19,0) AS KEY_ROWS) AS found
     ON recorded.TARGET = found.TARGET AND recorded.LOAD_ID = found.LOAD_ID
     WHEN NOT MATCHED THEN INSERT (TARGET, LOAD_ID, INGEST_DATE, READ_AT, KEY_ROWS)
       VALUES (found.TARGET, found.LOAD_ID, found.INGEST_DATE, found.READ_AT, found.KEY_ROWS)`,
    [target, segment(loadId), ingestDate, watermark.to, rows],
    `record the key set of load ${loadId} in ${sets}`,
  );
}
