import { expect, test } from 'vitest';
import type { MigrationStatement } from '../../actions/migrate/migration-files.ts';
import { isDml, sessionEffect, transactionAround } from '../../actions/migrate/statement-effects.ts';

const statement = (text: string, number = 1): MigrationStatement => ({
  number,
  text,
  line: number,
  column: 1,
  checksum: text,
});

test.each([
  ['CREATE TABLE T (A INT)', 'none'],
  ['create or replace view V as select 1', 'none'],
  ['INSERT INTO T VALUES (1)', 'none'],
  ['ALTER TASK T RESUME', 'none'],
  ['EXECUTE TASK T', 'none'],
  ['CREATE SCHEMA S', 'schema'],
  ['CREATE OR REPLACE TRANSIENT SCHEMA S', 'schema'],
  ['CREATE DATABASE IF NOT EXISTS D', 'schema'],
  ['DROP SCHEMA S', 'schema'],
  ['CREATE TEMPORARY TABLE T (A INT)', 'state'],
  ['CREATE OR REPLACE TEMP VIEW V AS SELECT 1', 'state'],
  ['USE ROLE R', 'state'],
  ['SET A = 1', 'state'],
  ['ALTER SESSION SET TIMEZONE = UTC', 'state'],
  ['BEGIN', 'state'],
  ['CALL P()', 'state'],
  ['EXECUTE IMMEDIATE $$ SELECT 1 $$', 'state'],
])('%s leaves the session with: %s', (text, effect) => {
  expect(sessionEffect(statement(text))).toBe(effect);
});

test('only INSERT, UPDATE, DELETE and MERGE can be taken back by a transaction', () => {
  const texts = [
    'INSERT INTO T SELECT 1',
    'update t set a = 1',
    'DELETE FROM T',
    'MERGE INTO T USING S ON 1=1',
  ];
  expect(texts.every((text) => isDml(statement(text)))).toBe(true);
  expect(
    ['TRUNCATE T', 'CREATE TABLE T AS SELECT 1', 'COPY INTO T FROM @S'].some((text) =>
      isDml(statement(text)),
    ),
  ).toBe(false);
});

test('a statement in an explicit transaction belongs to its BEGIN; COMMIT and DDL end it, a block is none', () => {
  const texts = [
    'BEGIN NAME X',
    'INSERT INTO T VALUES (1)',
    'COMMIT',
    'BEGIN\n  INSERT INTO T VALUES (1);\nEND',
    'START TRANSACTION',
    'INSERT INTO T VALUES (2)',
    'CREATE TABLE U (A INT)',
    'INSERT INTO T VALUES (3)',
  ].map((text, index) => statement(text, index + 1));
  const around = texts.map(({ number }) => transactionAround(texts, number)?.number);
  expect(around).toEqual([undefined, 1, 1, undefined, undefined, 5, 5, undefined]);
});
