import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

const BOOTSTRAP = 'scripts/infra/snowflake/bootstrap.sql';

async function checkWith(bootstrap: string, ...statements: string[]) {
  const migrations = mkdtempSync(join(directory, 'migrations-'));
  writeFileSync(
    join(migrations, 'V001__hostile.sql'),
    statements.map((statement) => `${statement};\n`).join(''),
  );
  return checkSql({
    directory: migrations,
    variables: {},
    bootstrap,
  });
}
const check = (...statements: string[]) => checkWith(BOOTSTRAP, ...statements);

// 33, 34: what a pull request from a fork could try. Refused by the parser or by the local Snowflake.
const HOSTILE = [
  `SELECT * FROM read_csv('${secret}')`,
  `SELECT * FROM '${secret}'`,
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

// The driver carries PUT and GET out itself, so the server cannot refuse the file.
test.each([
  ['reads a file by PUT', `PUT 'file://${secret}' @PUBLIC.S AUTO_COMPRESS = FALSE`, 'PUT'],
  ['writes a file by GET', `-- quietly\n  get @PUBLIC.S 'file://${directory}'`, 'GET'],
])('34: SQL that %s is refused before anything runs', async (_what, statement, kind) => {
  const report = await check('CREATE STAGE PUBLIC.S', statement, 'SELECT CAST($1 AS INT) FROM @PUBLIC.S');
  expect(report.errors).toMatchObject([
    {
      file: expect.stringContaining('V001__hostile.sql'),
      line: kind === 'PUT' ? 2 : 3,
      message: expect.stringContaining(kind),
    },
  ]);
  expect(report.dryRun).toBeNull();
  expect(JSON.stringify(report)).not.toContain(PLANTED);
});

test('34: a bootstrap that is a link, or that has a PUT, is refused before anything runs', async () => {
  const link = join(directory, 'link.sql');
  symlinkSync(secret, link);
  const transfer = join(directory, 'transfer.sql');
  writeFileSync(transfer, `SELECT 1;\nPUT 'file://${secret}' @~;\n`);
  for (const [file, line, message] of [
    [link, 1, 'not a regular file'],
    [transfer, 2, 'PUT'],
  ] as const) {
    const report = await checkWith(file, 'SELECT 1');
    expect(report.errors).toMatchObject([{ file, line, message: expect.stringContaining(message) }]);
    expect(report.dryRun).toBeNull();
    expect(JSON.stringify(report)).not.toContain(PLANTED);
  }
});
