import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type Rows, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';

let test: TestEngine;
let count = 0;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test.close());

/** A table T<n> (id NUMBER NOT NULL, name VARCHAR(5), amount NUMBER(10,2)) and a stage with these files. */
async function fresh(files: Record<string, string | Buffer>, format = 'SKIP_HEADER = 1'): Promise<string> {
  const name = `t${++count}`;
  await test.sql(`CREATE TABLE ${name} (id NUMBER NOT NULL, name VARCHAR(5), amount NUMBER(10,2))`);
  await test.sql(`CREATE STAGE ${name} FILE_FORMAT = (TYPE = CSV ${format})`);
  putFiles(test, name, files);
  return name;
}

const good = 'id,name,amount\n1,a,1.5\n2,b,2.5\n';
const oneBad = 'id,name,amount\n3,c,3.5\n4,d,oops\n5,e,5.5\n6,f,6.5\n';
const allBad = 'id,name,amount\nx,g,1\ny,h,2\n';

/** What the table holds, by id. */
const ids = async (name: string): Promise<string[]> =>
  (await test.sql(`SELECT id FROM ${name} ORDER BY id`)).map(([id]) => String(id));

describe('ON_ERROR', () => {
  it('ABORT_STATEMENT, the default, loads nothing and names file, line, character, row and column', async () => {
    const t = await fresh({ 'a.csv': good, 'b.csv': oneBad });
    const error = await test.error(`COPY INTO ${t} FROM @${t}`);
    expect(error.code).toBe('100038');
    expect(error.sqlState).toBe('22018');
    expect(error.message).toBe(
      `Numeric value 'oops' is not recognized\n  File 'b.csv', line 3, character 5\n  Row 2, column "${t.toUpperCase()}"["AMOUNT":3]\n  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a SQL client.`,
    );
    expect(await ids(t)).toEqual([]);
    const [row] = await test.sql(`COPY INTO ${t} FROM @${t}/a.csv`);
    expect(row!.slice(0, 4)).toEqual([`${t}/a.csv`, 'LOADED', '2', '2']);
  });

  // The limits are those that an account reports: per file, n as given, n% rounded down but at least 1.
  const modes: [string, Rows, string[]][] = [
    [
      'CONTINUE',
      [
        ['LOADED', '2', '2', '2', '0'],
        ['PARTIALLY_LOADED', '4', '3', '4', '1'],
        ['LOAD_FAILED', '2', '0', '2', '2'],
      ],
      ['1', '2', '3', '5', '6'],
    ],
    [
      'SKIP_FILE',
      [
        ['LOADED', '2', '2', '1', '0'],
        ['LOAD_FAILED', '4', '0', '1', '1'],
        ['LOAD_FAILED', '2', '0', '1', '2'],
      ],
      ['1', '2'],
    ],
    [
      'SKIP_FILE_1',
      [
        ['LOADED', '2', '2', '1', '0'],
        ['LOAD_FAILED', '4', '0', '1', '1'],
        ['LOAD_FAILED', '2', '0', '1', '2'],
      ],
      ['1', '2'],
    ],
    [
      'SKIP_FILE_2',
      [
        ['LOADED', '2', '2', '2', '0'],
        ['PARTIALLY_LOADED', '4', '3', '2', '1'],
        ['LOAD_FAILED', '2', '0', '2', '2'],
      ],
      ['1', '2', '3', '5', '6'],
    ],
    [
      'SKIP_FILE_0',
      [
        ['LOAD_FAILED', '2', '0', '0', '0'],
        ['LOAD_FAILED', '4', '0', '0', '1'],
        ['LOAD_FAILED', '2', '0', '0', '2'],
      ],
      [],
    ],
    [
      "'SKIP_FILE_20%'",
      [
        ['LOADED', '2', '2', '1', '0'],
        ['LOAD_FAILED', '4', '0', '1', '1'],
        ['LOAD_FAILED', '2', '0', '1', '2'],
      ],
      ['1', '2'],
    ],
    [
      "'SKIP_FILE_50%'",
      [
        ['LOADED', '2', '2', '1', '0'],
        ['PARTIALLY_LOADED', '4', '3', '2', '1'],
        ['LOAD_FAILED', '2', '0', '1', '2'],
      ],
      ['1', '2', '3', '5', '6'],
    ],
    [
      "'SKIP_FILE_0%'",
      [
        ['LOADED', '2', '2', '1', '0'],
        ['LOAD_FAILED', '4', '0', '1', '1'],
        ['LOAD_FAILED', '2', '0', '1', '2'],
      ],
      ['1', '2'],
    ],
  ];
  it.each(modes)(
    '%s: status, rows parsed, rows loaded, error limit and errors seen of each file',
    async (mode, states, loaded) => {
      const t = await fresh({ 'a.csv': good, 'b.csv': oneBad, 'c.csv': allBad });
      const rows = await test.sql(`COPY INTO ${t} FROM @${t} ON_ERROR = ${mode}`);
      expect(rows.map((row) => row.slice(1, 6))).toEqual(states);
      expect(await ids(t)).toEqual(loaded);
    },
  );

  it('gives the first error with line, character and column', async () => {
    const t = await fresh({ 'b.csv': oneBad });
    const [row] = await test.sql(`COPY INTO ${t} FROM @${t} ON_ERROR = CONTINUE`);
    expect(row!.slice(6)).toEqual([
      "Numeric value 'oops' is not recognized",
      '3',
      '5',
      `"${t.toUpperCase()}"["AMOUNT":3]`,
    ]);
  });

  it('refuses a value that Snowflake refuses', async () => {
    const t = await fresh({ 'a.csv': good });
    const error = await test.error(`COPY INTO ${t} FROM @${t} ON_ERROR = KEEP_GOING`);
    expect(error.message).toContain("invalid value [KEEP_GOING] for parameter 'ON_ERROR'");
  });

  it('keeps the earlier statements of a transaction when COPY fails, and its good files when it continues', async () => {
    const t = await fresh({ 'a.csv': good, 'b.csv': oneBad });
    await test.sql('BEGIN');
    await test.sql(`INSERT INTO ${t} VALUES (100, 'x', 0)`);
    await test.error(`COPY INTO ${t} FROM @${t}`);
    expect(await ids(t)).toEqual(['100']);
    await test.sql(`COPY INTO ${t} FROM @${t} ON_ERROR = CONTINUE`);
    await test.sql('COMMIT');
    expect(await ids(t)).toEqual(['1', '2', '3', '5', '6', '100']);
    await test.sql('BEGIN');
    await test.sql(`COPY INTO ${t} FROM @${t} FORCE = TRUE ON_ERROR = CONTINUE`);
    await test.sql('ROLLBACK');
    expect(await ids(t)).toEqual(['1', '2', '3', '5', '6', '100']);
  });
});

