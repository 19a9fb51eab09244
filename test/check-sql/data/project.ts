import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { checkSql } from '../../../actions/check-sql/check-sql.ts';

export type Files = Record<string, string>;

/** A directory with these files, deleted when the test is done. */
export function directoryWith(files: Files): string {
  const directory = mkdtempSync(join(tmpdir(), 'check-sql-data-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

/** Checks a directory; files in what it says are without the directory. */
export async function check(directory: string, base?: string) {
  const bootstrap = 'scripts/infra/snowflake/bootstrap.sql';
  const report = await checkSql({
    directory,
    variables: {},
    bootstrap,
    ...(base === undefined ? {} : { base }),
  });
  const errors = report.errors.map(
    ({ file, line, message }) =>
      `${file.replace(`${directory}/`, '').replace(`${base}/`, 'base/')}:${line}: ${message}`,
  );
  return { report, errors };
}

/** A small pipeline: JSON files on a stage, a pipe, a stream, a task that merges, and a view. */
export const PIPELINE: Files = {
  'V001__pipeline.sql': `CREATE SCHEMA BRONZE;
CREATE SCHEMA SILVER;
CREATE SCHEMA GOLD;
CREATE STAGE BRONZE.LAKE URL = '{{ lake_url }}in/' STORAGE_INTEGRATION = {{ storage_integration }};
CREATE TABLE BRONZE.ITEMS (ID NUMBER(10,0), NAME VARCHAR);
CREATE PIPE BRONZE.ITEMS_PIPE AUTO_INGEST = TRUE AS
COPY INTO BRONZE.ITEMS FROM (SELECT $1:id::NUMBER(10,0), $1:name::VARCHAR FROM @BRONZE.LAKE/items/)
FILE_FORMAT = (TYPE = JSON) ON_ERROR = SKIP_FILE;
CREATE STREAM BRONZE.ITEMS_STREAM ON TABLE BRONZE.ITEMS APPEND_ONLY = TRUE;
CREATE TABLE SILVER.ITEM (ID NUMBER(10,0), NAME VARCHAR);
`,
  'V002__task.sql': `-- What brings items to silver.
CREATE TASK SILVER.MERGE_ITEMS
  WAREHOUSE = {{ warehouse }}
  SCHEDULE = '60 MINUTES'
AS
MERGE INTO SILVER.ITEM AS t
USING BRONZE.ITEMS_STREAM AS s
ON t.ID = s.ID
WHEN MATCHED THEN UPDATE SET NAME = s.NAME
WHEN NOT MATCHED THEN INSERT (ID, NAME) VALUES (s.ID, s.NAME);
ALTER TASK SILVER.MERGE_ITEMS RESUME;
`,
  'R__gold_items.sql': `CREATE OR REPLACE VIEW GOLD.ITEMS COMMENT = 'Items' AS
SELECT NAME, COUNT(*) AS ITEMS FROM SILVER.ITEM GROUP BY NAME;
`,
  'fixtures/BRONZE.LAKE/items/first.json': '{"id": 1, "name": "cup"}\n{"id": 2, "name": "pan"}\n',
};
