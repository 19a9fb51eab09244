import { afterEach, beforeEach, expect, test } from 'vitest';
import { runDueAlerts } from '../../../../../actions/local-stack/snowflake/engine/alerts/alert.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

const SECOND = 1_000_000;
let t: TestEngine;
let now: number;
beforeEach(async () => {
  now = Date.UTC(2026, 0, 31, 12) * 1000;
  t = await openTestEngine({ clock: () => now });
  await t.sql('CREATE TABLE gauge (value INT)');
  await t.sql('CREATE TABLE log (value INT)');
  await t.sql(`CREATE ALERT high SCHEDULE = '5 MINUTES' IF (EXISTS (SELECT 1 FROM gauge WHERE value > 200))
    THEN INSERT INTO log SELECT MAX(value) FROM gauge`);
});
afterEach(() => t.close());

const log = async (): Promise<(string | null)[]> =>
  (await t.sql('SELECT value FROM log ORDER BY 1')).map(([value]) => value ?? null);
async function tick(seconds: number): Promise<void> {
  now += seconds * SECOND;
  await Promise.all(runDueAlerts(t.engine));
}

// Source: docs.snowflake.com, CREATE ALERT, EXECUTE ALERT.
test('the action runs when the condition gives rows, also of a suspended alert', async () => {
  await t.sql('EXECUTE ALERT high');
  expect(await log()).toEqual([]);
  await t.sql('INSERT INTO gauge VALUES (150), (300)');
  await t.sql('EXECUTE ALERT high');
  expect(await log()).toEqual(['300']);
});

test('a resumed alert runs by its schedule, a suspended one does not', async () => {
  await t.sql('INSERT INTO gauge VALUES (300)');
  await tick(3600);
  expect(await log()).toEqual([]);
  await t.sql('ALTER ALERT high RESUME');
  await tick(1);
  await tick(299);
  expect(await log()).toEqual([]);
  await tick(1);
  expect(await log()).toEqual(['300']);
  await tick(301);
  expect(await log()).toEqual(['300', '300']);
  await t.sql('ALTER ALERT high SUSPEND');
  await tick(3600);
  expect(await log()).toEqual(['300', '300']);
});

test('it runs in its own schema, whatever the session uses', async () => {
  await t.sql('INSERT INTO gauge VALUES (300)');
  await t.sql('CREATE SCHEMA other');
  await t.sql('EXECUTE ALERT d.public.high');
  expect(await t.sql('SELECT * FROM d.public.log')).toEqual([['300']]);
});

test('an action that fails is the error of EXECUTE ALERT', async () => {
  await t.sql('INSERT INTO gauge VALUES (300)');
  await t.sql('ALTER ALERT high MODIFY ACTION SELECT 1 / 0');
  expect((await t.error('EXECUTE ALERT high')).code).toBe('100051');
});

test('a clone of its schema is suspended', async () => {
  await t.sql('ALTER ALERT high RESUME');
  await t.sql('CREATE SCHEMA copy CLONE public');
  expect((await t.sql('SHOW ALERTS IN SCHEMA d.copy')).map((row) => row[8])).toEqual(['suspended']);
});

test('an alert on new data and a condition that is no query are refused by name', async () => {
  const onData = await t.error('CREATE ALERT n IF (EXISTS (SELECT 1)) THEN SELECT 1');
  expect([onData.code, onData.message]).toEqual([
    '999001',
    expect.stringContaining('an ALERT without SCHEDULE'),
  ]);
  const show = await t.error("CREATE ALERT n SCHEDULE = '1 MINUTE' IF (EXISTS (SHOW TABLES)) THEN SELECT 1");
  expect(show.code).toBe('999001');
});
