import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkSql } from '../../actions/check-sql/check-sql.ts';

const directory = mkdtempSync(join(tmpdir(), 'globalmart-hostile-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const PLANTED = 'planted-content-9c1f';
const secret = join(directory, 'secret.csv');
writeFileSync(secret, `${PLANTED}\n`);
const stolen = join(directory, 'stolen.csv');

async function check(...statements: string[]) {
  const migrations = mkdtempSync(join(directory, 'migrations-'));
  writeFileSync(
    join(migrations, 'V001__hostile.sql'),
    statements.map((statement) => `${statement};\n`).join(''),
  );
  return checkSql({
    directory: migrations,
    variables: {},
    bootstrap: 'scripts/infra/snowflake/bootstrap.sql',
  });
}

// 33, 34: what a pull request from a fork could try. Refused by the parser or by the local Snowflake.
const HOSTILE = [
  `CREATE TABLE T AS SELECT * FROM '${secret}'`,
  `COPY (SELECT 1) TO '${stolen}'`,
  `ATTACH '${join(directory, 'other.duckdb')}'`,
  'PRAGMA database_list',
  'INSTALL httpfs',
  'LOAD httpfs',
];

test.each(HOSTILE)('34: %s is refused by name', async (statement) => {
  const report = await check(statement);
  expect(report.errors.length).toBeGreaterThan(0);
  expect(report.errors[0]).toMatchObject({ file: expect.stringContaining('V001__hostile.sql'), line: 1 });
  expect(JSON.stringify(report)).not.toContain(PLANTED);
  expect(existsSync(stolen)).toBe(false);
});

test.each([
  ['reads a file by a function', `CREATE TABLE PUBLIC.T AS SELECT * FROM TABLE(READ_CSV('${secret}'))`],
  ['reads a file by a scalar function', `CREATE TABLE PUBLIC.T AS SELECT READ_TEXT('${secret}') AS X`],
  [
    'reads a file by a stage that climbs',
    `CREATE STAGE PUBLIC.S; CREATE TABLE PUBLIC.T AS SELECT $1 FROM @PUBLIC.S/../../../../../../..${secret}`,
  ],
  ['reads a file by a file URL', `CREATE STAGE PUBLIC.S URL = 'file://${secret}'`],
  ['reads the network', "CREATE STAGE PUBLIC.S URL = 'https://example.com/x'"],
])('34: SQL that %s is refused, and the file is not read', async (_what, statements) => {
  const report = await check(statements);
  expect(report.errors).toHaveLength(1);
  expect(report.errors[0]!.file).toContain('V001__hostile.sql');
  expect(JSON.stringify(report)).not.toContain(PLANTED);
});
