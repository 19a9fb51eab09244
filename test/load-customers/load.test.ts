import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSnowflakeSettings, SnowflakeSession } from '../../actions/shared/snowflake.ts';
import { customersCsv } from '../../scripts/demo/sources/customers-csv.ts';
import { startTestStack } from '../support/stack.ts';

const DATABASE = 'CUSTOMERS_TEST';
const SET_UP = [
  `CREATE DATABASE ${DATABASE}`,
  'CREATE SCHEMA BRONZE',
  'CREATE STAGE BRONZE.CUSTOMERS_STAGE',
  `CREATE TABLE BRONZE.CUSTOMERS (
     CUSTOMER_ID VARCHAR, EMAIL VARCHAR, FIRST_NAME VARCHAR, LAST_NAME VARCHAR, COUNTRY VARCHAR, CITY VARCHAR,
     BIRTH_DATE VARCHAR, LOYALTY_TIER VARCHAR, MARKETING_CONSENT VARCHAR, SIGNUP_DATE VARCHAR, UPDATED_AT VARCHAR,
     _FILE_NAME VARCHAR, _FILE_ROW NUMBER, _LOAD_ID VARCHAR,
     _LOADED_AT TIMESTAMP_LTZ DEFAULT CURRENT_TIMESTAMP())`,
  `CREATE TABLE BRONZE.CUSTOMERS_REJECTED (
     LOAD_ID VARCHAR, FILE_NAME VARCHAR, LINE_NUMBER NUMBER, REASON VARCHAR, RAW_LINE VARCHAR,
     REJECTED_AT TIMESTAMP_LTZ DEFAULT CURRENT_TIMESTAMP())`,
];
let directory: string;
let session: SnowflakeSession;

beforeAll(async () => {
  await startTestStack({ services: ['aws', 'snowflake'] });
  directory = await mkdtemp(path.join(os.tmpdir(), 'load customers '));
  session = await SnowflakeSession.open(await readSnowflakeSettings(undefined));
  for (const statement of SET_UP) await session.execute(statement);
});
afterAll(async () => {
  await session.close();
  await rm(directory, { recursive: true });
});

async function rows(sql: string): Promise<unknown[][]> {
  return (await session.execute(sql)).rows.map((row) => Object.values(row));
}

async function count(table: string, condition = 'TRUE'): Promise<number> {
  return Number((await rows(`SELECT COUNT(*) FROM BRONZE.${table} WHERE ${condition}`))[0]![0]);
}

async function upload(name: string, text: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, text);
  return file;
}

async function runMain(file: string, inputs: Record<string, string> = {}) {
  const outputFile = path.join(directory, 'output');
  await writeFile(outputFile, '');
  // The files that are put lie in a directory with a space in its name.
  const env = { ...process.env, GITHUB_OUTPUT: outputFile, TMPDIR: directory } as Record<string, string>;
  for (const [name, value] of Object.entries({ file, database: DATABASE, ...inputs })) {
    env[`INPUT_${name.toUpperCase()}`] = value;
  }
  const { code, stdout } = await new Promise<{ code: number; stdout: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ['actions/load-customers/main.ts'],
      { env },
      (_error, out, err) => resolve({ code: child.exitCode ?? -1, stdout: out + err }),
    );
  });
  const text = await readFile(outputFile, 'utf8');
  const outputs = Object.fromEntries(
    [...text.matchAll(/^(.+)<<(ghadelimiter_.+)\r?\n(.*)\r?\n\2/gm)].map((match) => [match[1], match[3]]),
  );
  return { code, stdout, outputs };
}

