import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertFewRejected, validateCustomers } from '../../actions/load-customers/validate.ts';
import { UserError } from '../../actions/shared/errors.ts';

const HEADER =
  'customer_id,email,first_name,last_name,country,city,birth_date,loyalty_tier,marketing_consent,signup_date,updated_at';
const GOOD = '7,ana@example.com,Ana,Melo,BR,Belém,1990-02-28,gold,true,2024-02-29,2026-06-01T10:00:00Z';
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'validate-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function validate(content: string | Buffer, options = {}) {
  const file = path.join(directory, 'upload.csv');
  await writeFile(file, content);
  const result = await validateCustomers(file, directory, options);
  const rows = (gzipped: string): string[][] => parse(gunzipSync(readFileSync(gzipped)), { from_line: 2 });
  return { ...result, goodRows: rows(result.good.path), badRows: rows(result.bad.path) };
}

/** A good row with some columns replaced. */
function row(change: Record<string, string>): string {
  const values = GOOD.split(',');
  for (const [name, value] of Object.entries(change)) values[HEADER.split(',').indexOf(name)] = value;
  return values.join(',');
}

describe('27: the rows of a customers file', () => {
  test.each<[Record<string, string>, string]>([
    [{ customer_id: '' }, 'customer_id: missing'],
    [{ customer_id: '12O' }, 'customer_id: not a whole number'],
    [{ customer_id: '0' }, 'customer_id: not a whole number'],
    [{ email: 'ana at example.com' }, 'email: not an email address'],
    [{ email: '' }, 'email: missing'],
    [{ country: 'Brazil' }, 'country: not a two-letter country code'],
    [{ birth_date: '1990-02-30' }, 'birth_date: a date that does not exist'],
    [{ birth_date: '30/01/1990' }, 'birth_date: not a date like 2026-01-31'],
    [{ birth_date: '0090-01-01' }, 'birth_date: a date before 1900'],
    [{ signup_date: '2026-07-01' }, 'signup_date: a date in the future'],
    [{ loyalty_tier: 'diamond' }, 'loyalty_tier: not one of bronze, silver, gold, platinum'],
    [{ marketing_consent: 'maybe' }, 'marketing_consent: not true or false'],
    [{ updated_at: '2026-06-01' }, 'updated_at: not a date with time like 2026-01-31T12:00:00Z'],
    [{ updated_at: '2026-06-01T25:00:00Z' }, 'updated_at: not a date with time like 2026-01-31T12:00:00Z'],
    [{ updated_at: '2026-02-30T10:00:00Z' }, 'updated_at: a date that does not exist'],
    [{ updated_at: '2026-06-01T10:00:00+99:00' }, 'updated_at: a time with an offset that does not exist'],
    [{ updated_at: '2026-06-30T23:00:00-02:00' }, 'updated_at: a date in the future'],
    [{ city: 'a\0b' }, 'city: holds a NUL character'],
    [{ city: 'x'.repeat(10_001) }, 'city: longer than 10000 characters'],
    [
      { customer_id: '', loyalty_tier: 'x' },
      'customer_id: missing; loyalty_tier: not one of bronze, silver, gold, platinum',
    ],
  ])('%j is rejected: %s', async (change, reason) => {
    const { goodRows, badRows } = await validate(`${HEADER}\n${row(change)}\n${GOOD}\n`, {
      latestDate: '2026-06-30',
    });
    expect(goodRows).toEqual([GOOD.split(',')]);
    expect(badRows).toEqual([['upload.csv', '2', reason, row(change).replaceAll('\0', '\u2400')]]);
  });

  test('too few and too many fields are rejected with their line', async () => {
    const { badRows, goodRows } = await validate(`${HEADER}\n1,2\n${GOOD}\n${GOOD},surplus\n`);
    expect(badRows.map((bad) => bad.slice(1, 3))).toEqual([
      ['2', '2 fields where the header has 11'],
      ['4', '12 fields where the header has 11'],
    ]);
    expect(goodRows).toHaveLength(1);
  });

  test.each([
    '=cmd|calc',
    '+1',
    '-Ana',
    '@home',
    'a"b',
    'line\nbreak',
    'C:\\temp',
    '\\N',
    ' spaced ',
    '東京 🎁',
    'NULL',
  ])('%j is valid data and arrives unchanged', async (city) => {
    const quoted = `"${city.replaceAll('"', '""')}"`;
    const { goodRows, bad } = await validate(`${HEADER}\n${row({ city: quoted })}\n`);
    expect(bad.rows).toBe(0);
    expect(goodRows[0]![5]).toBe(city);
  });

  test.each(['2026-06-30T23:59:59Z', '2026-07-01T01:59:59+02:00', '2026-06-30 12:00:00.123456'])(
    'updated_at %s is not in the future of 2026-06-30',
    async (updated) => {
      const { bad } = await validate(`${HEADER}\n${row({ updated_at: updated })}\n`, {
        latestDate: '2026-06-30',
      });
      expect(bad.rows).toBe(0);
    },
  );

  test('optional columns may be empty, and are written unquoted so that they load as NULL', async () => {
    const { good } = await validate(
      `${HEADER}\n${row({ city: '', birth_date: '', first_name: '""', last_name: '' })}\n`,
    );
    const text = gunzipSync(readFileSync(good.path)).toString('utf8').split('\n')[1];
    expect(text).toBe('"7","ana@example.com",,,"BR",,,"gold","true","2024-02-29","2026-06-01T10:00:00Z"');
  });
});

