import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLintConfig } from '../../../actions/check-sql/lint/config.ts';
import { lintDirectory } from '../../../actions/check-sql/lint/lint.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lint-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const SQL = `CREATE TABLE IF NOT EXISTS SILVER.T (PRICE FLOAT, DATE DATE) MAX_DATA_EXTENSION_TIME_IN_DAYS = 10;
CREATE STREAM IF NOT EXISTS SILVER.S ON TABLE SILVER.T;
`;

async function lint(yaml: string): Promise<string[]> {
  writeFileSync(join(directory, 'V1__a.sql'), SQL);
  writeFileSync(join(directory, 'lint.yml'), yaml);
  const config = await readLintConfig(directory);
  return lintDirectory(directory, { config }).findings.map(({ rule, severity }) => `${severity} ${rule}`);
}

test('a configuration turns rules off, changes their severity and sets their options', async () => {
  expect(await lint('# nothing yet\n')).toEqual([
    'error types/money-float',
    'info naming/type-as-column',
    'warning streams/unused',
  ]);
  const changed = await lint(`rules:
  types/money-float: off
  naming/type-as-column: error
  streams/unused: { severity: info }
  streams/short-retention:
    options:
      days: 11
`);
  expect(changed).toEqual([
    'error naming/type-as-column',
    'warning streams/short-retention',
    'info streams/unused',
  ]);
});

test.each([
  ['rules:\n  types/money: off\n', '2:16: rules.types/money: there is no such rule'],
  ['rules:\n  types/money-float: loud\n', '2:22: rules.types/money-float: must be error, warning, info, off'],
  ['severity: error\n', '1:11: severity: Unrecognized key'],
  [
    'rules:\n  streams/short-retention:\n    options:\n      weeks: 2\n',
    '4:14: rules.streams/short-retention.options.weeks: there is no such option (days)',
  ],
  [
    'rules:\n  streams/short-retention:\n    options:\n      days: [a]\n',
    '4:13: rules.streams/short-retention.options.days: must be a number',
  ],
  ['rules: [\n', '2:1: '],
])('what is wrong in %j is told with file, line and column (failure 41)', async (yaml, message) => {
  await expect(lint(yaml)).rejects.toThrow(`${join(directory, 'lint.yml')}:${message}`);
});
