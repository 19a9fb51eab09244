import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyFixes, fixFiles } from '../../../actions/check-sql/lint/fix.ts';
import { lintDirectory } from '../../../actions/check-sql/lint/lint.ts';
import { RULES } from '../../../actions/check-sql/lint/rules.ts';
import { parseStatement } from '../../../actions/shared/sql/parse.ts';
import { splitStatements } from '../../../actions/shared/sql/split.ts';
import { withDirectory } from './support/directory.ts';

/** The file after `--fix`, and what is found before and after. */
function fix(text: string, file = 'V1__a.sql') {
  return withDirectory({ [file]: text }, ({ path, read }) => {
    const before = lintDirectory(path).findings;
    const fixed = fixFiles(before).get(join(path, file)) ?? 0;
    const after = lintDirectory(path).findings;
    return {
      text: read(file),
      fixed,
      before: before.map(({ rule }) => rule),
      after: after.map(({ rule }) => rule),
    };
  });
}

test('what needs no decision is written, and is not found again', () => {
  const { text, before, after } = fix(`-- migrate: allow-destructive
CREATE TABLE SILVER.T (
  MADE_AT TIMESTAMP(6)
);
ALTER TABLE SILVER.T ADD COLUMN NAME VARCHAR;
DROP VIEW GOLD.OLD;
COPY INTO SILVER.T (NAME) FROM @SILVER.S/t/ FILE_FORMAT = (TYPE = CSV);
`);
  expect(text).toBe(`-- migrate: allow-destructive
CREATE TABLE IF NOT EXISTS SILVER.T (
  MADE_AT TIMESTAMP_NTZ(6)
);
ALTER TABLE SILVER.T ADD COLUMN IF NOT EXISTS NAME VARCHAR;
DROP VIEW IF EXISTS GOLD.OLD;
COPY INTO SILVER.T (NAME) FROM @SILVER.S/t/ FILE_FORMAT = (TYPE = CSV) ON_ERROR = ABORT_STATEMENT;
`);
  expect(before.length).toBe(5);
  expect(after).toEqual([]);
});

test('variables, CRLF, a byte order mark and text of any alphabet stay as they are, and places before them are right', () => {
  const { text } = fix(
    "\u{FEFF}-- größe 🙂\r\nCREATE STAGE BRONZE.L URL = '{{ lake_url }}' STORAGE_INTEGRATION = {{ i }};\r\nCREATE TASK SILVER.T\r\n  WAREHOUSE = {{ warehouse }}\r\nAS SELECT 1;",
  );
  expect(text).toBe(
    "\u{FEFF}-- größe 🙂\r\nCREATE STAGE IF NOT EXISTS BRONZE.L URL = '{{ lake_url }}' STORAGE_INTEGRATION = {{ i }};\r\nCREATE TASK IF NOT EXISTS SILVER.T\r\n  USER_TASK_TIMEOUT_MS = 3600000\r\n  WAREHOUSE = {{ warehouse }}\r\nAS SELECT 1;",
  );
});

test('an error, and a file without a fix, are left alone', () => {
  const sql = 'CREATE TABLE IF NOT EXISTS SILVER.T (PRICE FLOAT);\n';
  expect(fix(sql)).toMatchObject({ text: sql, fixed: 0, after: ['types/money-float'] });
});

test('of two fixes of one place the first is taken', () => {
  const edit = (start: number, end: number, text: string) => [{ start, end, text }];
  expect(applyFixes('abcdef', [edit(1, 3, 'X'), edit(2, 4, 'Y'), edit(4, 4, '+'), edit(4, 4, '-')])).toEqual({
    text: 'aXd+-ef',
    applied: 3,
  });
});

const fixable = RULES.flatMap((rule) =>
  rule.bad.flatMap((example) =>
    typeof example === 'string'
      ? [[rule.id, 'V1__example.sql', example] as const]
      : Object.entries(example).map(([file, sql]) => [rule.id, file, sql] as const),
  ),
);

describe('every bad example, fixed', () => {
  test.each(fixable)(
    '%s in %s: still parses, keeps its statements, and fixing it again changes nothing',
    (_, file, sql) => {
      withDirectory({ [file]: sql }, ({ path, read }) => {
        const options = { allowGaps: true };
        fixFiles(lintDirectory(path, options).findings);
        const once = read(file);
        const plain = once.replace(/\{\{ (\w+) \}\}/g, '$1');
        const statements = splitStatements(plain);
        expect(statements.length).toBe(splitStatements(sql.replace(/\{\{ (\w+) \}\}/g, '$1')).length);
        for (const { text } of statements) parseStatement(text);
        const left = lintDirectory(path, options).findings.filter(({ fix: edits }) => edits.length > 0);
        expect(left.map(({ rule }) => rule)).toEqual([]);
        fixFiles(left);
        expect(read(file)).toBe(once);
        writeFileSync(join(path, file), sql);
      });
    },
  );
});