describe('27: the header', () => {
  const reordered = (line: string) => line.split(',').toReversed();

  test('may be in another order and case, with semicolons', async () => {
    const { goodRows, bad } = await validate(
      `${reordered(HEADER).join(';').toUpperCase()}\r\n${reordered(GOOD).join(';')}\r\n`,
    );
    expect([goodRows, bad.rows]).toEqual([[GOOD.split(',')], 0]);
  });

  test('with a column too many: it is ignored and named', async () => {
    const { goodRows, ignoredColumns } = await validate(`note,${HEADER}\nhello,${GOOD}\n`);
    expect([goodRows, ignoredColumns]).toEqual([[GOOD.split(',')], ['note']]);
  });

  test.each([
    [HEADER.replace('email,', ''), 'the header is missing email'],
    [GOOD, 'the header is missing customer_id, email, first_name,'],
    [`${HEADER},Email`, 'the header has email more than once'],
    ['\n', 'the header is missing customer_id'],
  ])('%j fails: %s', async (header, message) => {
    const failure = await validate(`${header}\n${GOOD}`).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect((failure as UserError).message).toContain(message);
    expect((failure as UserError).message).not.toContain('ana@example.com');
  });

  test('alone is a file without rows', async () => {
    const { good, bad } = await validate(HEADER);
    expect([good.rows, bad.rows]).toEqual([0, 0]);
  });
});

describe('27: encodings', () => {
  const content = `${HEADER}\n${GOOD}\n${row({ customer_id: '8', city: '東京' })}\n`;

  test.each([
    ['UTF-8', Buffer.from(content), 'utf-8'],
    ['UTF-8 with BOM', Buffer.from(`\uFEFF${content}`), 'utf-8'],
    ['UTF-16LE with BOM', iconv.encode(content, 'utf-16le', { addBOM: true }), 'utf-16le'],
    ['UTF-16BE with BOM', iconv.encode(content, 'utf-16be', { addBOM: true }), 'utf-16be'],
    ['UTF-16LE without BOM', iconv.encode(content, 'utf-16le', { addBOM: false }), 'utf-16le'],
    ['UTF-16BE without BOM', iconv.encode(content, 'utf-16be', { addBOM: false }), 'utf-16be'],
  ])('%s is found and read', async (_name, bytes, encoding) => {
    const result = await validate(bytes);
    expect([result.encoding, result.bad.rows]).toEqual([encoding, 0]);
    expect(result.goodRows.map((values) => values[5])).toEqual(['Belém', '東京']);
  });

  test('windows-1252 taken for UTF-8 rejects the rows that cannot be read, and reads when it is named', async () => {
    const bytes = iconv.encode(`${HEADER}\n${GOOD}\n${row({ city: 'Rio' })}\n`, 'windows-1252');
    const guessed = await validate(bytes);
    expect(guessed.goodRows.map((values) => values[5])).toEqual(['Rio']);
    expect(guessed.firstRejections).toEqual([
      { line: 2, reason: 'city: holds bytes that are not text in the encoding of the file' },
    ]);
    const named = await validate(bytes, { encoding: 'windows-1252' });
    expect(named.goodRows.map((values) => values[5])).toEqual(['Belém', 'Rio']);
  });

  test.each([
    ['a zip archive', Buffer.from('PK\u0003\u0004rest')],
    ['a gzip file', gzipSync(HEADER)],
    ['is empty', Buffer.alloc(0)],
  ])('%s is refused', async (what, bytes) => {
    await expect(validate(bytes)).rejects.toThrow(what);
  });

  test('a file that is not there is named', async () => {
    const missing = path.join(directory, 'missing.csv');
    await expect(validateCustomers(missing, directory)).rejects.toThrow(
      `cannot read ${missing}: there is no such file`,
    );
  });
});

describe('28: an upload', () => {
  test('is known by its content alone: another name, the same id and the same bytes', async () => {
    const first = await validate(`${HEADER}\n${GOOD}\n`);
    const bytes = readFileSync(first.good.path);
    const renamed = path.join(directory, 'renamed.csv');
    await writeFile(renamed, `${HEADER}\n${GOOD}\n`);
    const second = await validateCustomers(renamed, directory);
    expect(second.uploadId).toBe(first.uploadId);
    expect(first.uploadId).toMatch(/^[0-9a-f]{16}$/);
    expect(readFileSync(second.good.path).equals(bytes)).toBe(true);
    expect((await validate(`${HEADER}\n${GOOD}\n\n`)).uploadId).not.toBe(first.uploadId);
  });
});

describe('the share of rejected rows', () => {
  test('is within the limit or fails with the first line and no data', async () => {
    const upload = await validate(`${HEADER}\n${row({ email: 'secret person' })}\n${`${GOOD}\n`.repeat(19)}`);
    expect(() => assertFewRejected('c.csv', upload, 5)).not.toThrow();
    expect(() => assertFewRejected('c.csv', upload, 4.9)).toThrow(
      'c.csv: 1 of 20 rows are rejected, more than 4.9%; nothing was loaded. The first is line 2: email: not an email address',
    );
  });
});
