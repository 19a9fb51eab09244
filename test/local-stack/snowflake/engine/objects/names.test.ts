import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine, type TestSession } from '../../../../support/engine.ts';

let engine: TestEngine;
let sessions: TestSession[];
beforeAll(async () => {
  engine = await openTestEngine();
  sessions = [await engine.open(), await engine.open(), await engine.open()];
});
afterAll(() => engine.close());

/** What came of the same statement in three sessions at once: `ok` or the error's number. */
async function atOnce(statement: string): Promise<string[]> {
  const done = sessions.map(({ session }) => session.execute(statement));
  return (await Promise.allSettled(done))
    .map((outcome) => (outcome.status === 'fulfilled' ? 'ok' : String(outcome.reason.code)))
    .sort();
}

describe('sessions that give the same name at once', () => {
  it.each([
    ['CREATE TABLE raced (a INT)', 'TABLES', 'RACED'],
    ['CREATE VIEW raced_view AS SELECT 1 AS a', 'VIEWS', 'RACED_VIEW'],
    ['CREATE SEQUENCE raced_sequence', 'SEQUENCES', 'RACED_SEQUENCE'],
    ['CREATE DATABASE raced_database', 'DATABASES', 'RACED_DATABASE'],
  ])('%s: one makes it, the others find it', async (statement, kind, name) => {
    expect(await atOnce(statement)).toEqual(['002002', '002002', 'ok']);
    expect(await engine.sql(`SHOW ${kind} LIKE '${name}'`)).toHaveLength(1);
  });

  it('with IF NOT EXISTS all succeed, and there is one', async () => {
    expect(await atOnce('CREATE SCHEMA IF NOT EXISTS raced_schema')).toEqual(['ok', 'ok', 'ok']);
    expect(await engine.sql(`SHOW SCHEMAS LIKE 'RACED_SCHEMA'`)).toHaveLength(1);
  });

  it('with OR REPLACE each replaces the one before', async () => {
    expect(await atOnce('CREATE OR REPLACE TABLE raced_replaced (a INT)')).toEqual(['ok', 'ok', 'ok']);
    expect(await engine.sql(`SHOW TABLES LIKE 'RACED_REPLACED'`)).toHaveLength(1);
  });
});
