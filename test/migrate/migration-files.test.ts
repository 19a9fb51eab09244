import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readMigrations } from '../../actions/migrate/migration-files.ts';
import { compareVersions, nextVersion } from '../../actions/migrate/migration-numbers.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'migrations-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(files: Record<string, string | Buffer>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}
const read = (variables = {}, options = {}) => readMigrations(directory, variables, options);
const checksum = (name: string, text: string | Buffer, variables = {}) => {
  write({ [name]: text });
  return read(variables).migrations[0]!.checksum;
};

test('migrations come in the order of their numbers from all subfolders, then repeatable ones by name', () => {
  write({
    'R__b.sql': 'SELECT 1',
    'R__a.sql': 'SELECT 1',
    'old/V2__two.sql': 'SELECT 1',
    'V10__ten.sql': 'SELECT 1',
    'V1.5__between.sql': 'SELECT 1',
    'V001__one.sql': 'SELECT 1',
    'tests/no_orphans.sql': 'SELECT 1',
    'README.md': 'no migration',
  });
  const { migrations, problems } = read({}, { allowGaps: true });
  expect(problems).toEqual([]);
  expect(migrations.map(({ name, version, kind }) => [name, version, kind])).toEqual([
    ['V001__one', '001', 'versioned'],
    ['V1.5__between', '1.5', 'versioned'],
    ['V2__two', '2', 'versioned'],
    ['V10__ten', '10', 'versioned'],
    ['R__a', null, 'repeatable'],
    ['R__b', null, 'repeatable'],
  ]);
});

test('statements know their number and the line and column of the file on which they begin', () => {
  write({
    'V1__a.sql':
      '-- first\nCREATE TABLE {{ t }} (A INT);  INSERT INTO {{ t }}\n  VALUES (1); -- done\n\n;;\n$$not closed by ;$$',
  });
  const [migration] = read({ t: 'DB.T' }).migrations;
  expect(migration!.statements.map(({ number, line, column, text }) => [number, line, column, text])).toEqual(
    [
      [1, 2, 1, 'CREATE TABLE DB.T (A INT)'],
      [2, 2, 29, 'INSERT INTO DB.T\n  VALUES (1)'],
      [3, 6, 1, '$$not closed by ;$$'],
    ],
  );
});

test('row 22: CRLF, byte order mark and final newlines do not change the checksum; anything else does', () => {
  const plain = checksum('V1__a.sql', 'SELECT 1;\nSELECT 2;\n');
  expect(checksum('V1__a.sql', 'SELECT 1;\r\nSELECT 2;\r\n')).toBe(plain);
  expect(checksum('V1__a.sql', '\uFEFFSELECT 1;\nSELECT 2;\n')).toBe(plain);
  expect(checksum('V1__a.sql', 'SELECT 1;\nSELECT 2;')).toBe(plain);
  expect(checksum('V1__a.sql', 'SELECT 1;\nSELECT 2;\n\n\n')).toBe(plain);
  expect(checksum('V1__a.sql', 'SELECT 1;\n SELECT 2;\n')).not.toBe(plain);
  expect(checksum('V1__a.sql', 'SELECT 1;\nSELECT 2; -- new\n')).not.toBe(plain);
});

test("a variable's value is part of the checksum of a repeatable migration, not of a versioned one", () => {
  const text = 'SELECT {{ a }}';
  expect(checksum('V1__a.sql', text, { a: '1' })).toBe(checksum('V1__a.sql', text, { a: '2' }));
  rmSync(join(directory, 'V1__a.sql'));
  expect(checksum('R__a.sql', text, { a: '1' })).not.toBe(checksum('R__a.sql', text, { a: '2' }));
});

describe('each mistake is a problem of its file, and all are found at once', () => {
  const found = (options = {}) =>
    read({}, options).problems.map(({ file, line, column, message }) => [
      file.slice(directory.length + 1),
      line,
      column,
      message,
    ]);

  test('row 21: two with one number, however it is written, and two repeatable ones of one name', () => {
    write({ 'V1__a.sql': 'SELECT 1', 'sub/V001__b.sql': 'SELECT 1' });
    write({ 'R__v.sql': 'SELECT 1', 'sub/R__v.sql': 'SELECT 1' });
    expect(found()).toEqual([
      ['V1__a.sql', 1, undefined, `it has the number 1, and so has ${directory}/sub/V001__b.sql`],
      ['sub/R__v.sql', 1, undefined, `it has the name R__v, and so has ${directory}/R__v.sql`],
    ]);
  });

  test('row 21: a gap in the numbers, unless it is allowed or the numbers are times', () => {
    write({ 'V001__a.sql': 'SELECT 1', 'V004__b.sql': 'SELECT 1', 'V20261124103000__c.sql': 'SELECT 1' });
    expect(found()).toEqual([
      [
        'V004__b.sql',
        1,
        undefined,
        'number 002 is missing before it: the migration before it is V001__a.sql',
      ],
    ]);
    expect(found({ allowGaps: true })).toEqual([]);
  });

  test('names, encodings, quotes, variables, empty files, open transactions', () => {
    write({
      'v1__lower.sql': 'SELECT 1',
      'V2_one_underscore.sql': 'SELECT 1',
      'V3__quote.sql': "SELECT 1;\nSELECT 'open;\n",
      'V4__latin.sql': Buffer.from([0x53, 0xe9, 0x0a]),
      'V5__empty.sql': '-- nothing yet\n',
      'V6__variable.sql': 'SELECT 1;\n  SELECT {{ nope }}',
      'V7__open.sql': 'SELECT 1;\nBEGIN;\nINSERT INTO T VALUES (1);',
    });
    expect(found()).toEqual([
      ['V2_one_underscore.sql', 1, undefined, 'not the name of a migration'],
      ['V3__quote.sql', 2, 8, expect.stringContaining('syntax error')],
      ['V4__latin.sql', 1, undefined, 'not UTF-8'],
      ['V5__empty.sql', 1, undefined, 'there is no statement in it'],
      ['V6__variable.sql', 2, 10, 'template variable "nope" is not defined'],
      ['V7__open.sql', 2, 1, 'the transaction that begins here does not end'],
      ['v1__lower.sql', 1, undefined, 'not the name of a migration'],
    ]);
  });

  test('row 36: a link to another file is not followed', () => {
    symlinkSync('/etc/passwd', join(directory, 'V1__passwd.sql'));
    expect(found()).toEqual([['V1__passwd.sql', 1, undefined, 'not a regular file']]);
  });
});

test('no directory and an empty one are named', () => {
  expect(() => read()).toThrow(`there is no migration (*.sql) in "${directory}"`);
  expect(() => readMigrations(join(directory, 'nope'), {})).toThrow(
    `cannot read the migrations directory "${directory}/nope"`,
  );
});

test('numbers compare by their parts, and the next one is as wide as the others', () => {
  expect(compareVersions('2', '10')).toBeLessThan(0);
  expect(compareVersions('1.10', '1.2')).toBeGreaterThan(0);
  expect(compareVersions('001', '1.0')).toBe(0);
  expect(compareVersions('20261124103000000000001', '20261124103000000000002')).toBeLessThan(0);
  expect(nextVersion([])).toBe('001');
  expect(nextVersion(['001', '009'])).toBe('010');
  expect(nextVersion(['0099', '5'])).toBe('0100');
});
