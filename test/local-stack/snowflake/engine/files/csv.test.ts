import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test.close());

interface Case {
  behaviour: string;
  options?: string;
  content: string | Buffer;
  rows: (string | null)[][];
}

// Source: docs.snowflake.com, CREATE FILE FORMAT, format type options of TYPE = CSV.
const cases: Case[] = [
  {
    behaviour: 'reads fields up to the delimiter',
    content: 'a,b\nc,d\n',
    rows: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  {
    behaviour: 'needs no line end after the last record',
    content: 'a,b\nc,d',
    rows: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  {
    behaviour: 'takes \\r\\n for a newline',
    content: 'a,b\r\nc,d\r\n',
    rows: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  {
    behaviour: 'mixes \\n and \\r\\n',
    content: 'a,b\r\nc,d\n',
    rows: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  {
    behaviour: 'reads an empty field as NULL',
    content: 'a,\n,b\n',
    rows: [
      ['a', null],
      [null, 'b'],
    ],
  },
  {
    behaviour: 'keeps an empty field as an empty text with EMPTY_FIELD_AS_NULL = FALSE',
    options: 'EMPTY_FIELD_AS_NULL = FALSE',
    content: 'a,\n',
    rows: [['a', '']],
  },
  { behaviour: 'takes \\N for NULL', content: 'a,\\N\n', rows: [['a', null]] },
  {
    behaviour: 'takes what NULL_IF lists for NULL, enclosed or not',
    options: `NULL_IF = ('NULL', 'n/a') FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
    content: 'NULL,"n/a"\nnull,x\n',
    rows: [
      [null, null],
      ['null', 'x'],
    ],
  },
  {
    behaviour: 'lets NULL_IF go before EMPTY_FIELD_AS_NULL = FALSE',
    options: "NULL_IF = ('') EMPTY_FIELD_AS_NULL = FALSE",
    content: 'a,\n',
    rows: [['a', null]],
  },
  {
    behaviour: 'keeps quotes without FIELD_OPTIONALLY_ENCLOSED_BY',
    content: '"a",b\n',
    rows: [['"a"', 'b']],
  },
  {
    behaviour: 'removes enclosures and halves doubled ones',
    options: `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
    content: '"a,b","say ""hi"""\n',
    rows: [['a,b', 'say "hi"']],
  },
  {
    behaviour: 'keeps a line end within enclosures',
    options: `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
    content: '"a\nb",c\n"d\r\ne",f\n',
    rows: [
      ['a\nb', 'c'],
      ['d\r\ne', 'f'],
    ],
  },
  {
    behaviour: 'reads an enclosed empty field as an empty text',
    options: `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
    content: '"",\n',
    rows: [['', null]],
  },
  {
    behaviour: 'takes a quote within a field for data',
    options: `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
    content: '6" pipe,b\n',
    rows: [['6" pipe', 'b']],
  },
  {
    behaviour: 'takes a quote after a leading blank for data',
    options: `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
    content: 'a, "b"\n',
    rows: [['a', ' "b"']],
  },
  {
    behaviour: 'trims blanks around enclosures with TRIM_SPACE',
    options: `FIELD_OPTIONALLY_ENCLOSED_BY = '"' TRIM_SPACE = TRUE`,
    content: ' a , "b c" \n',
    rows: [['a', 'b c']],
  },
  { behaviour: 'keeps blanks without TRIM_SPACE', content: ' a , b \n', rows: [[' a ', ' b ']] },
  { behaviour: 'escapes a delimiter by a backslash', content: 'a\\,b,c\n', rows: [['a,b', 'c']] },
  { behaviour: 'joins two lines by a backslash at the end', content: 'a,b\\\nc\n', rows: [['a', 'b\nc']] },
  {
    behaviour: 'leaves backslashes alone with ESCAPE_UNENCLOSED_FIELD = NONE',
    options: 'ESCAPE_UNENCLOSED_FIELD = NONE',
    content: 'C:\\new,b\n',
    rows: [['C:\\new', 'b']],
  },
  {
    behaviour: 'escapes within enclosures by ESCAPE',
    options: `FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE = '\\\\'`,
    content: '"a\\"b",c\n',
    rows: [['a"b', 'c']],
  },
  {
    behaviour: 'leaves backslashes in enclosures alone without ESCAPE',
    options: `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
    content: '"a\\nb",c\n',
    rows: [['a\\nb', 'c']],
  },
  {
    behaviour: 'splits at a pipe',
    options: "FIELD_DELIMITER = '|'",
    content: 'a,b|c\n',
    rows: [['a,b', 'c']],
  },
  { behaviour: 'splits at a tab', options: "FIELD_DELIMITER = '\\t'", content: 'a\tb\n', rows: [['a', 'b']] },
  {
    behaviour: 'splits at a hex delimiter',
    options: "FIELD_DELIMITER = '0x01'",
    content: 'a\u0001b\n',
    rows: [['a', 'b']],
  },
  {
    behaviour: 'splits at several characters',
    options: "FIELD_DELIMITER = '||'",
    content: 'a|b||c\n',
    rows: [['a|b', 'c']],
  },
  {
    behaviour: 'splits at a multibyte delimiter',
    options: "FIELD_DELIMITER = '¢'",
    content: 'a¢b\n',
    rows: [['a', 'b']],
  },
  {
    behaviour: 'ends records at RECORD_DELIMITER',
    options: "RECORD_DELIMITER = '^'",
    content: 'a,b^c,d^',
    rows: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  {
    behaviour: 'reads one field with FIELD_DELIMITER = NONE',
    options: 'FIELD_DELIMITER = NONE',
    content: 'a,b\n',
    rows: [['a,b', null]],
  },
  {
    behaviour: 'skips header lines',
    options: 'SKIP_HEADER = 2',
    content: 'h,h\nh,h\na,b\n',
    rows: [['a', 'b']],
  },
  { behaviour: 'skips a byte order mark', content: '\ufeffa,b\n', rows: [['a', 'b']] },
  {
    behaviour: 'leaves out blank lines with SKIP_BLANK_LINES',
    options: 'SKIP_BLANK_LINES = TRUE',
    content: 'a,b\n\n\nc,d\n',
    rows: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  {
    behaviour: 'reads missing fields of a query as NULL and leaves further ones out',
    content: 'a\nb,c,d\n',
    rows: [
      ['a', null],
      ['b', 'c'],
    ],
  },
  {
    behaviour: 'reads another ENCODING',
    options: "ENCODING = 'ISO-8859-1'",
    content: Buffer.from('caf\xe9,b\n', 'latin1'),
    rows: [['café', 'b']],
  },
  {
    behaviour: 'reads UTF-16',
    options: "ENCODING = 'UTF16'",
    content: Buffer.from('\ufeffä,b\n', 'utf16le'),
    rows: [['ä', 'b']],
  },
  {
    behaviour: 'replaces invalid characters when told to',
    options: 'REPLACE_INVALID_CHARACTERS = TRUE',
    content: Buffer.from('a\xff,b\n', 'latin1'),
    rows: [['a\ufffd', 'b']],
  },
  {
    behaviour: 'carries text that looks like SQL or a formula',
    content: "=cmd|' /C calc'!A0,'); DROP TABLE t; --\n",
    rows: [["=cmd|' /C calc'!A0", "'); DROP TABLE t; --"]],
  },
];

describe('a staged CSV file', () => {
  let count = 0;
  it.each(cases)('$behaviour', async ({ options = '', content, rows }) => {
    count++;
    await test.sql(`CREATE STAGE csv${count} FILE_FORMAT = (TYPE = CSV ${options})`);
    putFiles(test, `csv${count}`, { 'f.csv': content });
    const selected = await test.sql(`SELECT $1, $2 FROM @csv${count}`);
    expect(selected).toEqual(rows);
    // COPY may read the same file by another way: the result must be the same.
    await test.sql(`CREATE TABLE csv${count} (a VARCHAR, b VARCHAR)`);
    await test.sql(`COPY INTO csv${count} (a, b) FROM @csv${count}`);
    expect(await test.sql(`SELECT a, b FROM csv${count}`)).toEqual(rows);
  });

  it('fails a query at an invalid character, naming file, line and character', async () => {
    await test.sql('CREATE STAGE bad_utf8');
    putFiles(test, 'bad_utf8', { 'f.csv': Buffer.from('a,b\nc,x\xff\n', 'latin1') });
    const error = await test.error('SELECT $1, $2 FROM @bad_utf8');
    expect(error.message).toContain(
      "Invalid UTF8 detected in string 'x0xFF'\n  File 'f.csv', line 2, character 3",
    );
  });

  it('reads a field of more than a million characters', async () => {
    await test.sql(`CREATE STAGE long_text FILE_FORMAT = (FIELD_OPTIONALLY_ENCLOSED_BY = '"')`);
    putFiles(test, 'long_text', { 'f.csv': `"${'x\n'.repeat(3_000_000)}",b\n` });
    expect(await test.sql('SELECT length($1), $2 FROM @long_text')).toEqual([['6000000', 'b']]);
  });
});