describe('a bad CSV record', () => {
  interface Bad {
    what: string;
    format?: string;
    content: string | Buffer;
    message: string;
    at: [line: string | null, character: string | null];
    column: string;
    loaded: string[];
  }
  // Messages and places: docs.snowflake.com, COPY INTO <table>, validation examples; what accounts report.
  const cases: Bad[] = [
    {
      what: 'with too many fields, when it is the first',
      content: '1,a,2,extra\n2,b,3\n',
      message:
        'Number of columns in file (4) does not match that of the corresponding table (3), use file format option error_on_column_count_mismatch=false to ignore this error',
      at: ['2', '1'],
      column: '[4]',
      loaded: ['2'],
    },
    {
      what: 'with too many fields, when it is the only one',
      content: '1,a,2,extra\n',
      message:
        'Number of columns in file (4) does not match that of the corresponding table (3), use file format option error_on_column_count_mismatch=false to ignore this error',
      at: ['1', '12'],
      column: '[4]',
      loaded: [],
    },
    {
      what: 'with too few fields, when it is the first',
      content: '1,a\n2,b,3\n',
      message:
        'Number of columns in file (2) does not match that of the corresponding table (3), use file format option error_on_column_count_mismatch=false to ignore this error',
      at: ['2', '1'],
      column: '["NAME":2]',
      loaded: ['2'],
    },
    {
      what: 'with too many fields, later',
      content: '1,a,2\n2,b,3,extra\n',
      message: "Field delimiter ',' found while expecting record delimiter '\\n'",
      at: ['2', '6'],
      column: '["AMOUNT":3]',
      loaded: ['1'],
    },
    {
      what: 'with too few fields, later',
      content: '1,a,2\n2,b\n',
      message: `End of record reached while expected to parse column '"T"["AMOUNT":3]'`,
      at: ['2', '4'],
      column: '["AMOUNT":3]',
      loaded: ['1'],
    },
    {
      what: 'that is a blank line',
      content: '1,a,2\n\n2,b,3\n',
      message: `End of record reached while expected to parse column '"T"["NAME":2]'`,
      at: ['2', '1'],
      column: '["NAME":2]',
      loaded: ['1', '2'],
    },
    {
      what: 'with text after a closing enclosure',
      format: `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
      content: '1,"a"b,2\n2,c,3\n',
      message: "Found character 'b' instead of field delimiter ','",
      at: ['1', '6'],
      column: '["NAME":2]',
      loaded: ['2'],
    },
    {
      what: 'with an enclosure that is never closed',
      format: `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
      content: '1,a,2\n2,"b,3\n3,c,4\n',
      message: `End of record reached while expected to parse column '"T"["NAME":2]'`,
      at: ['4', '1'],
      column: '["NAME":2]',
      loaded: ['1'],
    },
    {
      what: 'with a number that is none',
      content: '1,a,2\n2,b,x\n',
      message: "Numeric value 'x' is not recognized",
      at: ['2', '5'],
      column: '["AMOUNT":3]',
      loaded: ['1'],
    },
    {
      what: 'with a text that is too long',
      content: '1,abcdefgh,2\n2,b,3\n',
      message: "User character length limit (5) exceeded by string 'abcdefgh'",
      at: ['1', '3'],
      column: '["NAME":2]',
      loaded: ['2'],
    },
    {
      what: 'with no value for a NOT NULL column',
      content: ',a,2\n2,b,3\n',
      message: 'NULL result in a non-nullable column',
      at: ['1', '1'],
      column: '["ID":1]',
      loaded: ['2'],
    },
    {
      what: 'with no value for a NOT NULL column where fields may be enclosed',
      format: `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
      content: ',a,2\n2,b,3\n',
      message:
        'NULL result in a non-nullable column. Use quotes if an empty field should be interpreted as an empty string instead of a null',
      at: ['1', '1'],
      column: '["ID":1]',
      loaded: ['2'],
    },
    {
      what: 'in another encoding',
      content: Buffer.from('1,caf\xe9,2\n2,b,3\n', 'latin1'),
      message: "Invalid UTF8 detected in string 'caf0xE9'",
      at: ['1', '3'],
      column: '["NAME":2]',
      loaded: ['2'],
    },
    {
      what: 'after one that spans lines',
      format: `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
      content: '1,"a\nb",2\n2,c,x\n',
      message: "Numeric value 'x' is not recognized",
      at: ['3', '5'],
      column: '["AMOUNT":3]',
      loaded: ['1'],
    },
  ];
  it.each(cases)(
    '$what is left out and described',
    async ({ format, content, message, at, column, loaded }) => {
      const t = await fresh({ 'f.csv': content }, format ?? '');
      const [row] = await test.sql(`COPY INTO ${t} FROM @${t} ON_ERROR = CONTINUE`);
      const label = `"${t.toUpperCase()}"`;
      expect(row!.slice(6)).toEqual([message.replace('"T"', label), ...at, label + column]);
      expect(await ids(t)).toEqual(loaded);
    },
  );

  it('reshapes records of another width with ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE', async () => {
    const t = await fresh({ 'f.csv': '1,a,2,extra\n2\n' }, 'ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE');
    const [row] = await test.sql(`COPY INTO ${t} FROM @${t}`);
    expect(row!.slice(1, 4)).toEqual(['LOADED', '2', '2']);
    expect(await test.sql(`SELECT * FROM ${t} ORDER BY id`)).toEqual([
      ['1', 'a', '2.00'],
      ['2', null, null],
    ]);
  });

  it('cuts long texts with TRUNCATECOLUMNS, as with ENFORCE_LENGTH = FALSE', async () => {
    const t = await fresh({ 'f.csv': '1,abcdefgh,2\n' }, '');
    await test.sql(`COPY INTO ${t} FROM @${t} TRUNCATECOLUMNS = TRUE`);
    await test.sql(`COPY INTO ${t} FROM @${t} ENFORCE_LENGTH = FALSE FORCE = TRUE`);
    expect(await test.sql(`SELECT name FROM ${t}`)).toEqual([['abcde'], ['abcde']]);
  });

  it('is passed over in a transformation too', async () => {
    const t = await fresh({ 'f.csv': '1,a,2\nx,b,3\n3,c,4\n' }, '');
    const [row] = await test.sql(
      `COPY INTO ${t} (id, amount) FROM (SELECT t.$1::NUMBER + 10, $3::NUMBER(10,2) FROM @${t} t) ON_ERROR = CONTINUE`,
    );
    expect(row!.slice(1, 8)).toEqual([
      'PARTIALLY_LOADED',
      '3',
      '2',
      '3',
      '1',
      "Numeric value 'x' is not recognized",
      '2',
    ]);
    expect(await test.sql(`SELECT id, amount FROM ${t} ORDER BY id`)).toEqual([
      ['11', '2.00'],
      ['13', '4.00'],
    ]);
  });
});