describe.sequential('load-customers', () => {
  const dayOne = customersCsv({ count: 400, day: 1 });
  let uploadId: string;

  test('27: good rows load, bad rows go to quarantine, and the counts add up', async () => {
    const run = await runMain(await upload('customers.csv', dayOne.text));
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('394 rows in BRONZE.CUSTOMERS')]);
    uploadId = run.outputs['upload-id']!;
    expect(run.outputs).toEqual({ loaded: '394', rejected: '6', 'upload-id': uploadId });
    expect([await count('CUSTOMERS'), await count('CUSTOMERS_REJECTED')]).toEqual([394, 6]);
  });

  test('32: the log names lines and reasons and shows nothing of a customer', async () => {
    const { stdout } = await runMain(await upload('customers.csv', dayOne.text));
    expect(stdout).toMatch(/customers\.csv:\d+: rejected: \d+ fields where the header has 11/);
    const shown = dayOne.text
      .split(/[\n,]/)
      .filter((value) => value.includes('example.'))
      .filter((value) => stdout.includes(value));
    expect(shown).toEqual([]);
  });

  test('values arrive as they were written, and empty ones as NULL', async () => {
    expect(await rows("SELECT CITY FROM BRONZE.CUSTOMERS WHERE CITY LIKE '%\n%'")).toEqual([
      ['Frankfurt\nam Main'],
    ]);
    expect(await rows("SELECT LAST_NAME FROM BRONZE.CUSTOMERS WHERE LAST_NAME LIKE '=%'")).toEqual([
      ['=cmd|calc'],
    ]);
    expect(await count('CUSTOMERS', `CITY = 'St. John''s, "The Rock"'`)).toBe(1);
    expect(await count('CUSTOMERS', 'BIRTH_DATE IS NULL')).toBe(
      dayOne.text.split('\n').filter((line) => line.split(',')[6] === '').length,
    );
  });

  test('rows carry their file, row and load', async () => {
    const [first] = await rows(
      'SELECT _FILE_NAME, COUNT(DISTINCT _FILE_ROW), MIN(_LOAD_ID) FROM BRONZE.CUSTOMERS GROUP BY 1',
    );
    expect(first![0]).toMatch(new RegExp(`${uploadId}/customers\\.csv\\.gz$`));
    expect([Number(first![1]), first![2]]).toEqual([394, uploadId]);
  });

  test('quarantined rows carry file, line, reason and the raw text', async () => {
    const rejected = await rows(
      'SELECT FILE_NAME, LINE_NUMBER, REASON, RAW_LINE, LOAD_ID FROM BRONZE.CUSTOMERS_REJECTED',
    );
    const lines = dayOne.text.split('\n');
    for (const [file, line, reason, raw, load] of rejected) {
      expect([file, raw, load]).toEqual(['customers.csv', lines[Number(line) - 1], uploadId]);
      expect(reason).toMatch(/^(\w+: |\d+ fields)/);
    }
  });

  test.each(['customers.csv', 'renamed by hand.csv'])(
    '28: uploaded again as %s nothing is loaded again',
    async (name) => {
      const run = await runMain(await upload(name, dayOne.text));
      expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('(loaded by an earlier run)')]);
      expect(run.outputs).toEqual({ loaded: '394', rejected: '6', 'upload-id': uploadId });
      expect([await count('CUSTOMERS'), await count('CUSTOMERS_REJECTED')]).toEqual([394, 6]);
    },
  );

  test('28: a run that broke off between the two tables is completed by the next', async () => {
    await session.execute('TRUNCATE TABLE BRONZE.CUSTOMERS_REJECTED');
    const run = await runMain(await upload('customers.csv', dayOne.text));
    expect([run.code, await count('CUSTOMERS'), await count('CUSTOMERS_REJECTED')]).toEqual([0, 394, 6]);
  });

  test('too many rejected rows fail the run and nothing is loaded', async () => {
    const text = dayOne.text.replaceAll('@', ' at ');
    const run = await runMain(await upload('wrong.csv', text));
    expect([run.code, run.stdout]).toEqual([
      1,
      expect.stringContaining('of 400 rows are rejected, more than 5%'),
    ]);
    expect([await count('CUSTOMERS'), await count('CUSTOMERS_REJECTED')]).toEqual([394, 6]);
    const allowed = await runMain(
      await upload('wrong.csv', `${dayOne.text.slice(0, dayOne.text.indexOf('\n'))}\nx\n`),
      {
        'max-rejected-percent': '100',
      },
    );
    expect(allowed.outputs).toMatchObject({ loaded: '0', rejected: '1' });
  });

  test('counts in bronze that do not add up are an error, not another load', async () => {
    await session.execute(
      `DELETE FROM BRONZE.CUSTOMERS WHERE _LOAD_ID = '${uploadId}' AND CUSTOMER_ID = '1'`,
    );
    const run = await runMain(await upload('customers.csv', dayOne.text));
    expect([run.code, run.stdout]).toEqual([
      1,
      expect.stringContaining(
        `has 393 rows of upload ${uploadId}, the file has 394: the counts do not add up`,
      ),
    ]);
  });

  test('day two adds its rows beside those of day one', async () => {
    const dayTwo = customersCsv({ count: 400, day: 2 });
    const file = await upload('day-two.csv', dayTwo.text);
    const copy = path.join(directory, "it's day two.csv");
    await copyFile(file, copy);
    const run = await runMain(copy, { 'logical-date': '2026-06-30' });
    expect(run.outputs).toMatchObject({
      loaded: String(dayTwo.expected.good),
      rejected: String(dayTwo.expected.bad),
    });
    expect(await count('CUSTOMERS', `_LOAD_ID = '${run.outputs['upload-id']}'`)).toBe(dayTwo.expected.good);
  });

  test('a database without the tables is named with what to do', async () => {
    await session.execute('CREATE DATABASE EMPTY_TEST');
    const run = await runMain(await upload('customers.csv', dayOne.text), { database: 'EMPTY_TEST' });
    expect([run.code, run.stdout]).toEqual([
      1,
      expect.stringContaining('Apply the migrations to this database'),
    ]);
  });
});
