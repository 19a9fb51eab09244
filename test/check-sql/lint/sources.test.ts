import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withPlaceholders, withVariables } from '../../../actions/check-sql/lint/placeholders.ts';
import { withDirectory } from './support/directory.ts';

test('places are those of the file as it is written, whatever the variables are called', () => {
  const sql = [
    '-- {{ a_long_name_of_a_variable }}',
    "CREATE STAGE BRONZE.{{ x }} /* {{ y }} */ URL = '{{ lake_url }}'; CREATE TABLE {{schema}}.T (PRICE FLOAT);",
  ].join('\n');
  const places = withDirectory({ 'V1__a.sql': sql }, ({ lint }) => {
    const { findings, problems } = lint();
    expect(problems).toEqual([]);
    return findings.map(({ line, column, endColumn, rule }) => [
      rule,
      line,
      sql.split('\n')[line - 1]?.slice(column - 1, endColumn - 1),
    ]);
  });
  expect(places).toEqual([
    ['idempotence/create-if-not-exists', 2, 'BRONZE.{{ x }}'],
    ['idempotence/create-if-not-exists', 2, '{{schema}}.T'],
    ['types/money-float', 2, 'FLOAT'],
  ]);
});

test('a variable may stand where only a number can, and is shown as it was written', () => {
  const sql =
    'CREATE TABLE IF NOT EXISTS SILVER.T (ID NUMBER({{ digits }},0));\nCREATE WAREHOUSE IF NOT EXISTS {{ w }} AUTO_SUSPEND = {{ seconds }};\nCREATE TABLE {{ s }}.U (ID NUMBER(10,0));\nCREATE STREAM IF NOT EXISTS {{ s }}.ST ON TABLE {{ s }}.U;\n';
  withDirectory({ 'V1__a.sql': sql }, ({ lint }) => {
    const { findings, problems } = lint();
    expect(problems).toEqual([]);
    expect(findings.map(({ rule, message }) => [rule, message])).toContainEqual([
      'streams/unused',
      'nothing consumes {{ s }}.ST',
    ]);
  });
});

test('what cannot be read is a problem on its line, and the statements around it are linted', () => {
  const sql = 'CREATE TABLE SILVER.A (ID INT);\nCREATE TABL SILVER.B;\nCREATE TABLE SILVER.C (ID INT);\n';
  withDirectory(
    { 'V1__a.sql': sql, 'V2__b.sql': "SELECT 'open", 'nonsense.sql': 'SELECT 1;' },
    ({ lint }) => {
      const { findings, problems } = lint();
      expect(problems.map(({ file, line }) => `${file}:${line}`).sort()).toEqual([
        'V1__a.sql:2',
        'V2__b.sql:1',
        'nonsense.sql:1',
      ]);
      expect(findings.map(({ line }) => line)).toEqual([1, 3]);
    },
  );
});

test('a placeholder has the length of what it stands for, and can be turned back', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/),
      fc.constantFrom('', ' ', '  '),
      (name, space) => {
        const written = `{{${space}${name}${space}}}`;
        expect(withPlaceholders(written).length).toBe(written.length);
        expect(withVariables(withPlaceholders(`a ${written} b`))).toBe(`a {{ ${name} }} b`);
      },
    ),
  );
});
