import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stageDirectory } from '../../../../../actions/local-stack/snowflake/engine/stages/stage-location.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test.close());

// Source: docs.snowflake.com, CREATE FILE FORMAT.
describe('a file format', () => {
  it('is created, altered, renamed and found by COPY', async () => {
    await test.sql("CREATE FILE FORMAT f1 TYPE = CSV FIELD_DELIMITER = '|' COMMENT = 'pipes'");
    expect((await test.error('CREATE FILE FORMAT f1 TYPE = CSV')).code).toBe('002002');
    expect(await test.sql('CREATE FILE FORMAT IF NOT EXISTS f1 TYPE = CSV')).toEqual([
      ['F1 already exists, statement succeeded.'],
    ]);
    await test.sql('ALTER FILE FORMAT f1 SET SKIP_HEADER = 1');
    await test.sql('ALTER FILE FORMAT f1 RENAME TO f2');
    await test.sql('CREATE STAGE with_f2 FILE_FORMAT = (FORMAT_NAME = f2)');
    putFiles(test, 'with_f2', { 'f.csv': 'h|h\na|b\n' });
    expect(await test.sql('SELECT $1, $2 FROM @with_f2')).toEqual([['a', 'b']]);
  });

  it.each([
    ['TYPE = CSV SKIP_HEADR = 1', "invalid parameter 'SKIP_HEADR' for file format type CSV"],
    ['TYPE = CSV SKIP_HEADER = many', "invalid value [MANY] for parameter 'SKIP_HEADER'"],
    ['TYPE = CSV COMPRESSION = LZ4', "invalid value [LZ4] for parameter 'COMPRESSION'"],
    ['TYPE = JSON FIELD_DELIMITER = x', "invalid parameter 'FIELD_DELIMITER' for file format type JSON"],
    ['TYPE = TEXT', "invalid value [TEXT] for parameter 'TYPE'"],
    ['TYPE = AVRO', 'Not supported by the local Snowflake: file format TYPE = AVRO'],
    ['TYPE = ORC', 'Not supported by the local Snowflake: file format TYPE = ORC'],
    ['TYPE = XML', 'Not supported by the local Snowflake: file format TYPE = XML'],
  ])('with %s is refused', async (options, message) => {
    expect((await test.error(`CREATE FILE FORMAT refused ${options}`)).message).toContain(message);
  });
});

