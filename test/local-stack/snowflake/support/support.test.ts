import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SupportEntry } from '../../../../actions/local-stack/snowflake/support/entry.ts';
import { SUPPORT } from '../../../../actions/local-stack/snowflake/support/support.ts';
import { openTestEngine, type TestEngine } from '../../../support/engine.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.close());

const entries = SUPPORT.flatMap((area) => area.entries);
const named = (status: SupportEntry['status'][]): [string, SupportEntry][] =>
  entries.filter((entry) => status.includes(entry.status)).map((entry) => [entry.construct, entry]);

describe('what is said to be supported or approximated runs', () => {
  test.each(named(['supported', 'approximated']))('%s', async (_, { example }) => {
    await engine.sql('USE SCHEMA d.public');
    for (const statement of example) await engine.sql(statement);
  });
});

describe('what is said to be refused is refused by name', () => {
  test.each(named(['refused']))('%s', async (_, { example }) => {
    for (const statement of example.slice(0, -1)) await engine.sql(statement);
    expect((await engine.error(example.at(-1)!)).code).toBe('999001');
  });
});

test('every difference says what it is, and every topic has conformance cases', () => {
  const silent = entries.filter(({ status, how }) => status !== 'supported' && (how ?? '') === '');
  expect(silent).toEqual([]);
  const conformance = join(import.meta.dirname, '../../../conformance');
  const missing = entries.filter(({ topic }) => topic !== undefined && !existsSync(join(conformance, topic)));
  expect(missing.map(({ construct, topic }) => `${construct}: ${topic}`)).toEqual([]);
});

test('SYSTEM$LOCAL_SUPPORT() answers the table as JSON, with the functions', async () => {
  const answer = JSON.parse((await engine.value('SELECT SYSTEM$LOCAL_SUPPORT()')) ?? '');
  expect(answer.constructs).toHaveLength(entries.length);
  expect(answer.constructs).toContainEqual({
    area: 'Queries',
    construct: 'COLLATE',
    status: 'refused',
    how: 'text is compared by its code points',
  });
  expect(answer.functions).toContainEqual({ name: 'ABS', kind: 'scalar', status: 'supported' });
  expect(answer.functions.length).toBeGreaterThanOrEqual(250);
});