describe('a file that cannot be read', () => {
  it('fails alone: half a gzip file is never loaded as a whole one', async () => {
    const whole = gzipSync(
      `id,name,amount\n${Array.from({ length: 5000 }, (_, id) => `${id},a,1\n`).join('')}`,
    );
    const t = await fresh({ 'half.csv.gz': whole.subarray(0, whole.length / 2), 'ok.csv': good });
    const rows = await test.sql(`COPY INTO ${t} FROM @${t} ON_ERROR = SKIP_FILE`);
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      [`${t}/half.csv.gz`, 'LOAD_FAILED', '0', '0'],
      [`${t}/ok.csv`, 'LOADED', '2', '2'],
    ]);
    expect(rows[0]![6]).toContain("Invalid data encountered during decompression for file: 'half.csv.gz'");
    const error = await test.error(`COPY INTO ${t} FROM @${t}/half`);
    expect(error.message).toContain('Invalid data encountered during decompression');
  });

  it('is an error when FILES names it and it is not there; a row under CONTINUE', async () => {
    const t = await fresh({ 'a.csv': good });
    const error = await test.error(`COPY INTO ${t} FROM @${t} FILES = ('a.csv', 'nosuch.csv')`);
    expect([error.code, error.message]).toEqual([
      '091016',
      expect.stringContaining("nosuch.csv' was not found."),
    ]);
    expect(await ids(t)).toEqual([]);
    const rows = await test.sql(
      `COPY INTO ${t} FROM @${t} FILES = ('a.csv', 'nosuch.csv') ON_ERROR = CONTINUE`,
    );
    expect(rows.map((row) => row.slice(1, 6))).toEqual([
      ['LOADED', '2', '2', '2', '0'],
      ['LOAD_FAILED', '0', '0', '1', '1'],
    ]);
  });
});