// Source: docs.snowflake.com, CREATE STAGE.
describe('a stage', () => {
  it.each([
    ["URL = 'ftp://x/'", "invalid URL prefix found in: 'ftp://x/'"],
    ["URL = 'gcs://bucket/'", "Not supported by the local Snowflake: a stage at 'gcs://bucket/'"],
    ["URL = 's3://bucket/' STORAGE_INTEGRATION = nosuch", "Integration 'NOSUCH' does not exist"],
    ['FILE_FORMAT = (FORMAT_NAME = nosuch)', "File format 'D.PUBLIC.NOSUCH' does not exist"],
    ['FILE_FORMT = (TYPE = CSV)', "invalid property 'FILE_FORMT' for 'STAGE'"],
    ['COPY_OPTIONS = (ON_EROR = CONTINUE)', "invalid property 'ON_EROR' for 'COPY_OPTIONS'"],
  ])('with %s is refused', async (options, message) => {
    expect((await test.error(`CREATE STAGE refused ${options}`)).message).toContain(message);
  });

  it('never shows the credentials it was given', async () => {
    await test.sql(
      "CREATE STAGE secret URL = 's3://b-b/' CREDENTIALS = (AWS_KEY_ID = 'AKIAPLANTED' AWS_SECRET_KEY = 'planted-secret')",
    );
    const shown = JSON.stringify([
      await test.sql('SHOW STAGES'),
      await test.sql('DESCRIBE STAGE secret'),
      test.engine.catalog.list('STAGE'),
    ]);
    expect(shown).not.toMatch(/planted/i);
  });

  it('has its COPY options used by COPY, which may overrule them', async () => {
    await test.sql('CREATE STAGE lenient COPY_OPTIONS = (ON_ERROR = CONTINUE)');
    await test.sql('CREATE TABLE lenient (a NUMBER)');
    putFiles(test, 'lenient', { 'f.csv': '1\nx\n' });
    expect((await test.error('COPY INTO lenient FROM @lenient ON_ERROR = ABORT_STATEMENT')).code).toBe(
      '100038',
    );
    expect((await test.sql('COPY INTO lenient FROM @lenient'))[0]![1]).toBe('PARTIALLY_LOADED');
  });

  it('lists names, sizes, MD5 and times, and removes what matches', async () => {
    await test.sql('CREATE STAGE listed');
    putFiles(test, 'listed', { 'a/1.csv': 'hello', 'a/2.txt': '', 'b.csv': 'x' });
    const rows = await test.sql('LIST @listed/a');
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ['listed/a/1.csv', '5', '5d41402abc4b2a76b9719d911017c592'],
      ['listed/a/2.txt', '0', 'd41d8cd98f00b204e9800998ecf8427e'],
    ]);
    expect(rows[0]![3]).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    expect(await test.sql("REMOVE @listed PATTERN = '.*[.]csv'")).toEqual([
      ['listed/a/1.csv', 'removed'],
      ['listed/b.csv', 'removed'],
    ]);
    expect((await test.sql('LS @listed')).map(([name]) => name)).toEqual(['listed/a/2.txt']);
  });

  it('of a user and of a table are there without being created', async () => {
    expect(await test.sql('LIST @~')).toEqual([]);
    await test.sql('CREATE TABLE staged (a NUMBER)');
    expect(await test.sql('LIST @%staged')).toEqual([]);
    expect((await test.error('LIST @%nosuch')).code).toBe('002003');
    expect((await test.error('LIST @nosuch')).message).toContain(
      "Stage 'D.PUBLIC.NOSUCH' does not exist or not authorized.",
    );
  });

  it('loses its files when it is replaced', async () => {
    await test.sql('CREATE STAGE replaced');
    putFiles(test, 'replaced', { 'f.csv': '1' });
    const { id } = test.engine.catalog.find(['STAGE'], 'D', 'PUBLIC', 'REPLACED')!;
    await test.sql('CREATE OR REPLACE STAGE replaced');
    expect(await test.sql('LIST @replaced')).toEqual([]);
    expect(existsSync(stageDirectory(test.engine, String(id)))).toBe(false);
  });
});

describe('reliability 36: a path out of a stage', () => {
  it.each([
    "'@walls/../secret.csv'",
    "'@walls/a/../../secret.csv'",
    "'@walls//etc/passwd'",
    "'@walls/..'",
    "'@walls/a\\\\..\\\\b'",
    "'@~/../x'",
    "'@walls/./a'",
  ])('is refused: LIST %s', async (location) => {
    await test.sql('CREATE STAGE IF NOT EXISTS walls');
    expect((await test.error(`LIST ${location}`)).message).toContain('invalid stage path');
    expect((await test.error(`REMOVE ${location}`)).message).toContain('invalid stage path');
  });

  it('is refused in FILES', async () => {
    await test.sql('CREATE STAGE IF NOT EXISTS walls');
    await test.sql('CREATE TABLE IF NOT EXISTS walls (a VARCHAR)');
    expect((await test.error("COPY INTO walls FROM @walls FILES = ('../secret.csv')")).message).toContain(
      'invalid stage path',
    );
  });

  it('is not taken through a symbolic link', async () => {
    await test.sql('CREATE STAGE linked');
    const { id } = test.engine.catalog.find(['STAGE'], 'D', 'PUBLIC', 'LINKED')!;
    const directory = stageDirectory(test.engine, String(id));
    mkdirSync(directory, { recursive: true });
    const secret = join(dirname(test.engine.database.filesDirectory), 'secret.csv');
    writeFileSync(secret, 'secret');
    symlinkSync(secret, join(directory, 'link.csv'));
    expect(await test.sql('LIST @linked')).toEqual([]);
  });

  it('is refused in a PARTITION BY value', async () => {
    await test.sql('CREATE STAGE IF NOT EXISTS walls');
    const error = await test.error("COPY INTO @walls FROM (SELECT '../../x' AS p, 1 AS n) PARTITION BY (p)");
    expect(error.message).toContain('invalid stage path');
  });
});
