import { expect, test } from 'vitest';
import { parseCases } from './format.ts';
import { difference, type ValueKind, valueText } from './outcome.ts';

const expectations = (text: string) => parseCases(text, 'f.slt').map(({ sql, expected }) => [sql, expected]);

test('records of every kind, with the lines they stand on', () => {
  const text = [
    '# a page',
    '',
    'statement ok',
    'CREATE TABLE t (',
    '  a INT)',
    '',
    'statement count 2',
    'INSERT INTO t VALUES (1), (2)',
    '',
    "statement error 000904 invalid identifier 'B'",
    'SELECT b FROM t',
    '',
    '',
    'session other',
    'differs not kept',
    'query rowsort',
    'SELECT a, NULL FROM t',
    '----',
    '1\tNULL',
    '2\tNULL',
    '',
    'query columns',
    'SELECT a FROM t WHERE FALSE',
    '----',
    'A',
    '',
  ].join('\n');
  const found = parseCases(text, 'f.slt');
  expect(found.map(({ line, session, differs, sql }) => [line, session, differs, sql])).toEqual([
    [3, 'main', null, 'CREATE TABLE t (\n  a INT)'],
    [7, 'main', null, 'INSERT INTO t VALUES (1), (2)'],
    [10, 'main', null, 'SELECT b FROM t'],
    [14, 'other', 'not kept', 'SELECT a, NULL FROM t'],
    [22, 'main', null, 'SELECT a FROM t WHERE FALSE'],
  ]);
  expect(found.map(({ expected }) => expected)).toEqual([
    { kind: 'ok' },
    { kind: 'count', rows: 2 },
    { kind: 'error', number: '000904', message: "invalid identifier 'B'" },
    {
      kind: 'rows',
      columns: null,
      rows: [
        ['1', 'NULL'],
        ['2', 'NULL'],
      ],
      anyOrder: true,
    },
    { kind: 'rows', columns: ['A'], rows: [], anyOrder: false },
  ]);
});

test('empty lines between $$ and $$ belong to the statement', () => {
  const body = 'CREATE PROCEDURE p() RETURNS INT AS $$\nBEGIN\n\n  RETURN 1;\nEND\n$$';
  expect(expectations(`statement ok\n${body}\n\nquery\nCALL p()\n----\n1\n`)).toEqual([
    [body, { kind: 'ok' }],
    ['CALL p()', { kind: 'rows', columns: null, rows: [['1']], anyOrder: false }],
  ]);
});

test.each([
  ['\nselect 1\n', 'f.slt:2: the record "select 1" does not begin a record'],
  ['statement okay\nSELECT 1\n', 'f.slt:1: the record "statement okay" does not begin a record'],
  ['statement error\nSELECT 1\n', 'f.slt:1: the record "statement error" does not begin a record'],
  ['session a\nSELECT 1\n', 'f.slt:2: the record "SELECT 1" does not begin a record'],
  ['# c\nstatement ok\n\n', 'f.slt:2: the record has no statement'],
  ['query\nSELECT 1\n\n----\n1\n', 'f.slt:1: the record is a query without ----'],
  ['query columns\nSELECT 1\n----\n\n', 'f.slt:1: the record has no line of column names after ----'],
  ['query\nSELECT 1\n----\n1\t2\n1\n', 'f.slt:5: the record has 1 columns, the first line 2'],
  ['query columns\nSELECT 1\n----\nA\n1\t2\n', 'f.slt:5: the record has 2 columns, the first line 1'],
])('a malformed file names the line: %j', (text, message) => {
  expect(() => parseCases(text, 'f.slt')).toThrow(message);
});

test.each<[value: unknown, kind: ValueKind, written: string]>([
  [null, 'text', 'NULL'],
  ['', 'text', '(empty)'],
  ['12.30', 'text', '12.30'],
  ['2.0', 'float', '2'],
  ['-inf', 'float', '-inf'],
  ['a\tb\r\nc', 'text', 'a\\tb\\r\\nc'],
  ['{\n  "a b": [\n    1.00,\n    "x \\" y"\n  ]\n}', 'json', '{"a b":[1.00,"x \\" y"]}'],
])('%j is written as %s', (value, kind, written) => {
  expect(valueText(value, kind)).toBe(written);
});

test.each([
  [{ kind: 'ok' }, 'expected success\ngot      error 000904 invalid identifier'],
  [{ kind: 'count', rows: 1 }, 'expected 1 rows affected\ngot      error 000904 invalid identifier'],
  [{ kind: 'error', number: '000904', message: 'identifier' }, undefined],
  [
    { kind: 'error', number: '000904', message: 'X' },
    'expected error 000904 X\ngot      error 000904 invalid identifier',
  ],
  [
    { kind: 'error', number: '002003', message: '' },
    'expected error 002003 \ngot      error 000904 invalid identifier',
  ],
] as const)('an error against %j', (expected, text) => {
  expect(difference(expected, { kind: 'error', number: '000904', message: 'invalid identifier' })).toBe(text);
});

test.each([
  [{ kind: 'ok' }, undefined],
  [{ kind: 'count', rows: 0 }, undefined],
  [{ kind: 'error', number: '000904', message: '' }, 'expected error 000904\ngot      2\n         1'],
  [{ kind: 'rows', columns: null, rows: [['2'], ['1']], anyOrder: false }, undefined],
  [{ kind: 'rows', columns: null, rows: [['1'], ['2']], anyOrder: true }, undefined],
  [
    { kind: 'rows', columns: null, rows: [['1'], ['2']], anyOrder: false },
    'expected 1\n         2\ngot      2\n         1',
  ],
  [
    { kind: 'rows', columns: ['B'], rows: [['2'], ['1']], anyOrder: false },
    'expected columns B\ngot      columns A',
  ],
] as const)('rows against %j', (expected, text) => {
  const outcome = { kind: 'rows' as const, columns: ['A'], rows: [['2'], ['1']], count: 0 };
  expect(difference(structuredClone(expected) as Parameters<typeof difference>[0], outcome)).toBe(text);
});