describe('VALIDATION_MODE', () => {
  it('RETURN_ERRORS gives every error and loads nothing', async () => {
    const t = await fresh({ 'b.csv': oneBad, 'c.csv': allBad });
    const rows = await test.sql(`COPY INTO ${t} FROM @${t} VALIDATION_MODE = RETURN_ERRORS`);
    expect(
      rows.map(([error, file, line, character, , category, code, state]) => [
        error,
        file,
        line,
        character,
        category,
        code,
        state,
      ]),
    ).toEqual([
      ["Numeric value 'oops' is not recognized", `${t}/b.csv`, '3', '5', 'conversion', '100038', '22018'],
      ["Numeric value 'x' is not recognized", `${t}/c.csv`, '2', '1', 'conversion', '100038', '22018'],
      ["Numeric value 'y' is not recognized", `${t}/c.csv`, '3', '1', 'conversion', '100038', '22018'],
    ]);
    expect(await ids(t)).toEqual([]);
  });

  it('RETURN_n_ROWS gives the rows as they would load, and fails at an error among them', async () => {
    const t = await fresh({ 'b.csv': oneBad });
    expect(await test.sql(`COPY INTO ${t} FROM @${t} VALIDATION_MODE = RETURN_1_ROWS`)).toEqual([
      ['3', 'c', '3.50'],
    ]);
    const error = await test.error(`COPY INTO ${t} FROM @${t} VALIDATION_MODE = 'RETURN_2_ROWS'`);
    expect(error.code).toBe('100038');
  });

  it('is refused for a transformation', async () => {
    const t = await fresh({ 'a.csv': good });
    const error = await test.error(
      `COPY INTO ${t} FROM (SELECT $1, $2, $3 FROM @${t}) VALIDATION_MODE = RETURN_ERRORS`,
    );
    expect(error.message).toContain('VALIDATION_MODE is not supported');
  });
});
