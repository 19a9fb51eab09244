import { expect, test } from 'vitest';
import { withDirectory } from './support/directory.ts';

/** `line rule` of everything that is found. */
function found(sql: string): string[] {
  return withDirectory({ 'V1__a.sql': sql }, ({ lint }) =>
    lint().findings.map(({ line, rule }) => `${line} ${rule}`),
  );
}

test('a comment at the end of the line takes away what the rule finds on that line, nothing else', () => {
  const sql = [
    'CREATE TABLE IF NOT EXISTS SILVER.T (',
    '  PRICE FLOAT, -- lint: ignore types/money-float the source has floats',
    '  COST_USD FLOAT',
    ');',
  ].join('\n');
  expect(found(sql)).toEqual(['3 types/money-float']);
});

test('a comment above a statement stands for all of it, also through other comments and blank lines', () => {
  const sql = [
    '-- lint: ignore types/money-float the source has floats',
    '-- lint: ignore idempotence/create-if-not-exists made by hand in one environment',
    '',
    '-- Prices.',
    'CREATE TABLE SILVER.T (',
    '  PRICE FLOAT,',
    '  COST_USD FLOAT',
    ');',
    'CREATE TABLE SILVER.U (ID NUMBER(10,0));',
  ].join('\n');
  expect(found(sql)).toEqual(['9 idempotence/create-if-not-exists']);
});

test('inside a statement a comment on a line of its own stands for the next line', () => {
  const sql = [
    'CREATE TABLE IF NOT EXISTS SILVER.T (',
    '  -- lint: ignore types/money-float the source has floats',
    '  PRICE FLOAT,',
    '  COST_USD FLOAT',
    ');',
  ].join('\n');
  expect(found(sql)).toEqual(['4 types/money-float']);
});

test('a comment in the head of a file takes away what is said of the file as a whole', () => {
  const files = { 'V1__BadName.sql': '-- lint: ignore naming/file-name as applied in 2024\nSELECT 1;\n' };
  expect(withDirectory(files, ({ lint }) => lint().findings)).toEqual([]);
});

test('without a reason, for an unknown rule, or for nothing that is found, the comment is a finding itself', () => {
  const sql = [
    '-- lint: ignore types/money-float',
    'CREATE TABLE IF NOT EXISTS SILVER.T (PRICE FLOAT);',
    '-- lint: ignore types/moneyfloat the source has floats',
    'CREATE TABLE IF NOT EXISTS SILVER.U (PRICE FLOAT);',
    '-- lint: ignore types/money-float the source has floats',
    'CREATE TABLE IF NOT EXISTS SILVER.V (PRICE NUMBER(12,2));',
    '-- lint: ignore',
    'SELECT 1;',
  ].join('\n');
  expect(found(sql)).toEqual([
    '1 lint/ignore-without-reason',
    '3 lint/unknown-rule',
    '4 types/money-float',
    '5 lint/unused-ignore',
    '7 lint/unknown-rule',
  ]);
});

test('the same words in a string are no comment', () => {
  const sql = "SELECT '\n-- lint: ignore no/such-rule because\n';";
  expect(found(sql)).toEqual([]);
});
