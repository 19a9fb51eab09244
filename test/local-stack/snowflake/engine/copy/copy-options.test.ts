import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type Rows, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';

// Source: docs.snowflake.com, COPY INTO <table>, CREATE FILE FORMAT, VALIDATE.
let t: TestEngine;
let count = 0;
let now = Date.now() * 1000;
beforeAll(async () => {
  t = await openTestEngine({ clock: () => now++ });
});
afterAll(() => t.close());

/** Loads a file into a fresh table with these columns; gives its rows. */
async function load(
  columns: string,
  content: string | Buffer,
  format: string,
  options = '',
  name = 'f',
): Promise<Rows> {
  const table = `t${++count}`;
  await t.sql(`CREATE STAGE ${table}`);
  await t.sql(`CREATE TABLE ${table} (${columns})`);
  putFiles(t, table, { [name]: content });
  await t.sql(`COPY INTO ${table} FROM @${table} FILE_FORMAT = (${format}) ${options}`);
  return t.sql(`SELECT * FROM ${table}`);
}
async function refused(columns: string, content: string, format: string, options = ''): Promise<string> {
  try {
    await load(columns, content, format, options);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was loaded');
}
const BY_NAME = 'MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE';

describe('JSON loaded into columns', () => {
  test('goes by DATE_FORMAT, TIME_FORMAT and TIMESTAMP_FORMAT', async () => {
    expect(
      await load(
        'd DATE, ti TIME, ts TIMESTAMP_NTZ',
        '{"d":"31/01/2026","ti":"10-30","ts":"2026.01.31 08"}',
        "TYPE = JSON DATE_FORMAT = 'DD/MM/YYYY' TIME_FORMAT = 'HH24-MI' TIMESTAMP_FORMAT = 'YYYY.MM.DD HH24'",
        BY_NAME,
      ),
    ).toEqual([['20484', '37800.000000000', '1769846400.000000000']]);
  });

  test('loses its blanks with TRIM_SPACE and is NULL where NULL_IF says', async () => {
    expect(
      await load(
        'a VARCHAR, b VARCHAR, c NUMBER, d VARIANT',
        '{"a":"  x ","b":" NA ","c":"-1","d":"NA"}',
        "TYPE = JSON TRIM_SPACE = TRUE NULL_IF = ('NA', '-1')",
        BY_NAME,
      ),
    ).toEqual([['x', null, null, null]]);
    expect(await load('a VARCHAR', '{"a":"  x "}', 'TYPE = JSON', BY_NAME)).toEqual([['  x ']]);
  });

  test('is an error where a record goes over a line and MULTI_LINE = FALSE', async () => {
    const text = '{"a":1}\n{"a":\n2}\n';
    expect(await load('v VARIANT', text, 'TYPE = JSON')).toHaveLength(2);
    expect(await refused('v VARIANT', text, 'TYPE = JSON MULTI_LINE = FALSE')).toContain(
      'MULTI_LINE = FALSE',
    );
  });

  test('keeps bad UTF-8 as replacement characters only where told', async () => {
    const bad = Buffer.concat([Buffer.from('{"a":"x'), Buffer.from([0xff]), Buffer.from('"}')]);
    for (const option of ['IGNORE_UTF8_ERRORS', 'REPLACE_INVALID_CHARACTERS'])
      expect(await load('a VARCHAR', bad, `TYPE = JSON ${option} = TRUE`, BY_NAME)).toEqual([['x\ufffd']]);
    await expect(load('a VARCHAR', bad, 'TYPE = JSON', BY_NAME)).rejects.toThrow('UTF-8');
  });
});

test('Parquet goes by TRIM_SPACE and NULL_IF, in columns, in $1 and in numbers', async () => {
  await t.sql('CREATE STAGE pq');
  await t.sql('CREATE TABLE src (a VARCHAR, n NUMBER(5,0))');
  await t.sql("INSERT INTO src VALUES (' x ', 1), ('NA', 2), ('y', 3)");
  await t.sql('COPY INTO @pq FROM src FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE');
  await t.sql('CREATE TABLE dst (a VARCHAR, n NUMBER)');
  const format = "FILE_FORMAT = (TYPE = PARQUET TRIM_SPACE = TRUE NULL_IF = ('NA', '3'))";
  await t.sql(`COPY INTO dst FROM @pq ${format} ${BY_NAME}`);
  expect(await t.sql('SELECT a, n FROM dst ORDER BY n NULLS LAST')).toEqual([
    ['x', '1'],
    [null, '2'],
    ['y', null],
  ]);
  await t.sql('TRUNCATE TABLE dst');
  await t.sql(`COPY INTO dst FROM (SELECT $1:A, $1:N FROM @pq) ${format}`);
  expect(await t.sql('SELECT a, n FROM dst ORDER BY n NULLS LAST')).toEqual([
    ['x', '1'],
    [null, '2'],
    ['y', null],
  ]);
});

describe('CSV', () => {
  test('with a line end in a field is an error where MULTI_LINE = FALSE', async () => {
    const text = '1,"a\nb"\n2,c\n';
    const format = `TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"'`;
    expect(await load('n NUMBER, v VARCHAR', text, format)).toEqual([
      ['1', 'a\nb'],
      ['2', 'c'],
    ]);
    expect(await refused('n NUMBER, v VARCHAR', text, `${format} MULTI_LINE = FALSE`)).toContain(
      "Found character '\\n'",
    );
    expect(
      await load('n NUMBER, v VARCHAR', text, `${format} MULTI_LINE = FALSE`, 'ON_ERROR = CONTINUE'),
    ).toEqual([['2', 'c']]);
  });

  test('PARSE_HEADER needs MATCH_BY_COLUMN_NAME and goes without SKIP_HEADER', async () => {
    const text = 'b,a\n1,2\n';
    expect(await load('a NUMBER, b NUMBER', text, 'TYPE = CSV PARSE_HEADER = TRUE', BY_NAME)).toEqual([
      ['2', '1'],
    ]);
    expect(await refused('a NUMBER, b NUMBER', text, 'TYPE = CSV PARSE_HEADER = TRUE')).toContain(
      'PARSE_HEADER',
    );
    expect(
      await refused('a NUMBER, b NUMBER', text, 'TYPE = CSV PARSE_HEADER = TRUE SKIP_HEADER = 1', BY_NAME),
    ).toContain('SKIP_HEADER');
  });

  test('matched by name goes by its date formats', async () => {
    expect(
      await load(
        'd DATE',
        'd\n31/01/2026\n',
        "TYPE = CSV PARSE_HEADER = TRUE DATE_FORMAT = 'DD/MM/YYYY'",
        BY_NAME,
      ),
    ).toEqual([['20484']]);
  });

  test('INCLUDE_METADATA fills columns from the file', async () => {
    const [row] = await load(
      'a NUMBER, name VARCHAR, line NUMBER, at TIMESTAMP_LTZ',
      'a\n7\n',
      'TYPE = CSV PARSE_HEADER = TRUE',
      `${BY_NAME} INCLUDE_METADATA = (name = METADATA$FILENAME, line = METADATA$FILE_ROW_NUMBER, at = METADATA$START_SCAN_TIME)`,
      'dir/x.csv',
    );
    expect(row!.slice(0, 3)).toEqual(['7', 'dir/x.csv', '1']);
    expect(row![3]).not.toBeNull();
  });

  const encodings: [string, string][] = [
    ['ISO88591', 'latin1'],
    ['ISO885915', 'ISO-8859-15'],
    ['WINDOWS1252', 'windows-1252'],
    ['WINDOWS1251', 'windows-1251'],
    ['KOI8R', 'KOI8-R'],
    ['UTF16LE', 'UTF-16LE'],
    ['UTF16BE', 'UTF-16BE'],
    ['UTF32LE', 'UTF-32LE'],
    ['SHIFTJIS', 'Shift_JIS'],
    ['EUCJP', 'EUC-JP'],
    ['EUCKR', 'EUC-KR'],
    ['BIG5', 'Big5'],
    ['GB18030', 'GB18030'],
  ];
  for (const [name, node] of encodings)
    test(`in ${name} is read`, async () => {
      const sample = {
        WINDOWS1251: 'Привет',
        KOI8R: 'Привет',
        SHIFTJIS: '東京',
        EUCJP: '東京',
        EUCKR: '서울',
        BIG5: '台北',
        GB18030: '北京',
      }[name];
      const text = sample ?? 'café';
      expect(
        await load('v VARCHAR', iconv.encode(`${text}\n`, node), `TYPE = CSV ENCODING = '${name}'`),
      ).toEqual([[text]]);
    });

  test('in an encoding that is not known here is refused by name', async () => {
    for (const name of ['IBM420', 'ISO2022JP'])
      expect(await refused('v VARCHAR', 'x\n', `TYPE = CSV ENCODING = '${name}'`)).toContain(name);
  });

  const compressions = {
    GZIP: gzipSync,
    BROTLI: brotliCompressSync,
    ZSTD: zstdCompressSync,
    DEFLATE: deflateSync,
    RAW_DEFLATE: deflateRawSync,
  };
  for (const [name, compress] of Object.entries(compressions))
    test(`compressed with ${name} is read`, async () => {
      expect(
        await load('n NUMBER', compress(Buffer.from('1\n2\n')), `TYPE = CSV COMPRESSION = ${name}`),
      ).toEqual([['1'], ['2']]);
    });
});

test('options and types that would change what is read, and cannot here, are refused by name', async () => {
  for (const format of [
    'TYPE = JSON ENABLE_OCTAL = TRUE',
    'TYPE = CSV VALIDATE_UTF8 = FALSE',
    'TYPE = PARQUET REPLACE_INVALID_CHARACTERS = TRUE',
    'TYPE = AVRO',
    'TYPE = ORC',
    'TYPE = XML',
    'TYPE = CSV COMPRESSION = BZ2',
  ])
    expect(await refused('v VARIANT', '1\n', format), format).toContain(
      'Not supported by the local Snowflake',
    );
});

test('files older than the memory of the table are loaded only with LOAD_UNCERTAIN_FILES', async () => {
  const day = 86_400_000_000;
  await t.sql('CREATE STAGE old');
  await t.sql('CREATE TABLE old (n NUMBER)');
  putFiles(t, 'old', { 'first.csv': '1\n' });
  await t.sql('COPY INTO old FROM @old');
  putFiles(t, 'old', { 'second.csv': '2\n' });
  now += 65 * day;
  try {
    expect((await t.sql('COPY INTO old FROM @old'))[0]![0]).toBe('Copy executed with 0 files processed.');
    await t.sql("COPY INTO old FROM @old FILES = ('second.csv') LOAD_UNCERTAIN_FILES = TRUE");
    expect(await t.sql('SELECT n FROM old ORDER BY n')).toEqual([['1'], ['2']]);
  } finally {
    now -= 65 * day;
  }
});

describe('VALIDATE', () => {
  const errors = (jobId: string, table = 'v1'): Promise<Rows> =>
    t.sql(`SELECT FILE, LINE, COLUMN_NAME, CODE, ERROR FROM TABLE(VALIDATE(${table}, JOB_ID => '${jobId}'))`);

  test('gives every error of a past COPY, by its id or as the last one', async () => {
    await t.sql('CREATE STAGE v1');
    await t.sql('CREATE TABLE v1 (n NUMBER, m NUMBER)');
    putFiles(t, 'v1', { 'a.csv': '1,1\nx,2\n3,y\n', 'b.csv': '4,4\n' });
    await t.sql('COPY INTO v1 FROM @v1 ON_ERROR = CONTINUE');
    const id = (await t.value('SELECT LAST_QUERY_ID()'))!;
    const expected = [
      ['v1/a.csv', '2', '"V1"["N":1]', '100038', "Numeric value 'x' is not recognized"],
      ['v1/a.csv', '3', '"V1"["M":2]', '100038', "Numeric value 'y' is not recognized"],
    ];
    expect(await errors(id)).toEqual(expected);
    expect(await errors('_last', 'd.public.v1')).toEqual(expected);
    putFiles(t, 'v1', { 'c.csv': '5,5\n' });
    await t.sql("COPY INTO v1 FROM @v1 FILES = ('c.csv')");
    expect(await errors('_last')).toEqual([]);
    expect(await errors(id)).toEqual(expected);
  });

  test('gives the errors of a COPY that failed', async () => {
    putFiles(t, 'v1', { 'd.csv': 'z,1\n' });
    await t.error("COPY INTO v1 FROM @v1 FILES = ('d.csv')");
    expect(await errors('_last')).toEqual([
      ['v1/d.csv', '1', '"V1"["N":1]', '100038', "Numeric value 'z' is not recognized"],
    ]);
  });

  test('knows no other job, and none that transforms data', async () => {
    expect((await t.error("SELECT * FROM TABLE(VALIDATE(v1, JOB_ID => 'nothing'))")).code).toBe('000709');
    await t.sql('COPY INTO v1 FROM (SELECT $1, $2 FROM @v1/c.csv) FORCE = TRUE');
    expect((await t.error("SELECT * FROM TABLE(VALIDATE(v1, JOB_ID => '_last'))")).message).toContain(
      'transform',
    );
  });
});

describe('COPY INTO a location', () => {
  test('does not compress Parquet where told so, and refuses what it cannot write', async () => {
    await t.sql('CREATE STAGE un');
    await t.sql(
      'COPY INTO @un/a/ FROM (SELECT 1 AS x) FILE_FORMAT = (TYPE = PARQUET SNAPPY_COMPRESSION = FALSE)',
    );
    await t.sql('COPY INTO @un/b/ FROM (SELECT 1 AS x) FILE_FORMAT = (TYPE = PARQUET)');
    expect((await t.sql('LIST @un')).map(([name]) => name)).toEqual([
      'un/a/data_0_0_0.parquet',
      'un/b/data_0_0_0.snappy.parquet',
    ]);
    for (const format of [
      'TYPE = PARQUET COMPRESSION = LZO',
      "TYPE = CSV ENCODING = 'UTF16'",
      'TYPE = CSV COMPRESSION = BZ2',
    ])
      expect((await t.error(`COPY INTO @un/c/ FROM (SELECT 1 AS x) FILE_FORMAT = (${format})`)).code).toBe(
        '999001',
      );
  });
});
