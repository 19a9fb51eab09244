import { describe, expect, test } from 'vitest';
import { parseStatement } from '../../../actions/shared/sql/parse.ts';
import { SnowflakeError } from '../../../actions/shared/sql/snowflake-error.ts';

function errorOf(text: string): SnowflakeError {
  try {
    parseStatement(text);
  } catch (error) {
    if (error instanceof SnowflakeError) return error;
    throw error;
  }
  throw new Error(`parsed: ${text}`);
}

describe('what is no Snowflake SQL is a syntax error with its place', () => {
  test.each([
    ['selekt 1', 1, 0, "unexpected 'selekt'."],
    ['select a\nform t x', 2, 5, "unexpected 't'."],
    ['select * from', 1, 13, "unexpected '<EOF>'."],
    ['select (1', 1, 9, "unexpected '<EOF>'."],
    ['select 1 select 2', 1, 9, "unexpected 'select'."],
    ['select 1; select 2', 1, 10, "unexpected 'select'."],
    ['select a from t where', 1, 21, "unexpected '<EOF>'."],
    ['select from.x', 1, 7, "unexpected 'from'."],
    ['create table t (a)', 1, 16, "unexpected 'a'."],
    ['create secure table t (a int)', 1, 14, "unexpected 'table'."],
    ['insert into order values (1)', 1, 12, "unexpected 'order'."],
    ['drop table', 1, 10, "unexpected '<EOF>'."],
    ['merge into t using s on true', 1, 28, "unexpected '<EOF>'."],
    ['begin select 1 end', 1, 15, "unexpected 'end'."],
    ['begin insert into t select 1 into :x; end', 1, 29, "unexpected 'into'."],
    ['select 1 into :x', 1, 9, "unexpected 'into'."],
    ['', 1, 0, "unexpected '<EOF>'."],
    ['select case 1 end', 1, 14, "unexpected 'end'."],
    ['select {{ x }}', 1, 8, "unexpected '{'."],
    ['select x ** 2', 1, 9, "unexpected '**'."],

    ['copy into t from @s pattern = 1', 1, 30, "unexpected '1'."],
  ])('%s', (text, line, column, what) => {
    const error = errorOf(text);
    expect(error.code).toBe('001003');
    expect(error.message).toBe(
      `SQL compilation error:\nsyntax error line ${line} at position ${column} ${what}`,
    );
    expect(error.position).toMatchObject({ line, column });
  });
});

describe('Snowflake SQL that the tree does not hold is refused by name', () => {
  test.each([
    ['alter table t add search optimization on equality(a)', 'SEARCH OPTIMIZATION ON columns'],
    ['select 1 from t connect by nocycle a = prior b', 'CONNECT BY NOCYCLE'],
    ['select m!predict(1)', 'a method call with !'],
    ["select interval '1' day to hour", 'the interval type DAY …'],
    ['use secondary roles a, b', 'USE SECONDARY ROLES with names'],
  ])('%s', (text, construct) => {
    const error = errorOf(text);
    expect(error.code).toBe('999001');
    expect(error.message).toContain(`Not supported by the local Snowflake: ${construct} (line 1, position `);
  });
});

test('200 levels of nesting are read, thousands are refused without using up the stack', () => {
  const nested = (levels: number) => `select ${'('.repeat(levels)}1${')'.repeat(levels)}`;
  expect(parseStatement(nested(200))).toMatchObject({ kind: 'select' });
  expect(errorOf(nested(100_000)).message).toContain('nesting of more than 256 levels');
  expect(errorOf(`select ${'not '.repeat(50_000)}a`).message).toContain('nesting');
  expect(errorOf(`select ${'- '.repeat(50_000)}a`).message).toContain('nesting');
  expect(errorOf(`select * from ${'('.repeat(50_000)}`).message).toContain('nesting');
  expect(errorOf('begin '.repeat(50_000)).message).toContain('nesting');
  expect(errorOf('explain '.repeat(50_000)).message).toContain('nesting');
  expect(errorOf(`select ${'case when '.repeat(50_000)}`).message).toContain('nesting');
  expect(errorOf(`create stage s x = ${'('.repeat(50_000)}`).message).toContain('nesting');
});
